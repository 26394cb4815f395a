"""The chip card vouches for a telephone's keys: a code of the reader's *Défi* over them."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from bank.books.counting import count_attempt, uncount_attempt, use_counter, write_attempt
from bank.books.records import Attempt, Reason
from bank.emv.terminal import CodeRequest
from bank.operations.people import find_confirmer
from bank.verification import Verifier


@dataclass
class CardConfirmation:
    """Counted before it is looked at, used up in the transaction of what it confirms, as with an operation."""

    verifier: Verifier
    customer_id: int
    challenge: str
    code: str = field(repr=False)
    source: str
    _card_id: str = ""
    _last_atc: int = 0
    _open: bool = False
    _atc: int | None = None

    def begin(self, connection: Connection) -> None:
        """Count the attempt."""
        who = find_confirmer(connection, self.customer_id)
        self._card_id = (who.card_id if who else None) or ""
        status = count_attempt(connection, self._card_id, self.verifier.policy.attempts)
        self._open = status is not None
        self._last_atc = status.last_atc if status else 0

    def check(self) -> None:
        """Look for the code, in no transaction."""
        card = self.verifier.store.find_card(self._card_id)
        if card and self._open:
            self._atc = self.verifier.seek_counter(card, self._last_atc, self.code, CodeRequest(self.challenge))

    def use_up(self, connection: Connection) -> bool:
        """Whether it was right and unused; the card's log has it in any case."""
        used = self._atc is not None and use_counter(connection, self._card_id, self._atc)
        reason = Reason.ACCEPTED if used else Reason.NO_MATCH
        write_attempt(connection, Attempt(self.verifier.now(), self._card_id, self.source, reason))
        return used

    def give_back(self, connection: Connection) -> None:
        """Something else was wrong: nothing was tried on the card."""
        if self._open:
            uncount_attempt(connection, self._card_id)
