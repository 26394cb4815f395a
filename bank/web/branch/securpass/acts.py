"""What the desk does about Sécur'Pass, over `bank.securpass.enrolment.branching` and `bank.contracts`.

Every method raises StateError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bank.books.customers import find_customer, list_contacts
from bank.books.people import ContactKind, Post, StaffMember
from bank.books.records import Customer
from bank.contracts.amendment import AmendmentText, Signature
from bank.contracts.document import draw_amendment
from bank.contracts.sealing import ContractSeal
from bank.languages import Notation, local_moment
from bank.operations.words import notation_of
from bank.securpass.enrolment.branching import (
    POSTS,
    Amendment,
    close_enrolment,
    find_amendment,
    lift_latency,
    propose_amendment,
    sign_amendment,
)
from bank.securpass.enrolment.eligibility import Channel, Condition, list_missing
from bank.securpass.enrolment.enrolling import read_status
from bank.securpass.enrolment.facts import read_facts
from bank.securpass.enrolment.identity import IdentityItem
from bank.securpass.enrolment.table import EnrolmentState
from bank.securpass.frame import SecurPassFrame
from bank.securpass.policy import EnrolmentPath
from bank.securpass.ports import SecurPassStatus
from bank.web.branch.desk import name_actor
from bank.web.branch.securpass.words import SecurPassDeskWords

LATENT: Final = "latent"


@dataclass(frozen=True, slots=True)
class SecurPassView:
    """A customer's Sécur'Pass as the desk shows it. `state`: of the enrolment, or LATENT in its 72 hours."""

    customer: Customer
    status: SecurPassStatus
    state: str
    amendment: Amendment | None


@dataclass(frozen=True)
class SecurPassActs:
    """The acts. `branch`: how the branch is called in a contract."""

    frame: SecurPassFrame
    seal: ContractSeal
    branch: str

    def find_view(self, user: str) -> SecurPassView | None:
        """How it stands with the customer who has that user code."""
        with self.frame.operations.reading() as (connection, now_ms):
            customer = find_customer(connection, user)
            if customer is None:
                return None
            status = read_status(self.frame, connection, customer.customer_id, now_ms)
        latent = status.standing.state is EnrolmentState.SUBSCRIBED and not status.standing.is_usable(now_ms)
        state = LATENT if latent else status.standing.state.value
        return SecurPassView(customer, status, state, find_amendment(self.frame, customer.customer_id))

    def list_obstacles(self, member: StaffMember, customer: Customer, channel: Channel) -> tuple[Condition, ...]:
        """Why the tile is not there; nothing where it is."""
        with self.frame.operations.reading() as (connection, now_ms):
            number = customer.customer_id
            facts = read_facts(connection, number, now_ms, channel, agency_post=member.post in POSTS)
        return tuple(one.condition for one in list_missing(facts, EnrolmentPath.BRANCH, self.frame.policy.email_age_ms))

    def propose(self, member: StaffMember, customer: Customer, channel: Channel) -> Amendment:
        """« Valider la proposition ». Raises NotEligibleError, NotNowError."""
        return propose_amendment(self.frame, member, customer.customer_id, channel)

    def draw_draft(self, member: StaffMember, view: SecurPassView, words: SecurPassDeskWords) -> bytes:
        """The latest amendment as a PDF: the signed one where it was signed. Raises ContractError."""
        assert view.amendment is not None
        return view.amendment.document or draw_amendment(self._text(member, view, words))

    def sign(
        self, member: StaffMember, view: SecurPassView, words: SecurPassDeskWords, signature: Signature
    ) -> Amendment:
        """Draw, seal, and have it in the books. Raises ContractError, BranchError, NotNowError."""
        assert view.amendment is not None
        text = self._text(member, view, words)
        document = self.seal.seal_document(draw_amendment(text, signature), text)
        return sign_amendment(self.frame, member, view.amendment.number, document)

    def lift(self, member: StaffMember, customer: Customer, seen: Mapping[IdentityItem, str]) -> None:
        """Transaction 0203. Raises BranchError, NotNowError."""
        lift_latency(self.frame, member, customer.customer_id, seen)

    def close(self, member: StaffMember, customer: Customer) -> bool:
        """For a lost telephone; False for a post that may not. Raises NotNowError."""
        if member.post is Post.E_AGENCY:
            return False
        close_enrolment(self.frame, customer.customer_id, name_actor(member), "lost telephone")
        return True

    def _text(self, member: StaffMember, view: SecurPassView, words: SecurPassDeskWords) -> AmendmentText:
        assert view.amendment is not None
        made_at = local_moment(view.amendment.created_ms)
        with self.frame.operations.reading() as (connection, _):
            contacts = list_contacts(connection, view.customer.customer_id)
        telephone = next((one.value for one in contacts if one.kind is ContactKind.SECURE_TELEPHONE), "")
        return AmendmentText(
            number=f"{made_at:%Y}-{view.amendment.number:06d}",
            customer=view.customer.name,
            user=view.customer.user,
            telephone_end=telephone[-2:],
            adviser=member.name,
            branch=self.branch,
            channel=words.channels[view.amendment.channel.value],
            services=(words.service,),
            made_at=made_at,
            language=words.language,
        )


def describe_state(words: SecurPassDeskWords, view: SecurPassView) -> str:
    """The service's line in the synthesis: its state, with its moments."""
    standing = view.status.standing
    moments = {"until": standing.until_ms, "since": standing.since_ms, "usable": standing.usable_from_ms}
    notation = notation_of(words.language)
    said = {name: _write_moment(value, notation) if value is not None else "" for name, value in moments.items()}
    return words.states[view.state].format_map(said)


def _write_moment(value: int, notation: Notation) -> str:
    moment = local_moment(value)
    return f"{notation.write_day(moment)} {moment:%H:%M}"
