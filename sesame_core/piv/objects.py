"""GET DATA and PUT DATA (SP 800-73-5 part 2, 3.1.2 and 3.3.1), and the data objects that the card makes itself."""

from typing import Final

from sesame_core.piv import names
from sesame_core.piv.fields import split_fields, write_field
from sesame_core.piv.session import PivSession
from sesame_core.piv.status import PivRefusedError, PivStatus, refuse_unless
from sesame_core.piv.transport import PivCommand
from sesame_core.piv.vault import Vault

CURRENT_OBJECT: Final = 0x3FFF
"""P1 and P2 of both commands."""

TAG_LIST: Final = 0x5C
CONTENT: Final = 0x53
CHECK: Final = 0xFE
"""The error detection code that ends a container: its field, always empty (part 1, 3)."""

OWN_PIN_ONLY: Final = b"\x40\x00"
"""PIN usage policy: the card's own PIN, no global one, no on-card biometry (part 1, 3.3.2)."""

NO_AGENCY: Final = bytes.fromhex("D4E739DA739CED39CE739D836858210842108421C84210C3EB")
"""FASC-N of a card that no federal agency issued: agency 9999, system 9999, credential 999999 (SP 800-73-5 part 1,
3.1.2; the coding is that of TIG SCEPACS 2.3)."""

EXPIRY: Final = b"20991231"

CARD_CAPABILITIES: Final = (
    (0xF1, b"\x21"),
    (0xF2, b"\x21"),
    (0xF3, b""),
    (0xF4, b"\x00"),
    (0xF5, b"\x10"),
    (0xF6, b""),
    (0xF7, b""),
    (0xFA, b""),
    (0xFB, b""),
    (0xFC, b""),
    (0xFD, b""),
    (CHECK, b""),
)
"""After the card's identifier: versions 2.1 of container and grammar, data model 10, nothing else (part 1, table 8)."""

KEPT_FOR_PIN: Final = 0x02
"""Among the flags of the administrative data: the management key stands in the protected data (yubikey-manager,
PivmanData)."""

CARD_IDENTIFIER: Final = b"\xa0\x00\x00\x01\x16\xff\x02"
"""RID of the GSC, manufacturer FF (none), card type 02; fourteen bytes of its own follow."""


def get_data(command: PivCommand, session: PivSession, vault: Vault) -> bytes:
    """GET DATA: the container, which stands in 53; the discovery object stands in its own template."""
    tag = _wanted(command, split_fields(command.data))
    if tag == names.DISCOVERY:
        return discovery_object()
    refuse_unless(tag not in names.PIN_TO_READ or session.pin_right, PivStatus.SECURITY_NOT_SATISFIED)
    value = vault.read_object(tag) if names.is_object(tag) else None
    if value is None and tag == names.KEY_HISTORY:
        value = _key_history(vault)
    if value is None:
        raise PivRefusedError(PivStatus.NOT_FOUND)
    return write_field(CONTENT, value)


def put_data(command: PivCommand, session: PivSession, vault: Vault) -> bytes:
    """PUT DATA, after the management key only. What the card makes itself cannot be written."""
    refuse_unless(session.managed, PivStatus.SECURITY_NOT_SATISFIED)
    fields = split_fields(command.data)
    tag = _wanted(command, {TAG_LIST: fields.get(TAG_LIST, b"")})
    refuse_unless(set(fields) == {TAG_LIST, CONTENT}, PivStatus.WRONG_DATA)
    refuse_unless(names.is_object(tag), PivStatus.FUNCTION_NOT_SUPPORTED)
    refuse_unless(len(fields[CONTENT]) <= names.MAX_OBJECT, PivStatus.NOT_ENOUGH_MEMORY)
    vault.write_object(tag, fields[CONTENT])
    return b""


def discovery_object() -> bytes:
    """The discovery object (part 1, 3.3.2): which application this is, and which PIN it wants."""
    return write_field(names.DISCOVERY, write_field(0x4F, names.PIV_AID) + write_field(0x5F2F, OWN_PIN_ONLY))


def holder_id(number: bytes) -> bytes:
    """The card holder unique identifier (part 1, 3.1.2) with a GUID of 16 bytes; it is not signed, since no issuer of
    federal cards stands behind it."""
    fields = ((0x30, NO_AGENCY), (0x34, number), (0x35, EXPIRY), (0x3E, b""), (CHECK, b""))
    return b"".join(write_field(tag, value) for tag, value in fields)


def card_capabilities(number: bytes) -> bytes:
    """The card capability container (part 1, 3.1.1) with 14 bytes that no other card has."""
    fields = ((0xF0, CARD_IDENTIFIER + number), *CARD_CAPABILITIES)
    return b"".join(write_field(tag, value) for tag, value in fields)


def certificate_container(certificate: bytes) -> bytes:
    """A certificate (DER) in its data object (part 1, table 10): not compressed."""
    return write_field(0x70, certificate) + write_field(0x71, b"\x00") + write_field(CHECK, b"")


def protected_management(key: bytes) -> dict[int, bytes]:
    """The data objects by which a management key is had for the PIN, as ykman's *protect* writes them: the launcher,
    ykman and whoever else knows them then need no management key typed. Data object -> content."""
    kept = write_field(0x88, write_field(0x89, key))
    noted = write_field(0x80, write_field(0x81, bytes((KEPT_FOR_PIN,))))
    return {names.PROTECTED_DATA: kept, names.ADMINISTRATION: noted}


def _key_history(vault: Vault) -> bytes | None:
    """The key history (part 1, 3.3.3) as it follows from what is there: retired keys with their certificate on the
    card, counted from the first place without a gap. None where there is none."""
    count = 0
    for place, slot in enumerate(names.RETIRED):
        if vault.describe_key(slot) is None or vault.read_object(names.FIRST_RETIRED_CERTIFICATE + place) is None:
            break
        count += 1
    if not count:
        return None
    fields = ((0xC1, bytes((count,))), (0xC2, b"\x00"), (0xF3, b""), (CHECK, b""))
    return b"".join(write_field(tag, value) for tag, value in fields)


def _wanted(command: PivCommand, fields: dict[int, bytes]) -> int:
    """The one tag that a command names."""
    refuse_unless(command.parameters == CURRENT_OBJECT, PivStatus.WRONG_P1_P2)
    refuse_unless(list(fields) == [TAG_LIST] and 1 <= len(fields[TAG_LIST]) <= 3, PivStatus.WRONG_DATA)
    return int.from_bytes(fields[TAG_LIST], "big")
