"""Times, limits and exemptions of payments by card on the internet, each one a named value."""

from dataclasses import dataclass
from typing import Final

SECOND_MS: Final = 1000
MINUTE_MS: Final = 60 * SECOND_MS
DAY_MS: Final = 24 * 60 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class ThreeDsPolicy:
    """How long, how much and how often. Milliseconds, cents, or how many.

    `creq_ms`: how long the bank waits for the browser after its ARes (the core specification's own 30 s are too short
    for whoever must press a button, without a script). `result_retry_ms`: after how long a result that the shop did not
    take is sent again, the last one over and over, for `result_life_ms`. `token_ms`: how long a card that a shop has
    given in may be paid with. `wrong_card_tries` within `wrong_card_window_ms`: wrong expiries or verification values
    for one card. `authorise_ms`: how long an authentication is good for an authorisation. `hold_ms`: how long money is
    kept aside for a payment that is not captured (7 days, as card schemes have it for a final authorisation).
    `payments_window_ms`: what a card's limit counts. `currency`, `exponent`: the only ones (ISO 4217: the euro).
    """

    creq_ms: int = 2 * MINUTE_MS
    result_retry_ms: tuple[int, ...] = (2 * SECOND_MS, 5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS)
    result_life_ms: int = 60 * MINUTE_MS
    token_ms: int = 30 * MINUTE_MS
    wrong_card_tries: int = 5
    wrong_card_window_ms: int = DAY_MS
    authorise_ms: int = 60 * MINUTE_MS
    hold_ms: int = 7 * DAY_MS
    payments_window_ms: int = 30 * DAY_MS
    currency: str = "978"
    exponent: str = "2"


@dataclass(frozen=True, slots=True)
class LowValueExemption:
    """(EU) 2018/389, article 16: a remote payment of at most 30 EUR, as long as those before it, since the last strong
    authentication, come to at most 100 EUR or are at most five. This bank wants both, and counts this one, too."""

    cents: int = 3_000
    sum_cents: int = 10_000
    count: int = 5

    def covers(self, cents: int, since: "Unchallenged", challenge_wanted: str | None) -> bool:
        """Whether a payment of so many cents may go without. `challenge_wanted`: threeDSRequestorChallengeInd; 03 and
        04 ask for one."""
        if challenge_wanted in {"03", "04"}:
            return False
        within = 0 < cents <= self.cents and since.cents + cents <= self.sum_cents
        return within and since.count < self.count


@dataclass(frozen=True, slots=True)
class Unchallenged:
    """What a card has paid without strong authentication since the last one."""

    cents: int = 0
    count: int = 0


THREE_DS_POLICY: Final = ThreeDsPolicy()
LOW_VALUE: Final = LowValueExemption()
