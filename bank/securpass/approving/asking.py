"""When a telephone is asked at all, and when with a number to match: against requests by which a customer is tired out.

Two digits stand on the terminal that asks and are typed on the telephone: whoever did not begin it has none to type. It
is not needed where the telephone itself has asked.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from bank.securpass.policy import SecurPassPolicy

MATCH_DIGITS: Final = 2


class Hush(Enum):
    """Why the telephone is not asked now."""

    OFTEN = "it was asked too often"
    REFUSED = "the customer has refused several times"
    WAITING = "another log-on waits"


@dataclass(frozen=True, slots=True)
class PromptFacts:
    """What was asked lately. `prompts`: within the window; `refusals`: in a row, the last at `refused_ms`;
    `log_ons`: that wait."""

    prompts: int = 0
    refusals: int = 0
    refused_ms: int = 0
    log_ons: int = 0


def judge_prompt(facts: PromptFacts, now_ms: int, policy: SecurPassPolicy, *, log_on: bool) -> Hush | None:
    """Why not to ask; None to ask."""
    if facts.refusals >= policy.refusals and now_ms < facts.refused_ms + policy.hush_ms:
        return Hush.REFUSED
    if facts.prompts >= policy.prompts:
        return Hush.OFTEN
    return Hush.WAITING if log_on and facts.log_ons else None


def make_match(mac: bytes) -> str:
    """The number to match, of a message authentication code over the operation's octets."""
    return f"{int.from_bytes(mac[:8], 'big') % 10**MATCH_DIGITS:0{MATCH_DIGITS}d}"
