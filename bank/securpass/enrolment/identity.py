"""The reinforced check of who a customer is, before an adviser lifts the 72 hours: a list that must be whole.

The sheet: the same procedure as for a new postal address. Each item is ticked with what was seen.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

LONGEST_NOTE: Final = 120


class IdentityItem(Enum):
    """What is looked at."""

    DOCUMENT = "identity-document"
    LIKENESS = "likeness"
    SIGNATURE = "signature"
    ADDRESS = "proof-of-address"
    TELEPHONE = "call-to-known-telephone"


def list_unchecked(seen: Mapping[IdentityItem, str]) -> tuple[IdentityItem, ...]:
    """The items with no note of what was seen, or one that cannot be kept; none where the check is whole."""
    return tuple(item for item in IdentityItem if not _is_note(seen.get(item, "")))


def _is_note(note: str) -> bool:
    return 0 < len(note.strip()) <= LONGEST_NOTE and note.isprintable()
