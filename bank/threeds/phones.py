"""The customer's telephone as a way to confirm a card payment: whether there is one, and that it is asked."""

from dataclasses import dataclass

from sqlalchemy import Connection

from bank.operations.people import find_app
from bank.operations.ports import Operation
from bank.securpass.approving.prompting import find_match
from bank.securpass.service import SecurPassService


@dataclass(frozen=True)
class CardPhones:
    """Sécur'Pass, as payments use it."""

    service: SecurPassService

    def has_app(self, connection: Connection, customer_id: int, now_ms: int) -> bool:
        """Whether the customer can be asked on a telephone now: his 72 hours are over."""
        usable_from = find_app(connection, customer_id)
        return usable_from is not None and now_ms >= usable_from

    def ask_phone(self, operation: Operation) -> bool:
        """Wake it; False where there is none, or it is to be left in peace. Raises StateError."""
        return self.service.prompt_phone(operation.content.customer_id, operation.operation_id).asked

    def find_number(self, operation: Operation) -> str | None:
        """The number that the customer chooses on the telephone; None where that is not asked. Raises StateError."""
        number, customer_id = operation.operation_id, operation.content.customer_id
        if number not in self.service.list_prompts(customer_id, [number]):
            return None
        return find_match(self.service.frame, operation)
