"""From an application's data to its records: what a card factory writes, test cards only."""

from dataclasses import replace
from itertools import chain

from bank.cards.profile import CardApplication, lay_out_files
from bank.emv.codes import BANCONTACT, MASTERCARD_CAP, VISA_DPA
from bank.emv.issuer import demo_pan
from bank.emv.keys import TEST_KEYS, IssuerKey, card_key
from bank.emv.tlv import join_objects

APACS = bytes.fromhex("A0000002040000")
VISA_PLUS = bytes.fromhex("A0000000032010")
VISA = bytes.fromhex("A0000000031010")
MASTERCARD = bytes.fromhex("A0000000041010")
MAESTRO = bytes.fromhex("A0000000043060")
CARTES_BANCAIRES = bytes.fromhex("A0000000421010")

IN_HOUSE = bytes.fromhex("F0534553414D45")
"""A name that nobody registered (category F of ISO/IEC 7816-5): a reader finds it in a directory or not at all."""

CAP_ORDER = (VISA_DPA, MASTERCARD_CAP, APACS, BANCONTACT, VISA_PLUS, VISA, MASTERCARD, MAESTRO, IN_HOUSE)
"""The application that makes a card's codes is the first it has of these."""

FRENCH_IPB = bytes.fromhex("8001FFFFFF000000000000000000000000")
"""1 bit of the CID, 9 of the ATC, 16 of the cryptogram: always eight digits."""

BRITISH_IPB = bytes.fromhex("8000FF000000000001FFFF00000000000000")
"""1 bit of the CID, 8 of the ATC, 17 of the cryptogram."""

MASTERCARD_IPB = bytes.fromhex("0000FF000000000003FFFF")
"""8 bits of the ATC, 18 of the cryptogram."""

EXPIRY = bytes.fromhex("311231")
PIN_BY_CARD = bytes.fromhex("00000000000000000100")
"""CVM list: plaintext PIN checked by the card, always (EMV Book 3, table 39)."""

VISA_KEY = TEST_KEYS["TEST-VISA"]
MASTERCARD_KEY = TEST_KEYS["TEST-MASTERCARD"]

Element = tuple[int, bytes]


def draft_application(
    aid: bytes, label: str, serial: int, issuer: IssuerKey = VISA_KEY, psn: str = "00"
) -> CardApplication:
    """An application with its keys but no records. `serial` makes the card number, in a range no bank can have."""
    return draft_numbered(aid, label, demo_pan(serial), issuer, psn)


def draft_numbered(aid: bytes, label: str, pan: str, issuer: IssuerKey = VISA_KEY, psn: str = "00") -> CardApplication:
    """The same with a card number of one's own. Raises IssuingError when it is none."""
    return CardApplication(aid, label, pan, card_key(issuer, pan, psn), issuer.name, psn)


def write_records(application: CardApplication, first_sfi: int = 1, tell_psn: bool = True) -> CardApplication:
    """With its records: the card's own data in one file, lists and CAP data in two records of the next."""
    own = holder_elements(application, tell_psn)
    files = (
        (first_sfi, (join_objects(own),)),
        (first_sfi + 1, _present(rule_elements(application), cap_elements(application))),
    )
    return with_files(application, *files)


def written_small(application: CardApplication, tell_psn: bool = True) -> CardApplication:
    """With everything in one record."""
    parts = (holder_elements(application, tell_psn), rule_elements(application), cap_elements(application))
    return with_files(application, (1, (join_objects(chain(*parts)),)))


def written_apart(application: CardApplication) -> CardApplication:
    """With one element a record, over four files far apart, the CAP data first."""
    own, rules = holder_elements(application, True), rule_elements(application)
    files = ((2, cap_elements(application)), (9, rules[:1]), (10, rules[1:]), (30, own))
    return with_files(application, *((sfi, _present(*([element] for element in part))) for sfi, part in files))


def with_files(application: CardApplication, *files: tuple[int, tuple[bytes, ...]]) -> CardApplication:
    """With these files as they are: (SFI, contents of the records)."""
    records, afl = lay_out_files(*files)
    return replace(application, records=records, afl=afl)


def holder_elements(application: CardApplication, tell_psn: bool) -> list[Element]:
    """Card number, expiry and sequence number."""
    packed = application.pan + "F" * (len(application.pan) % 2)
    own = [(0x5A, bytes.fromhex(packed)), (0x5F24, EXPIRY)]
    return [*own, (0x5F34, bytes.fromhex(application.psn))] if tell_psn else own


def rule_elements(application: CardApplication) -> list[Element]:
    """The lists of what the card wants to be told, and how the cardholder is known."""
    return [(0x8C, application.cdol1), (0x8D, application.cdol2), (0x8E, PIN_BY_CARD)]


def cap_elements(application: CardApplication) -> list[Element]:
    """Internet authentication flags and bitmap, where the application has them."""
    flags = [] if application.iaf is None or application.iaf_in_fci else [(0x9F55, application.iaf)]
    bitmap = [] if application.ipb is None else [(0x9F56, application.ipb)]
    return flags + bitmap


def _present(*parts: list[Element]) -> tuple[bytes, ...]:
    return tuple(join_objects(part) for part in parts if part)


def cap_application(applications: tuple[CardApplication, ...]) -> CardApplication | None:
    """The application that makes the card's codes; None when it has none."""
    found = (application for aid in CAP_ORDER for application in applications if application.aid.startswith(aid))
    return next(found, None)
