"""Times and limits of operations, each one a named value. Milliseconds, cents, or how many."""

from dataclasses import dataclass
from typing import Final

from bank.operations.catalogue import Means

SECOND_MS: Final = 1000
MINUTE_MS: Final = 60 * SECOND_MS

SWITCHED_ON: Final = frozenset(
    {Means.READER_CODE, Means.READER_CHALLENGE, Means.READER_SIGN, Means.SMS, Means.SECURPASS}
)

REFUSALS_IN_A_ROW: Final = 5
"""(EU) 2018/389, article 4(3)(b): no more than five failed attempts one after the other."""
LONGEST_CONSENT_DAYS: Final = 180
"""The same, article 10a, as (EU) 2022/2360 has it: an aggregator's customer proves himself anew after 180 days."""


@dataclass(frozen=True, slots=True)
class OperationPolicy:
    """How long and how often.

    `life_ms`: how long an operation waits for its confirmation (OWASP ASVS 5.0, 6.5.5: ten minutes at most);
    `log_on_life_ms` for a log-on. `refusals`: wrong codes in a row, whatever they were for, until an adviser lets the
    customer confirm again; the one before the last is answered with a warning. `sms_life_ms`, `sms_tries`: of one code.
    `sms_sent`: codes for one operation. `sms_window_ms`, `sms_in_window`: messages with a code to one customer.
    `pending`: operations of one customer that wait at once; `pending_log_ons`, for log-ons. `means`: those that are
    switched on. `largest_cents`: the largest transfer; `largest_instant_cents`: the largest instant one.
    `largest_payments_cents`, `largest_withdrawals_cents`: the highest limits a card may be given. `furthest_days`:
    until the day on which a deferred transfer is made, or a standing one for the first time.
    """

    life_ms: int = 10 * MINUTE_MS
    log_on_life_ms: int = 5 * MINUTE_MS
    refusals: int = REFUSALS_IN_A_ROW
    sms_life_ms: int = 5 * MINUTE_MS
    sms_tries: int = 3
    sms_sent: int = 3
    sms_window_ms: int = 10 * MINUTE_MS
    sms_in_window: int = 6
    pending: int = 10
    pending_log_ons: int = 1
    means: frozenset[Means] = SWITCHED_ON
    largest_cents: int = 10_000_000
    largest_instant_cents: int = 1_500_000
    largest_payments_cents: int = 2_000_000
    largest_withdrawals_cents: int = 300_000
    furthest_days: int = 365

    def __post_init__(self) -> None:
        if not 1 < self.refusals <= REFUSALS_IN_A_ROW:
            raise ValueError("refusals in a row: 2 to 5 ((EU) 2018/389, article 4(3)(b))")


OPERATION_POLICY: Final = OperationPolicy()
