"""Times and limits of partners, each one a named value."""

from dataclasses import dataclass
from typing import Final

from bank.operations.policy import LONGEST_CONSENT_DAYS, SECOND_MS

DAY_MS: Final = 86_400_000
OLDEST_MOVEMENT_DAYS: Final = 90
"""The same, article 10(1): payment transactions of the last 90 days."""


ALONE_IN_A_DAY: Final = 4
"""The same, article 36(5)(b): without the customer asking for it, at most four times in 24 hours."""


@dataclass(frozen=True, slots=True)
class PartnerPolicy:
    """How long and how often.

    `interval_ms`: between two polls; `slower_ms`: what each that comes too early adds (RFC 8628, 3.5), up to
    `longest_interval_ms`. `again_ms`: for how long a token is given once more, where its first answer was lost.
    `consent_days`: the longest consent; `movement_days`: how far back movements are shown. `transfer_ms`: how long a
    merchant can read what became of a transfer. `alone_in_a_day`: how often an aggregator reads each thing within 24
    hours without the customer. `asked`, `asked_window_ms`: requests of one partner;
    `asked_one`: of one partner to one customer in that time.
    """

    interval_ms: int = 5 * SECOND_MS
    slower_ms: int = 5 * SECOND_MS
    longest_interval_ms: int = 60 * SECOND_MS
    again_ms: int = 60 * SECOND_MS
    consent_days: int = LONGEST_CONSENT_DAYS
    movement_days: int = OLDEST_MOVEMENT_DAYS
    transfer_ms: int = DAY_MS
    alone_in_a_day: int = ALONE_IN_A_DAY
    asked: int = 600
    asked_one: int = 3
    asked_window_ms: int = 600 * SECOND_MS

    def __post_init__(self) -> None:
        if not 0 < self.consent_days <= LONGEST_CONSENT_DAYS or not 0 < self.movement_days <= OLDEST_MOVEMENT_DAYS:
            raise ValueError(
                "a consent lasts 180 days at most, movements of 90 days are shown ((EU) 2018/389, 10, 10a)"
            )
        if not 0 < self.alone_in_a_day <= ALONE_IN_A_DAY:
            raise ValueError("without the customer: 4 times in 24 hours at most ((EU) 2018/389, article 36(5)(b))")


PARTNER_POLICY: Final = PartnerPolicy()
