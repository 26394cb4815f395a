"""What an adviser does, each act with its line in the journal, in one transaction: neither is without the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, update

from bank.books.clock import WallClock, pass_time, wall_ms
from bank.books.customers import find_customer
from bank.books.people import BeneficiaryState, PeopleError, StaffMember
from bank.books.records import Customer
from bank.books.schema import CARDS
from bank.books.store_sql import SqlStore
from bank.iban import group_iban
from bank.journal.chain import ChainVerdict, JournalLine, name_customer
from bank.journal.keeping import append_line, verify_journal
from bank.operations.catalogue import EffectKind
from bank.operations.deciding import decide_operation
from bank.operations.guarding import change_telephone
from bank.operations.notices import NoticeEvent, tell_customer
from bank.operations.people import forget_refusals
from bank.operations.service import OperationService
from bank.operations.shelf import has_effect
from bank.operations.table import Act
from bank.people.payments import change_beneficiary
from bank.people.staff import find_staff
from bank.verification import Policy
from bank.web.branch.desk import name_actor
from bank.web.branch.frauds import ReportedFraud, list_frauds
from bank.web.branch.rights import DeskAct, may_do
from bank.web.branch.synthesis import Synthesis, list_journal, read_synthesis, search_customers


@dataclass(frozen=True, slots=True)
class OfferedAct:
    """Something that would help this customer, for which card or beneficiary, and whether this post may do it. `name`:
    how that is called where its identifier says nothing."""

    act: DeskAct
    card: str
    allowed: bool
    name: str = field(default="", repr=False)


class ActOutcome(Enum):
    """What came of an act. SLIP: what was typed cannot be taken."""

    DONE = "done"
    SLIP = "slip"
    REFUSED = "refused"


@dataclass(frozen=True)
class DeskActs:
    """The acts over the books. Every method raises StateError."""

    store: SqlStore
    policy: Policy = Policy()  # noqa: RUF009 - frozen
    wall: WallClock = wall_ms

    def find_member(self, staff_code: str) -> StaffMember | None:
        """Who works here under that code now: whoever has left is signed on no longer."""
        with self.store.reading() as connection:
            found = find_staff(connection, staff_code)
        return found[0] if found else None

    def find(self, user: str) -> Customer | None:
        """The customer with that user code."""
        with self.store.reading() as connection:
            return find_customer(connection, user)

    def note_sign_off(self, member: StaffMember) -> None:
        """The desk is closed."""
        with self.store.writing() as connection:
            self._journal(connection, member, "branch", "signed off")

    def search(self, member: StaffMember, query: str) -> Sequence[Customer]:
        """Customers by name or user code. The journal knows how many were found, and not what was typed."""
        with self.store.writing() as connection:
            found = search_customers(connection, query)
            self._journal(connection, member, "branch", "searched customers", found=len(found))
            return found

    def see_frauds(self, member: StaffMember) -> Sequence[ReportedFraud]:
        """What was declared as fraud."""
        with self.store.writing() as connection:
            found = list_frauds(connection, self.wall())
            self._journal(connection, member, "branch", "saw the frauds", found=len(found))
            return found

    def see_customer(self, member: StaffMember, user: str) -> Synthesis | None:
        """All about one customer."""
        with self.store.writing() as connection:
            seen = read_synthesis(connection, user, self.wall())
            if seen is not None:
                self._journal(connection, member, name_customer(seen.customer.customer_id), "saw the synthesis")
            return seen

    def see_journal(
        self, member: StaffMember, user: str
    ) -> tuple[Customer, Sequence[JournalLine], ChainVerdict] | None:
        """What was done about one customer, this look included, and whether the journal is whole."""
        with self.store.writing() as connection:
            customer = find_customer(connection, user)
            if customer is None:
                return None
            self._journal(connection, member, name_customer(customer.customer_id), "saw the journal")
            return customer, list_journal(connection, customer), verify_journal(connection)

    def offer_acts(self, member: StaffMember, seen: Synthesis) -> list[OfferedAct]:
        """What would help, whoever may do it. A fraud is reported beside the operation that is one."""
        offered = [DeskAct.REOPEN_CONFIRMING] if seen.closed_to_codes else []
        acts = [OfferedAct(act, "", may_do(member.post, act)) for act in (*offered, DeskAct.CHANGE_TELEPHONE)]
        allowed = may_do(member.post, DeskAct.REOPEN_CARD)
        for one in seen.credentials:
            if one.status and (one.status.blocked or one.status.failures >= self.policy.attempts):
                acts.append(OfferedAct(DeskAct.REOPEN_CARD, one.credential.reference, allowed))
        allowed = may_do(member.post, DeskAct.RELEASE_PAYEE)
        for payee in seen.frozen:
            name = f"{payee.name}, {group_iban(payee.iban)}"
            acts.append(OfferedAct(DeskAct.RELEASE_PAYEE, str(payee.beneficiary_id), allowed, name))
        return acts

    def do_act(self, member: StaffMember, user: str, act: str, target: str) -> ActOutcome:
        """Do it, and tell the customer. `target`: the card, the operation, or the new number. REFUSED for what this
        post may not do, or what does not help this customer."""
        chosen = next((each for each in DOINGS if each.value == act and may_do(member.post, each)), None)
        try:
            with self.store.writing() as connection:
                seen = read_synthesis(connection, user, self.wall())
                now_ms = pass_time(connection, self.wall())
                doing = Doing(connection, name_actor(member), now_ms, self.offer_acts(member, seen)) if seen else None
                done = bool(chosen and seen and doing and DOINGS[chosen](doing, seen, target))
                if not (done and seen and chosen):
                    self._journal(connection, member, "branch", "act refused")
                    return ActOutcome.REFUSED
                detail = {} if chosen is DeskAct.CHANGE_TELEPHONE else {"target": target}
                self._journal(connection, member, name_customer(seen.customer.customer_id), chosen.value, **detail)
        except PeopleError:
            return ActOutcome.SLIP
        if chosen is DeskAct.REPORT_FRAUD:
            OperationService(self.store, wall=self.wall).run_effects()
        return ActOutcome.DONE

    def _journal(
        self, connection: Connection, member: StaffMember, subject: str, event: str, **detail: str | int
    ) -> None:
        now_ms = pass_time(connection, self.wall())
        append_line(connection, now_ms, name_actor(member), subject, event, **detail)


@dataclass(frozen=True, slots=True)
class Doing:
    """An act under way: in which transaction, by whom as the journal calls him, when, and what would help."""

    connection: Connection
    actor: str
    now_ms: int
    offered: Sequence[OfferedAct]

    def helps(self, act: DeskAct, target: str) -> bool:
        """Whether it was offered for that."""
        return any(one.act is act and one.card == target for one in self.offered)


def _reopen_confirming(doing: Doing, seen: Synthesis, target: str) -> bool:
    if not doing.helps(DeskAct.REOPEN_CONFIRMING, target):
        return False
    forget_refusals(doing.connection, seen.customer.customer_id)
    tell_customer(doing.connection, seen.customer.customer_id, NoticeEvent.REOPENED, doing.now_ms)
    return True


def _reopen_card(doing: Doing, seen: Synthesis, target: str) -> bool:
    if not doing.helps(DeskAct.REOPEN_CARD, target):
        return False
    opened = update(CARDS).where(CARDS.c.card_id == target).values(blocked=False, failures=0)
    doing.connection.execute(opened)
    tell_customer(doing.connection, seen.customer.customer_id, NoticeEvent.CARD_REOPENED, doing.now_ms)
    return True


def _release_payee(doing: Doing, seen: Synthesis, target: str) -> bool:
    """The customer may pay it again: a report of fraud was a mistake, or the account its owner's after all."""
    if not doing.helps(DeskAct.RELEASE_PAYEE, target):
        return False
    states = BeneficiaryState.FROZEN, BeneficiaryState.ACTIVE
    if not change_beneficiary(doing.connection, int(target), *states):
        return False
    tell_customer(doing.connection, seen.customer.customer_id, NoticeEvent.PAYEE_RELEASED, doing.now_ms)
    return True


def _change_telephone(doing: Doing, seen: Synthesis, target: str) -> bool:
    change_telephone(doing.connection, seen.customer.customer_id, target, doing.now_ms)
    return True


def _report_fraud(doing: Doing, seen: Synthesis, target: str) -> bool:
    operation = next((one for one in seen.operations if one.operation_id == target), None)
    if operation is None or has_effect(doing.connection, target, EffectKind.PROTECTION):
        return False
    decide_operation(doing.connection, operation, Act.DECLARE_FRAUD, doing.now_ms, doing.actor)
    return True


DOINGS: Final[Mapping[DeskAct, Callable[[Doing, Synthesis, str], bool]]] = MappingProxyType(
    {
        DeskAct.REOPEN_CONFIRMING: _reopen_confirming,
        DeskAct.REOPEN_CARD: _reopen_card,
        DeskAct.CHANGE_TELEPHONE: _change_telephone,
        DeskAct.REPORT_FRAUD: _report_fraud,
        DeskAct.RELEASE_PAYEE: _release_payee,
    }
)
"""How each is done; False, and nothing changed, where it helps nobody."""
