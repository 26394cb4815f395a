"""Lines of the journal and the digests that chain them: pure.

Each digest covers the line and the digest before it, so that a line that is changed, taken out or put in breaks every
line after it. Only the end can be cut off unseen: whoever has noted an earlier digest finds that, too.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

GENESIS: Final = "0" * 64
"""What stands before the first line."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """What happened: when (ms since 1970), by whom, to whom, what. `detail`: JSON, never a secret."""

    seq: int
    at_ms: int
    actor: str
    subject: str
    event: str
    detail: str
    previous: str
    digest: str


def digest_line(seq: int, at_ms: int, words: tuple[str, str, str, str], previous: str) -> str:
    """SHA-256 over the line as JSON. `words`: actor, subject, event, detail."""
    content = json.dumps([seq, at_ms, *words, previous], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def name_customer(customer_id: int) -> str:
    """How the journal calls a customer: by the number, since a user code may change."""
    return f"customer {customer_id}"


def name_staff(staff_id: int) -> str:
    """How the journal calls somebody who works at the bank."""
    return f"staff {staff_id}"


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """How many lines hold, the last one's digest, and the number of the line that does not fit, if one does not.

    `met`: whether the digest that was asked for was among them.
    """

    lines: int
    head: str
    broken: int | None = None
    met: bool = False


def verify_chain(lines: Iterable[JournalLine], wanted: str = GENESIS) -> ChainVerdict:
    """Walk the journal from its first line. `wanted`: a digest noted earlier, which must turn up."""
    count, head, at_ms, met = 0, GENESIS, 0, wanted == GENESIS
    for line in lines:
        words = line.actor, line.subject, line.event, line.detail
        whole = line.digest == digest_line(line.seq, line.at_ms, words, line.previous)
        if not whole or line.previous != head or line.seq != count + 1 or line.at_ms < at_ms:
            return ChainVerdict(count, head, line.seq, met)
        count, head, at_ms = line.seq, line.digest, line.at_ms
        met = met or head == wanted
    return ChainVerdict(count, head, None, met)
