"""Times and limits of Sécur'Pass, each one a named value. The sheet fixes 72 h and 24 h; the others are ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

SECOND_MS: Final = 1000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

FAILURES_IN_A_ROW: Final = 5
"""(EU) 2018/389, article 4(3)(b)."""


class EnrolmentPath(Enum):
    """How a customer comes to Sécur'Pass. TRANSFER: he has it, on another telephone or before a reinstallation."""

    SELF_CARE = "self-care"
    BRANCH = "branch"
    TRANSFER = "transfer"


LATENCIES: Final[Mapping[EnrolmentPath, int]] = MappingProxyType(
    {EnrolmentPath.SELF_CARE: 72 * HOUR_MS, EnrolmentPath.BRANCH: 0, EnrolmentPath.TRANSFER: 72 * HOUR_MS}
)
"""How long after its activation a telephone approves nothing. In the branch the adviser has seen who it is."""


@dataclass(frozen=True, slots=True)
class SecurPassPolicy:
    """How long, how often, from when. Milliseconds, or how many.

    `latencies`: see LATENCIES. `initiated_ms`: how long what was agreed in the branch waits for the telephone.
    `email_age_ms`: since when an e-mail address must be known. `tries`: wrong codes in a row until Sécur'Pass is
    suspended. `step_life_ms`, `step_tries`: of a code that is sent to log on or to activate; `steps` in
    `steps_window_ms`: how many of these a customer is sent. `passwords` in `passwords_window_ms`: wrong passwords of
    one user code. `challenge_ms`: how long a challenge may be answered; `phone_ms`: how long a telephone that has
    proved its key may look at what waits.
    `prompts` in `prompts_window_ms`: how often a telephone is asked; `refusals`, `hush_ms`: after so many refusals in
    a row it is not asked for that long. `later_days`: when the interstitial comes back.
    `trusted_uses`, `trusted_days`: a telephone is a trusted one after so many uses on so many different days.
    `low_value_cents`, `low_value_total_cents`, `low_value_count`: (EU) 2018/389, article 16. `result_ms`: how long what
    an approved operation shows can be fetched; `pin_seconds`, `card_seconds`: how long it is shown.
    """

    latencies: Mapping[EnrolmentPath, int] = field(default_factory=lambda: LATENCIES)
    initiated_ms: int = 24 * HOUR_MS
    email_age_ms: int = 72 * HOUR_MS
    tries: int = 3
    step_life_ms: int = 5 * MINUTE_MS
    step_tries: int = 3
    steps: int = 6
    steps_window_ms: int = 10 * MINUTE_MS
    passwords: int = 5
    passwords_window_ms: int = 15 * MINUTE_MS
    challenge_ms: int = 5 * MINUTE_MS
    phone_ms: int = 15 * MINUTE_MS
    prompts: int = 3
    prompts_window_ms: int = 10 * MINUTE_MS
    refusals: int = 2
    hush_ms: int = 15 * MINUTE_MS
    later_days: int = 7
    trusted_uses: int = 10
    trusted_days: int = 5
    low_value_cents: int = 3_000
    low_value_total_cents: int = 10_000
    low_value_count: int = 5
    result_ms: int = MINUTE_MS
    pin_seconds: int = 10
    card_seconds: int = 60

    def __post_init__(self) -> None:
        if not 1 < self.tries <= FAILURES_IN_A_ROW:
            raise ValueError("tries in a row: 2 to 5 ((EU) 2018/389, article 4(3)(b))")


SECURPASS_POLICY: Final = SecurPassPolicy()
