"""The telephone's counter, as the chip card's: a copied telephone gives itself away at its first use.

The telephone writes a request down with its counter before it sends it, and repeats it unchanged until it is answered.
So one counter never stands for two requests, unless two telephones hold one key.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

MOST: Final = 2**53 - 1
"""The greatest whole number that every JavaScript keeps (ECMA-262, Number.MAX_SAFE_INTEGER)."""


class CounterVerdict(Enum):
    """What a request with a right signature is. AGAIN: it was taken before, and is answered as then."""

    FRESH = "fresh"
    AGAIN = "again"
    COPIED = "copied"


@dataclass(frozen=True, slots=True)
class LastRequest:
    """The counter of the last request that was taken, and its SHA-256; 0 and nothing before the first."""

    counter: int = 0
    digest: str = ""


def judge_counter(last: LastRequest, counter: int, digest: str) -> CounterVerdict:
    """What the next request is. Counters may be left out: a request may never have come."""
    if counter > last.counter:
        return CounterVerdict.FRESH
    same = counter == last.counter and digest == last.digest
    return CounterVerdict.AGAIN if same else CounterVerdict.COPIED
