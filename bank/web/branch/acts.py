"""What an adviser does, each act with its line in the journal, in one transaction: neither is without the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, update

from bank.books.clock import WallClock, pass_time, wall_ms
from bank.books.customers import find_customer
from bank.books.people import StaffMember
from bank.books.records import Customer
from bank.books.schema import CARDS
from bank.books.store_sql import SqlStore
from bank.journal.chain import ChainVerdict, JournalLine, name_customer
from bank.journal.keeping import append_line, verify_journal
from bank.operations.people import forget_refusals
from bank.people.staff import find_staff
from bank.verification import Policy
from bank.web.branch.desk import name_actor
from bank.web.branch.rights import DeskAct, may_do
from bank.web.branch.synthesis import Synthesis, list_journal, read_synthesis, search_customers


@dataclass(frozen=True, slots=True)
class OfferedAct:
    """Something that would help this customer, for which card, and whether this post may do it."""

    act: DeskAct
    card: str
    allowed: bool


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
        """What would help, whoever may do it."""
        offered = [DeskAct.REOPEN_CONFIRMING] if seen.closed_to_codes else []
        acts = [OfferedAct(act, "", may_do(member.post, act)) for act in offered]
        allowed = may_do(member.post, DeskAct.REOPEN_CARD)
        for one in seen.credentials:
            if one.status and (one.status.blocked or one.status.failures >= self.policy.attempts):
                acts.append(OfferedAct(DeskAct.REOPEN_CARD, one.credential.reference, allowed))
        return acts

    def do_act(self, member: StaffMember, user: str, act: str, card: str) -> bool:
        """Do it; False for what this post may not do, or what does not help this customer."""
        with self.store.writing() as connection:
            seen = read_synthesis(connection, user, self.wall())
            wanted = [one for one in self.offer_acts(member, seen) if one.act.value == act] if seen else []
            chosen = next((one for one in wanted if one.card == card and one.allowed), None)
            if seen is None or chosen is None:
                self._journal(connection, member, "branch", "act refused")
                return False
            number = seen.customer.customer_id
            if chosen.act is DeskAct.REOPEN_CONFIRMING:
                forget_refusals(connection, number)
            else:
                opened = update(CARDS).where(CARDS.c.card_id == chosen.card)
                connection.execute(opened.values(blocked=False, failures=0))
            self._journal(connection, member, name_customer(number), chosen.act.value, card=chosen.card)
            return True

    def _journal(
        self, connection: Connection, member: StaffMember, subject: str, event: str, **detail: str | int
    ) -> None:
        now_ms = pass_time(connection, self.wall())
        append_line(connection, now_ms, name_actor(member), subject, event, **detail)
