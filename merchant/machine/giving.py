"""A withdrawal from the code to the notes. Whatever is cut off in the middle is found again, and the bank told."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from merchant.errors import NetworkError
from merchant.line import HTTP_NO_CONTENT, HTTP_OK, BankLine
from merchant.machine.books import CashOutcome, MachineBooks, MachineCondition, Withdrawal
from merchant.threeds import read_json
from web.client import ServerAnswer

CONFLICT: Final = 409
REFUSALS: Final = frozenset({422, 429})


@dataclass(frozen=True)
class CashMachine:
    """Over its books and the line to the bank. `now_ms`: milliseconds since 1970."""

    books: MachineBooks
    line: BankLine
    now_ms: Callable[[], int]

    def pay_out(self, reference: str, code: str) -> None:
        """Ask the bank, and give. Twice under one reference is once. Raises ShopError."""
        if not self.books.begin_withdrawal(reference, self.now_ms()):
            return
        condition = self.books.read_condition()
        if condition is MachineCondition.OUT_OF_ORDER:
            self.books.end_withdrawal(reference, CashOutcome.OUT_OF_ORDER, reported=True)
            return
        try:
            answer = self.line.ask("withdrawals", {"code": code, "reference": reference})
        except NetworkError:
            # The bank may have heard it: it is told that nothing came out as soon as it is there.
            self.books.end_withdrawal(reference, CashOutcome.AWAY, reported=False)
            return
        self._take_answer(reference, answer, condition)
        self.report_ends()

    def _take_answer(self, reference: str, answer: ServerAnswer, condition: MachineCondition) -> None:
        if answer.status in REFUSALS:
            outcome = CashOutcome(read_json(answer.body)["error"])
            self.books.end_withdrawal(reference, outcome, reported=True)
        elif answer.status != HTTP_OK:
            self.books.end_withdrawal(reference, CashOutcome.AWAY, reported=False)
        elif condition is MachineCondition.JAMMED:
            self.books.end_withdrawal(reference, CashOutcome.FAILED, reported=False)
        else:
            self.books.give_notes(reference, int(read_json(answer.body)["cents"]))

    def resume_work(self) -> int:
        """After a start: what was being asked for when the machine lost its power has given nothing. How many ends the
        bank knows now. Raises ShopError."""
        for one in self.books.list_unreported():
            self.books.end_withdrawal(one.reference, CashOutcome.FAILED, reported=False)
        return self.report_ends()

    def report_ends(self) -> int:
        """Tell the bank how withdrawals ended that it does not know of: how many it knows now. Raises ShopError."""
        count = 0
        for one in self.books.list_unreported():
            if one.outcome is not CashOutcome.ASKED:
                with suppress(NetworkError):
                    count += self._report(one)
        return count

    def _report(self, one: Withdrawal) -> bool:
        end = "paid" if one.outcome is CashOutcome.GIVEN else "failed"
        told = self.line.ask(f"withdrawals/{one.reference}/{end}").status in (HTTP_NO_CONTENT, CONFLICT)
        if told:
            self.books.note_reported(one.reference)
        return told
