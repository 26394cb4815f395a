"""What scripts say of what is beside the reader: the telephone with the bank behind it, the access key with its PC.

Each is opened with the first statement about it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sesame_core.errors import SesameError

if TYPE_CHECKING:
    from simulator.key.desk import KeyDesk
    from simulator.phone.hands import PhoneHands

ACTS: Final = frozenset({"phone", "bank", "key", "site"})
LOOKS: Final = frozenset({"phone", "operation", "key", "launcher", "site"})
"""The first words of statements, and of what `expect` looks at."""


class NotBesideError(SesameError):
    """It is not there."""


@dataclass(frozen=True)
class Beside:
    """`telephone`, `access_key`: give them, where they are."""

    telephone: "Callable[[], PhoneHands] | None" = None
    access_key: "Callable[[], KeyDesk] | None" = None

    def act(self, head: str, words: Sequence[str]) -> None:
        """One of ACTS. Raises SesameError, BankError."""
        if head in {"key", "site"}:
            desk = self._find_desk()
            from simulator.key.statements import act_on_key, act_on_site  # noqa: PLC0415 - where there is a key

            (act_on_key if head == "key" else act_on_site)(desk, words)
            return
        hands = self._find_hands()
        from simulator.phone.statements import act_at_bank, act_on_phone  # noqa: PLC0415 - where there is a telephone

        (act_on_phone if head == "phone" else act_at_bank)(hands, words)

    def judge(self, about: str, words: Sequence[str]) -> str:
        """One of LOOKS: what is not as expected. Raises SesameError, BankError."""
        if about in {"key", "launcher", "site"}:
            desk = self._find_desk()
            from simulator.key.statements import judge_key  # noqa: PLC0415 - as above

            return judge_key(desk, about, words)
        hands = self._find_hands()
        from simulator.phone.statements import judge_operation, judge_phone  # noqa: PLC0415 - as above

        return (judge_phone if about == "phone" else judge_operation)(hands, words)

    def _find_hands(self) -> "PhoneHands":
        if self.telephone is None:
            raise NotBesideError("there is no telephone beside this reader")
        return self.telephone()

    def _find_desk(self) -> "KeyDesk":
        if self.access_key is None:
            raise NotBesideError("there is no access key beside this reader")
        return self.access_key()
