"""What a card says of itself before anything is chosen: its directories of applications (EMV Book 1, 12.2 and 12.3).

Nothing here is an error: a directory is a help, and a card without one may be as good.
"""

from collections.abc import Iterable
from contextlib import suppress

from sesame_core.cap.emv import read_record, select_application_by
from sesame_core.errors import CardError
from sesame_core.smartcard.apdu import Conversation, StatusWord
from sesame_core.smartcard.tlv import Tlv, find_value, parse_objects

PSE = b"1PAY.SYS.DDF01"
CONTACTLESS = b"2PAY.SYS.DDF01"
"""The directory of the contactless side (EMV Contactless Book B, 3.3), which some cards show on their contacts."""

NAME, DIRECTORY_NAME, FILE = 0x4F, 0x9D, 0x88
MOST_RECORDS = 30
MOST_DIRECTORIES = 8
MOST_FAILURES = 3
"""So many records in a row that cannot be read end a directory whose end is not told (6A83)."""

ENDS = (StatusWord.RECORD_NOT_FOUND, StatusWord.FILE_NOT_FOUND)


def list_pse() -> Conversation[tuple[bytes, ...]]:
    """The AIDs of the payment system environment, in its order, then those of the directories in it (tag 9D); empty
    when there is none."""
    waiting, seen, aids = [PSE], {PSE}, list[bytes]()
    while waiting:
        entries = yield from _read_entries(waiting.pop(0))
        aids += (entry.value for entry in entries if entry.tag == NAME)
        for entry in entries:
            if entry.tag == DIRECTORY_NAME and entry.value not in seen and len(seen) < MOST_DIRECTORIES:
                seen.add(entry.value)
                waiting.append(entry.value)
    return _filter_aids(aids)


def list_contactless() -> Conversation[tuple[bytes, ...]]:
    """The AIDs of the contactless side's directory, which stand in its FCI; empty when there is none."""
    directory = yield from _select_directory(CONTACTLESS)
    return _filter_aids(entry.value for entry in _walk_objects(directory or ()) if entry.tag == NAME)


def _read_entries(name: bytes) -> Conversation[tuple[Tlv, ...]]:
    """What the records of a directory hold. One that cannot be read is passed over (some real cards have one): the
    others are as good as before."""
    fci = yield from _select_directory(name)
    sfi = (find_value(fci or (), FILE) or b"\x01")[0]
    if fci is None or not 1 <= sfi <= 30:
        return ()
    entries: list[Tlv] = []
    failures = 0
    for number in range(1, MOST_RECORDS + 1):
        response = yield read_record(sfi, number)
        failures = 0 if response.ok else failures + 1
        if failures == MOST_FAILURES or any(map(response.has, ENDS)):
            break
        if response.ok:
            with suppress(CardError):
                entries += _walk_objects(parse_objects(response.data))
    return tuple(entries)


def _select_directory(name: bytes) -> Conversation[tuple[Tlv, ...] | None]:
    """The FCI of a directory; None when it is not there or says nothing that can be read."""
    with suppress(CardError):
        directory = yield from select_application_by(name)
        return None if directory is None else directory.fci
    return None


def _walk_objects(objects: Iterable[Tlv]) -> tuple[Tlv, ...]:
    return tuple(entry for top in objects for entry in top.walk())


def _filter_aids(aids: Iterable[bytes]) -> tuple[bytes, ...]:
    """Each name once, those left out that can be none (ISO/IEC 7816-5: 5 to 16 bytes)."""
    return tuple(aid for aid in dict.fromkeys(aids) if 5 <= len(aid) <= 16)
