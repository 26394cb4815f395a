"""Times and limits of the access keys, each one a named value. Milliseconds, or how many."""

from dataclasses import dataclass
from typing import Final

SECOND_MS: Final = 1000
MINUTE_MS: Final = 60 * SECOND_MS
DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class EsecurePolicy:
    """How long and how often.

    `code_life_ms`, `code_tries`: of an activation code, which comes by post. `number_tries`: wrong security numbers in
    a row, until the helpdesk posts a new one. `entry_life_ms`: how long a virtual keyboard waits. `idle_ms`,
    `longest_ms`: of a session on the business site.
    """

    code_life_ms: int = 30 * DAY_MS
    code_tries: int = 5
    number_tries: int = 3
    entry_life_ms: int = 5 * MINUTE_MS
    idle_ms: int = 5 * MINUTE_MS
    longest_ms: int = 60 * MINUTE_MS


ESECURE_POLICY: Final = EsecurePolicy()
