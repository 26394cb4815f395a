"""Times and limits of cash codes and wallets, each one a named value. The sheet gives none of them: they are ours."""

from dataclasses import dataclass
from typing import Final

from bank.operations.policy import MINUTE_MS

DAY_MS: Final = 24 * 60 * MINUTE_MS
CODE_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class StreetPolicy:
    """How much, how long, how often. Cents, milliseconds, or how many.

    `note_cents`: what every amount is a multiple of; `smallest_cents` and `largest_cents` of one code. `code_ms`: how
    long a code is good. `limit_days`: what a card's limit for withdrawals is for. `codes` in `codes_window_ms`: how
    many codes one customer is given. `wrong` in `wrong_window_ms`: wrong codes at one machine, whoever types them.
    """

    note_cents: int = 10_00
    smallest_cents: int = 20_00
    largest_cents: int = 300_00
    code_ms: int = 60 * MINUTE_MS
    limit_days: int = 7
    codes: int = 5
    codes_window_ms: int = 60 * MINUTE_MS
    wrong: int = 5
    wrong_window_ms: int = 10 * MINUTE_MS


STREET_POLICY: Final = StreetPolicy()
