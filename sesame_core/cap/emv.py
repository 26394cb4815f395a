"""The conversation with the card: generators that yield commands and receive responses, in the order of the wire.

select -> prepare (GPO, records, tries) -> verify -> generate -> close. EMV Book 1 (selection), Book 3 (the rest).
Which application it is held with: `choice`.
Every error is a CardError; none quotes the card.
"""

from contextlib import suppress
from dataclasses import dataclass, field

from sesame_core.cap.codes import (
    AID_CAP,
    AID_DPA,
    RID_VISA,
    Cryptogram,
    Filter,
    FilterRule,
    Request,
    choose_filter,
    encode_bcd,
    is_dedicated,
)
from sesame_core.errors import CardError, Fault
from sesame_core.pin import Pin
from sesame_core.smartcard.apdu import MAX_RECORDS, Command, Conversation, Ins, Response, StatusWord
from sesame_core.smartcard.tlv import Tlv, fill_dol, find_value, parse_dol, parse_objects

ABSENT = (StatusWord.FILE_NOT_FOUND, StatusWord.RECORD_NOT_FOUND)
SHOWN_FILES, SHOWN_RECORDS = range(1, 31), range(1, 17)
RECORD = 0x70


@dataclass(frozen=True, slots=True)
class Application:
    """A selected application: its AID and its file control information (EMV Book 1, 11.3.4)."""

    aid: bytes
    fci: tuple[Tlv, ...] = field(repr=False)

    @property
    def languages(self) -> tuple[str, ...]:
        """5F2D as ISO 639-1 codes, most preferred first."""
        text = (find_value(self.fci, 0x5F2D) or b"").decode("ascii", "replace").lower()
        return tuple(text[at : at + 2] for at in range(0, len(text) - 1, 2))

    @property
    def label(self) -> str:
        """The preferred name (9F12) in the letters that its code table says (9F11: ISO 8859, by its part), or the label
        (50), ASCII; what can be printed of it. Empty when the card has neither (EMV Book 1, 12.4; Book 4, annex B)."""
        name = find_value(self.fci, 0x9F12) or b""
        part = int.from_bytes(find_value(self.fci, 0x9F11) or b"")
        with suppress(LookupError, UnicodeError):
            if said := _printable(name.decode(f"iso8859_{part}" if part else "ascii")):
                return said
        return _printable((find_value(self.fci, 0x50) or b"").decode("ascii", "ignore"))


def _printable(text: str) -> str:
    return "".join(filter(str.isprintable, text)).strip()


@dataclass(frozen=True, slots=True)
class CardData:
    """What the records and the FCI say about making a code. DOLs and flags raw; sizes in bytes."""

    application: Application
    cdol1: bytes = field(repr=False)
    cdol2: bytes | None = field(repr=False)
    filter: Filter
    iaf: int
    psn: bytes
    belgian: bool
    tries: int | None
    objects: tuple[Tlv, ...] = field(repr=False, default=())

    @property
    def psn_prefix(self) -> bytes:
        """The PSN where the IAF asks for it (bit 0x40); 00 where the card has none (EMV Book 2, A1.4.1)."""
        return (self.psn or b"\x00") if self.iaf & 0x40 else b""

    @property
    def own_bitmap(self) -> bool:
        """True where the card brings a bitmap."""
        return bool(find_value(self.application.fci + self.objects, 0x9F56))


@dataclass(frozen=True, slots=True)
class Files:
    """The data objects of the records that could be read, and what was wrong with each of those that could not."""

    objects: tuple[Tlv, ...] = field(repr=False)
    lost: tuple[CardError, ...] = ()

    def card_data(self, application: Application, tries: int | None = None) -> CardData:
        """What a code needs. Raises CardError as `card_data`, and GARBAGE for what is missing behind a broken record.

        A dedicated application with a lost record gets no default bitmap: its own may have been in that record.
        """
        try:
            card = card_data(application, self.objects, tries)
        except CardError as error:
            broken = (each for each in self.lost if each.fault is Fault.GARBAGE)
            raise next(broken, error) from None
        guessed = card.filter.rule is FilterRule.BITMAP and not card.own_bitmap
        if self.lost and guessed and is_dedicated(application.aid):
            raise CardError(Fault.UNSUPPORTED, "no bitmap among the records that could be read")
        return card


def select_command(name: bytes) -> Command:
    """SELECT by name (EMV Book 1, 11.3)."""
    return Command(0x00, Ins.SELECT, 0x04, 0x00, name)


def select_application_by(aid: bytes) -> Conversation[Application | None]:
    """SELECT by name: the application, or None when the card has it not (or has it blocked)."""
    response = yield select_command(aid)
    if not response.ok:
        return None
    return Application(aid, parse_objects(response.data))


def prepare_card(application: Application, request: Request) -> Conversation[CardData]:
    """GPO, every record of the AFL, the PIN try counter. Counts the card's ATC up on many cards."""
    files = yield from read_files(application, request)
    tries = yield from read_tries()
    return files.card_data(application, tries)


def read_files(application: Application, request: Request) -> Conversation[Files]:
    """GPO and every record of the AFL. Counts the card's ATC up on many cards."""
    afl = yield from _start_processing(application, request)
    return (yield from _read_records(afl))


def read_shown_files() -> Conversation[tuple[Tlv, ...]]:
    """Every record of every file, as far as the card gives them away before GPO. Payment systems and issuers also keep
    files that are no data objects, such as a log: those are passed over (EMV Book 3, 5.3.2.2)."""
    objects: list[Tlv] = []
    for sfi in SHOWN_FILES:
        for number in SHOWN_RECORDS:
            response = yield read_record(sfi, number)
            if not response.ok:
                break
            with suppress(CardError):
                objects += (item for item in parse_objects(response.data) if item.tag == RECORD)
    return tuple(objects)


def restart_card(card: CardData, request: Request) -> Conversation[None]:
    """SELECT and GPO again, for a card that ended the transaction at a wrong PIN. What was read stays true."""
    application = yield from reselect_application(card.application)
    yield from _start_processing(application, request)


def reselect_application(application: Application) -> Conversation[Application]:
    """SELECT the same application once more. Raises CardError(REFUSED) when it does not come back."""
    again = yield from select_application_by(application.aid)
    if again is None:
        raise CardError(Fault.REFUSED, "the application does not let itself be selected again")
    return again


def verify_pin(pin: Pin) -> Conversation[Response]:
    """VERIFY with the plaintext PIN (EMV Book 3, 6.5.12): the response; the bytes sent are wiped."""
    response = yield Command(0x00, Ins.VERIFY, 0x00, 0x80, pin.block(), expects=False, secret=True)
    return response


def generate_ac(card: CardData, request: Request) -> Conversation[Cryptogram | None]:
    """The first GENERATE AC, which asks for an ARQC. None when the card wants a new selection first (6985).

    Raises CardError: DECLINED when the cryptogram is not an ARQC, REFUSED for any other status word.
    """
    data = fill_dol(parse_dol(card.cdol1), _terminal_values(card.application, request, card.belgian))
    response = yield Command(0x80, Ins.GENERATE_AC, 0x80, 0x00, data)
    if response.has(StatusWord.CONDITIONS_NOT_SATISFIED):
        return None
    return read_cryptogram(_require_ok(response).data, card.psn_prefix)


def close_card(card: CardData, request: Request) -> Conversation[None]:
    """The second GENERATE AC, which asks for an AAC. Whatever the card answers, the code is already made."""
    if card.cdol2 is not None:
        data = fill_dol(parse_dol(card.cdol2), _terminal_values(card.application, request, card.belgian))
        yield Command(0x80, Ins.GENERATE_AC, 0x00, 0x00, data)


def read_cryptogram(data: bytes, psn: bytes = b"") -> Cryptogram:
    """The parts of a GENERATE AC answer, format 77 or 80 (EMV Book 3, 6.5.5.4).

    Raises CardError: GARBAGE when it is neither, DECLINED when it is not an ARQC (top two bits of the CID 10).
    """
    template = _parse_template(data)
    if template.tag == 0x80:
        cid, atc, ac, iad = _split_packed(template.value)
    else:
        cid, atc, ac = (find_value(template.parts, tag) or b"" for tag in (0x9F27, 0x9F36, 0x9F26))
        iad = find_value(template.parts, 0x9F10) or b""
    if (len(cid), len(atc), len(ac)) != (1, 2, 8):
        raise CardError(Fault.GARBAGE, "not a cryptogram")
    # Only an ARQC is one that the bank can check; an AAC is as long and would make digits as well.
    if cid[0] & 0xC0 != 0x80:
        raise CardError(Fault.DECLINED, "not an ARQC")
    return Cryptogram(cid[0], atc, ac, iad, psn)


def _start_processing(application: Application, request: Request) -> Conversation[bytes]:
    """GET PROCESSING OPTIONS (EMV Book 3, 6.5.8): the AFL."""
    pdol = parse_dol(find_value(application.fci, 0x9F38) or b"")
    data = fill_dol(pdol, _terminal_values(application, request, _is_belgian(application.fci)))
    if len(data) > 252:
        raise CardError(Fault.GARBAGE, "a PDOL that asks for too much")
    length = bytes((len(data),)) if len(data) < 0x80 else bytes((0x81, len(data)))
    response = yield Command(0x80, Ins.GET_PROCESSING_OPTIONS, 0x00, 0x00, b"\x83" + length + data)
    template = _parse_template(_require_ok(response).data)
    # Format 80 has no tags inside: two bytes of AIP, the rest is the AFL (EMV Book 3, 6.5.8.4).
    afl = template.value[2:] if template.tag == 0x80 else find_value(template.parts, 0x94)
    if not afl or len(afl) % 4:
        raise CardError(Fault.GARBAGE, "no application file locator")
    return afl


def _read_records(afl: bytes) -> Conversation[Files]:
    """READ RECORD for every entry of the AFL (EMV Book 3, 10.2). One that cannot be had, or that is no data object, is
    passed over: what a code needs may well be in the others, and is missed by its own name if not."""
    objects: list[Tlv] = []
    lost: list[CardError] = []
    for sfi, number in _afl_records(afl):
        response = yield read_record(sfi, number)
        # An AFL may name records that were never written; no fault as long as nothing in them is needed.
        if any(map(response.has, ABSENT)):
            continue
        try:
            objects += parse_objects(_require_ok(response).data)
        except CardError as error:
            lost.append(error)
    return Files(tuple(objects), tuple(lost))


def _afl_records(afl: bytes) -> tuple[tuple[int, int], ...]:
    """File and number of every record named, each once: so many commands the card may cost. Raises CardError(ENDLESS)
    where they are more than any honest card has."""
    named: dict[tuple[int, int], None] = {}
    for at in range(0, len(afl), 4):
        sfi, first, last = afl[at] >> 3, afl[at + 1], afl[at + 2]
        if not 1 <= sfi <= 30 or not 1 <= first <= last:
            raise CardError(Fault.GARBAGE, "an impossible application file locator")
        named |= dict.fromkeys((sfi, number) for number in range(first, last + 1))
    if len(named) > MAX_RECORDS:
        raise CardError(Fault.ENDLESS, "more records than a card needs")
    return tuple(named)


def read_tries() -> Conversation[int | None]:
    """The PIN try counter (9F17, one byte); None where the card does not tell. Of a longer one nobody knows which byte
    counts: 00 in front is no blocked PIN."""
    value = yield from get_data(0x9F17)
    return value[0] if value and len(value) == 1 else None


def get_data(tag: int) -> Conversation[bytes | None]:
    """GET DATA of a tag of two bytes (EMV Book 3, 6.5.7). Optional on the card, so that nothing here is an error."""
    response = yield Command(0x80, Ins.GET_DATA, tag >> 8, tag & 0xFF)
    if not response.ok:
        return None
    try:
        return find_value(parse_objects(response.data), tag)
    except CardError:
        return None


def card_data(application: Application, objects: tuple[Tlv, ...], tries: int | None) -> CardData:
    """What a code needs, from the FCI and the records. Raises CardError: INCOMPLETE without a CDOL1, GARBAGE for one
    that cannot be filled, UNSUPPORTED where there is neither a rule nor a bitmap that keeps something of the
    cryptogram."""
    cdol1 = find_value(objects, 0x8C)
    if cdol1 is None:
        raise CardError(Fault.INCOMPLETE, "no CDOL1")
    # Read here already: another application may be better, and a PIN that leads to no code is asked for in vain.
    parse_dol(cdol1)
    everything = application.fci + objects
    belgian = _is_belgian(everything)
    card = CardData(
        application=application,
        cdol1=cdol1,
        cdol2=find_value(objects, 0x8D),
        filter=choose_filter(find_value(everything, 0x9F56) or None, application.aid, belgian),
        iaf=(find_value(everything, 0x9F55) or b"\x00")[0],
        psn=(find_value(everything, 0x5F34) or b"")[:1],
        belgian=belgian,
        tries=tries,
        objects=objects,
    )
    card.filter.check(len(card.psn_prefix))
    return card


def _is_belgian(objects: tuple[Tlv, ...]) -> bool:
    return find_value(objects, 0x5F2C) == b"\x00\x56" and (find_value(objects, 0xDF07) or b"").startswith(b"BKS056")


def _terminal_values(application: Application, request: Request, belgian: bool) -> dict[int, bytes]:
    """What the reader says of itself and of the request; whatever is not here is zeros.

    The values are those that cards were seen to take (see `cap` for the sources): a device of the cardholder's own
    that cannot go on line and knows a PIN only.
    """
    aid = application.aid
    dedicated = aid.startswith((AID_DPA, AID_CAP))
    old_belgian = belgian and not dedicated
    visa = aid.startswith(RID_VISA)
    return {
        # Terminal verification results: offline data authentication was not performed.
        0x95: bytes.fromhex("8000000800" if old_belgian else "8000000000"),
        # Transaction date: a reader has no calendar.
        0x9A: bytes.fromhex("010101" if visa and not old_belgian else "000000"),
        # Unpredictable number: the challenge, or the account to sign for.
        0x9F37: encode_bcd(request.challenge),
        # Amount, authorised.
        0x9F02: encode_bcd(request.amount),
        # Cardholder verification results: plaintext PIN checked by the card, successful.
        0x9F34: bytes.fromhex("010002" if dedicated else "000000"),
        # Terminal type: 34 is unattended and the cardholder's own (EMV Book 4, A1); 37 is not in the book.
        0x9F35: b"\x37" if old_belgian else b"\x34",
        # Terminal capabilities: IC with contacts, plaintext PIN checked by the card (EMV Book 4, A2).
        0x9F33: bytes.fromhex("208000"),
        # Authorisation response code: unable to go on line, declined (Z3); declined off line (Z1); EMV Book 4, A6.
        0x8A: b"Z1" if old_belgian else b"Z3",
    }


def read_record(sfi: int, number: int) -> Command:
    """READ RECORD (EMV Book 3, 6.5.11)."""
    return Command(0x00, Ins.READ_RECORD, number, sfi << 3 & 0xFF | 0x04)


def _require_ok(response: Response) -> Response:
    if not response.ok:
        raise CardError(Fault.REFUSED, f"status {response.sw:04X}")
    return response


def _parse_template(data: bytes) -> Tlv:
    """The one template 77 or 80 of an answer."""
    objects = parse_objects(data)
    if len(objects) != 1 or objects[0].tag not in (0x77, 0x80):
        raise CardError(Fault.GARBAGE, "neither format 77 nor format 80")
    return objects[0]


def _split_packed(value: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    return value[:1], value[1:3], value[3:11], value[11:]
