"""The counter with Sécur'Pass: the individual's telephones, and an adviser at each post."""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import update

from bank.books.people import Post, StaffMember
from bank.books.schema import PAYMENT_CARDS
from bank.people.staff import add_staff, find_staff
from bank.securpass.enrolment.table import EnrolmentState
from bank.securpass.policy import SECURPASS_POLICY, SecurPassPolicy
from bank.securpass.ports import SecondProof
from bank.securpass.service import SecurPassService
from tests.bank.counter import Counter
from tests.bank.phone import Phone

STAFF: Final = (
    (StaffMember("STAFF001", "Agency", Post.AGENCY), "mastercard-cap"),
    (StaffMember("STAFF002", "Centre", Post.CUSTOMER_CENTRE), "t1"),
    (StaffMember("STAFF003", "E-agency", Post.E_AGENCY), "padded"),
)


@dataclass
class AppCounter(Counter):
    """The individual's card was used at a cash machine, so that a telephone can be activated by the reader."""

    app_policy: SecurPassPolicy = SECURPASS_POLICY
    app: SecurPassService = field(init=False)
    staff: dict[Post, StaffMember] = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.app = self.another_app()
        with self.store.writing() as connection:
            used = update(PAYMENT_CARDS).where(PAYMENT_CARDS.c.customer_id == self.durand)
            connection.execute(used.values(first_used_ms=1))
            for member, card in STAFF:
                if find_staff(connection, member.staff_code) is None:
                    add_staff(connection, member, card, self.hand.ms)
            found = [find_staff(connection, member.staff_code) for member, _ in STAFF]
        self.staff = {one[0].post: one[0] for one in found if one}

    def another_app(self) -> SecurPassService:
        """Another worker at the same books."""
        return SecurPassService(self.store, self.app_policy, self.hand, operation_policy=self.policy)

    def phone(self) -> Phone:
        return Phone(self.app, self.durand)

    def usable_phone(self, second: SecondProof = SecondProof.READER) -> Phone:
        """A telephone past its 72 hours."""
        phone = self.phone()
        usable_from = phone.activate(second).standing.usable_from_ms
        assert usable_from is not None
        self.hand.ms = usable_from
        return phone

    def state(self) -> EnrolmentState:
        return self.app.read_status(self.durand).standing.state
