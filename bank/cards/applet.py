"""The EMV side of a card: applications, their files, the PIN and the cryptograms (EMV Books 1 and 3).

Everything volatile is in one `AppletSession` that power, reset and SELECT begin anew; counters are in
`bank.cards.memory`.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bank.cards.channel import Apdu, Reply
from bank.cards.memory import CardMemory, Counters, keep_counters
from bank.cards.profile import CardApplication, CardProfile, Declines, Format, Record
from bank.emv.codes import MAX_ATC
from bank.emv.issuer import (
    CryptogramKind,
    Outcome,
    PinResult,
    Transaction,
    application_cryptogram,
    expected_cvr,
    issuer_application_data,
)
from bank.emv.tlv import cut_data, dol_length, encode_tlv, join_objects
from bank.errors import StateError

OK = 0x9000
MEMORY_FAILURE = 0x6581
WRONG_LENGTH = 0x6700
PIN_BLOCKED = 0x6983
NO_CONDITION = 0x6985
WRONG_DATA = 0x6A80
NOT_FOUND = 0x6A82
NO_RECORD = 0x6A83
WRONG_P1_P2 = 0x6A86
UNKNOWN_INS = 0x6D00
UNKNOWN_CLA = 0x6E00

SELECT = 0xA4
TRIES = 0x9F17
COUNTER = 0x9F36
NEXT_OCCURRENCE = 0x02
PLAINTEXT_PIN = 0x80


class _Refused(Exception):  # noqa: N818 - it is the card's answer, not an error of ours
    """Ends a command with a status word, leaving everything as it was."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


@dataclass
class AppletSession:
    """What the card forgets on SELECT, reset and power off. `place`: position in the card's names, -1 for none."""

    place: int = -1
    started: bool = False
    ended: bool = False
    atc: int = 0
    pin: PinResult = PinResult.NOT_DONE
    values: dict[int, bytes] = field(default_factory=dict)
    first: CryptogramKind | None = None
    second: CryptogramKind | None = None


class Applet:
    """Answers commands. Never raises: what cannot be stored is answered 6581."""

    def __init__(self, profile: CardProfile, memory: CardMemory) -> None:
        self._profile = profile
        self._memory = memory
        self._session = AppletSession()
        directories = [directory.name for directory in profile.directories]
        self._names = directories + [application.aid for application in profile.applications]
        self._handlers: dict[tuple[int, int], Callable[[Apdu], Reply]] = {
            (0x00, 0xA4): self._select,
            (0x00, 0xB2): self._read_record,
            (0x00, 0x20): self._verify,
            (0x80, 0xA8): self._processing_options,
            (0x80, 0xAE): self._generate_ac,
            (0x80, 0xCA): self._get_data,
        }

    def forget(self) -> None:
        """Power or reset: nothing is selected, no PIN was given."""
        self._session = AppletSession()

    def handle_command(self, apdu: Apdu) -> Reply:
        """Answer one command."""
        handler = self._handlers.get((apdu.cla, apdu.ins))
        if handler is None:
            known = any(instruction == apdu.ins for _, instruction in self._handlers)
            return Reply(UNKNOWN_CLA if known or apdu.cla not in (0x00, 0x80) else UNKNOWN_INS)
        try:
            self._permit(apdu)
            return handler(apdu)
        except _Refused as refused:
            return Reply(refused.status)
        except StateError:
            return Reply(MEMORY_FAILURE)

    @property
    def _application(self) -> CardApplication | None:
        return self._at(self._session.place)

    def _at(self, place: int) -> CardApplication | None:
        index = place - len(self._profile.directories)
        return self._profile.applications[index] if place >= 0 and index >= 0 else None

    def _permit(self, apdu: Apdu) -> None:
        application = self._application
        status = application.refusal(apdu.ins) if application and apdu.ins != SELECT else None
        if status is not None:
            raise _Refused(status)

    def _selected(self) -> CardApplication:
        application = self._application
        if application is None:
            raise _Refused(NO_CONDITION)
        return application

    def _select(self, apdu: Apdu) -> Reply:
        """By whole or partial name; P2 = 02 goes on from the one selected (EMV Book 1, 11.3 and 12.4)."""
        _require(apdu.p1 == 0x04 and apdu.p2 in (0x00, NEXT_OCCURRENCE), WRONG_P1_P2)
        _require(1 <= len(apdu.data) <= 16, WRONG_LENGTH)
        start = self._session.place + 1 if apdu.p2 == NEXT_OCCURRENCE else 0
        places = (place for place in range(start, len(self._names)) if self._names[place].startswith(apdu.data))
        place = next(places, None)
        if place is None:
            return Reply(NOT_FOUND)
        application = self._at(place)
        if application and application.shut is not None:
            return Reply(application.shut)
        self._session = AppletSession(place)
        return Reply(
            OK, application.fci if application else self._profile.listing_fci(self._profile.directories[place])
        )

    def _processing_options(self, apdu: Apdu) -> Reply:
        """GET PROCESSING OPTIONS (EMV Book 3, 6.5.8): once a selection. A PIN given before is forgotten."""
        application = self._selected()
        _require(not self._session.started, NO_CONDITION)
        _require(not (apdu.p1 or apdu.p2), WRONG_P1_P2)
        values = _command_template(apdu.data)
        _require(len(values) == dol_length(application.pdol), WRONG_LENGTH)
        if self._profile.counts_at_options:
            self._count()
        self._session.started = True
        self._session.pin = PinResult.NOT_DONE
        self._session.values = cut_data(application.pdol, values)
        return Reply(OK, _options(application))

    def _read_record(self, apdu: Apdu) -> Reply:
        """READ RECORD (EMV Book 3, 6.5.11)."""
        sfi = apdu.p2 >> 3
        _require(not apdu.data, WRONG_LENGTH)
        _require(apdu.p2 & 0x07 == 0x04 and 1 <= sfi <= 30 and apdu.p1 > 0, WRONG_P1_P2)
        file = [record for record in self._records() if record.sfi == sfi]
        _require(bool(file), NOT_FOUND)
        found = next((record for record in file if record.number == apdu.p1), None)
        return Reply(OK, found.content) if found else Reply(NO_RECORD)

    def _records(self) -> tuple[Record, ...]:
        place, application = self._session.place, self._application
        if application:
            return application.records
        return self._profile.listing(self._profile.directories[place]) if place >= 0 else ()

    def _get_data(self, apdu: Apdu) -> Reply:
        """GET DATA (EMV Book 3, 6.5.7): tries left and counter, where the card offers them."""
        _require(not apdu.data, WRONG_LENGTH)
        offered = (TRIES, COUNTER) if self._profile.tells_tries else (COUNTER,)
        tag = apdu.p1 << 8 | apdu.p2
        _require(self._application is not None and tag in offered, self._profile.unknown_data)
        counters = self._memory.update(keep_counters)
        return Reply(OK, encode_tlv(tag, bytes((counters.tries,)) if tag == TRIES else counters.atc.to_bytes(2, "big")))

    def _verify(self, apdu: Apdu) -> Reply:
        """VERIFY (EMV Book 3, 6.5.12). The try is taken away before the PIN is looked at, as cards do."""
        self._selected()
        _require(not self._session.ended, NO_CONDITION)
        _require(apdu.p1 == 0 and apdu.p2 == PLAINTEXT_PIN, WRONG_P1_P2)
        _require(len(apdu.data) == 8, WRONG_LENGTH)
        _require(_is_pin_block(apdu.data), WRONG_DATA)
        left = self._memory.update(_one_try_less).tries
        if not hmac.compare_digest(apdu.data, _pin_block(self._profile.pin)):
            return self._wrong_pin(left)
        self._memory.update(lambda counters: replace(counters, tries=self._profile.limit))
        self._session.pin = PinResult.RIGHT
        return Reply(OK)

    def _wrong_pin(self, left: int) -> Reply:
        self._session.pin = PinResult.WRONG
        self._session.ended = self._profile.wrong_pin_ends
        return Reply(0x63C0 | left)

    def _generate_ac(self, apdu: Apdu) -> Reply:
        """GENERATE AC (EMV Book 3, 6.5.5): an ARQC first if asked and granted, then once more to close."""
        application, session = self._selected(), self._session
        _require(session.started and not session.ended and session.second is None, NO_CONDITION)
        _require(not apdu.p1 & 0x3F and apdu.p1 != 0xC0 and not apdu.p2, WRONG_P1_P2)
        asked = CryptogramKind(apdu.p1)
        opening = session.first is None
        _require(opening or (session.first is CryptogramKind.ARQC and asked is not CryptogramKind.ARQC), NO_CONDITION)
        wanted = dol_length(application.cdol1 if opening else application.cdol2)
        _require(len(apdu.data) == wanted, WRONG_LENGTH)
        step = self._first_ac if opening else self._second_ac
        return step(application, asked, apdu.data)

    def _first_ac(self, application: CardApplication, asked: CryptogramKind, data: bytes) -> Reply:
        """A card that must go online gives an ARQC where a TC is asked for (EMV Book 3, 6.5.5.4)."""
        if not self._profile.counts_at_options:
            self._count()
        refused = asked is CryptogramKind.AAC or application.declines is Declines.ALWAYS
        self._session.first = CryptogramKind.AAC if refused else CryptogramKind.ARQC
        return self._cryptogram(application, self._session.first, cut_data(application.cdol1, data))

    def _second_ac(self, application: CardApplication, asked: CryptogramKind, data: bytes) -> Reply:
        self._session.second = asked
        return self._cryptogram(application, asked, cut_data(application.cdol2, data))

    def _cryptogram(self, application: CardApplication, kind: CryptogramKind, values: dict[int, bytes]) -> Reply:
        session = self._session
        assert session.first is not None
        tries = self._memory.update(keep_counters).tries
        outcome = Outcome(session.pin, tries, session.first, session.second, application.new_card)
        results = expected_cvr(application.version, outcome)
        iad = issuer_application_data(application.version, application.dki, results, application.tail)
        transaction = Transaction(session.values | values, application.aip, session.atc, results, iad)
        mac = application_cryptogram(application.version, application.icc_key, transaction)
        return Reply(OK, _packed_or_tlv(application, kind, session.atc.to_bytes(2, "big"), mac, iad))

    def _count(self) -> None:
        """Move the counter. It is stored before anything is computed with it."""
        self._session.atc = self._memory.update(_one_more).atc


def _require(condition: bool, status: int) -> None:
    if not condition:
        raise _Refused(status)


def _command_template(data: bytes) -> bytes:
    """What is in the template 83 (EMV Book 3, 6.5.8.3), its length in one byte or, from 128 on, in two."""
    _require(len(data) >= 2, WRONG_LENGTH)
    value = data[3:] if data[1] == 0x81 else data[2:]
    _require(data == encode_tlv(0x83, value), WRONG_DATA)
    return value


def _options(application: CardApplication) -> bytes:
    if application.options_format is Format.PACKED:
        return encode_tlv(0x80, application.aip + application.afl)
    return encode_tlv(0x77, join_objects(((0x82, application.aip), (0x94, application.afl))))


def _packed_or_tlv(application: CardApplication, kind: CryptogramKind, atc: bytes, mac: bytes, iad: bytes) -> bytes:
    cid = bytes((kind.value,))
    if application.cryptogram_format is Format.PACKED:
        return encode_tlv(0x80, cid + atc + mac + iad)
    values = {0x9F27: cid, 0x9F36: atc, 0x9F26: mac, 0x9F10: iad}
    return encode_tlv(0x77, join_objects((tag, values.get(tag, b"\0")) for tag in application.tag_order))


def _pin_block(pin: str) -> bytes:
    """The plaintext block of EMV Book 3, table 24."""
    return bytes.fromhex(f"2{len(pin):X}{pin}".ljust(16, "F"))


def _is_pin_block(block: bytes) -> bool:
    text = block.hex()
    length = int(text[1], 16)
    return (
        text[0] == "2" and 4 <= length <= 12 and text[2 : 2 + length].isdecimal() and not text[2 + length :].strip("f")
    )


def _one_try_less(counters: Counters) -> Counters:
    _require(counters.tries > 0, PIN_BLOCKED)
    return replace(counters, tries=counters.tries - 1)


def _one_more(counters: Counters) -> Counters:
    _require(counters.atc < MAX_ATC, NO_CONDITION)
    return replace(counters, atc=counters.atc + 1)
