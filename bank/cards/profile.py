"""An EMV card as data: what is personalised once and never changes. Its counters are in `bank.cards.memory`."""

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from bank.emv.issuer import CryptogramVersion
from bank.emv.tlv import encode_template, encode_tlv, join_objects

PSE_NAME = b"1PAY.SYS.DDF01"

CDOL1 = bytes.fromhex("9F02069F03069F1A0295055F2A029A039C019F3704")
"""The cryptogram's terminal data in their usual order, 29 bytes."""

CDOL2 = bytes.fromhex("8A02") + CDOL1
"""The same after the authorisation response code, 31 bytes."""


BELGIAN_MARKS = join_objects(((0x5F2C, bytes.fromhex("0056")), (0xDF07, b"BKS0560001")))
"""Nationality, and the issuer's own identification."""


class Format(Enum):
    """How GET PROCESSING OPTIONS and GENERATE AC answer (EMV Book 3, 6.5.5.4 and 6.5.8.4); the value is the tag."""

    PACKED = 0x80
    TLV = 0x77


class Declines(Enum):
    """When the card answers a request for an ARQC with an AAC."""

    NEVER = "never"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a short file (SFI 1..30, record 1..255). `content` is answered as it stands."""

    sfi: int
    number: int
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class CardApplication:
    """One application of a card.

    `refuses` maps an instruction byte to the status word it always gets here. `new_card` sets
    that bit of a Visa CVR (03A49000 instead of 03A48000). `tail` is what follows the CVR in the IAD. `tag_order` is
    the order of a TLV cryptogram answer; a tag that is none of the cryptogram's gets a zero byte. `icc_key` is the
    card's own master key, 16 bytes; `issuer` names the key it derives from. `belgian`: the answer to
    SELECT bears the marks by which readers know a Belgian card. `shut`: the status word that SELECT gets where the bank
    has blocked the application.
    """

    aid: bytes
    label: str
    pan: str = field(repr=False)
    icc_key: bytes = field(repr=False)
    issuer: str = ""
    psn: str = "00"
    belgian: bool = False
    version: CryptogramVersion = CryptogramVersion.CVN10
    dki: int = 0x78
    new_card: bool = False
    tail: bytes = b""
    pdol: bytes = b""
    cdol1: bytes = CDOL1
    cdol2: bytes = CDOL2
    aip: bytes = b"\x10\x00"
    ipb: bytes | None = None
    iaf: bytes | None = None
    iaf_in_fci: bool = False
    languages: str = "fren"
    records: tuple[Record, ...] = ()
    afl: bytes = b""
    options_format: Format = Format.PACKED
    cryptogram_format: Format = Format.PACKED
    tag_order: tuple[int, ...] = (0x9F27, 0x9F36, 0x9F26, 0x9F10)
    declines: Declines = Declines.NEVER
    refuses: tuple[tuple[int, int], ...] = ()
    extra_fci: bytes = b""
    shut: int | None = None
    priority: int = 1

    @cached_property
    def fci(self) -> bytes:
        """The answer to SELECT (EMV Book 1, table 45)."""
        proprietary = [encode_tlv(0x50, self.label.encode("ascii")), encode_tlv(0x87, bytes((self.priority,)))]
        if self.pdol:
            proprietary.append(encode_tlv(0x9F38, self.pdol))
        if self.languages:
            proprietary.append(encode_tlv(0x5F2D, self.languages.encode("ascii")))
        discretionary = self.extra_fci + (BELGIAN_MARKS if self.belgian else b"")
        if self.iaf is not None and self.iaf_in_fci:
            discretionary += encode_tlv(0x9F55, self.iaf)
        if discretionary:
            proprietary.append(encode_tlv(0xBF0C, discretionary))
        return encode_template(0x6F, encode_tlv(0x84, self.aid), encode_template(0xA5, *proprietary))

    def refusal(self, instruction: int) -> int | None:
        """The status word that this instruction always gets, if any."""
        return dict(self.refuses).get(instruction)


@dataclass(frozen=True, slots=True)
class Pse:
    """A payment system environment listing AIDs (EMV Book 1, 12.2). `listed` are positions in the applications;
    `nested` are further directories, each with a name of its own, that it lists behind them (tag 9D)."""

    listed: tuple[int, ...]
    sfi: int = 1
    per_record: int = 1
    name: bytes = PSE_NAME
    nested: tuple["Pse", ...] = ()

    def list_all(self) -> tuple["Pse", ...]:
        """This directory, then all that are nested in it."""
        return (self, *(each for nested in self.nested for each in nested.list_all()))


@dataclass(frozen=True)
class CardProfile:
    """A whole card. `tries`: where the PIN counter starts; `limit`: where a right PIN puts it back.

    `warm_atr`: the ATR after a warm reset where it differs; a card whose cold ATR is 3F (inverse convention) and that
    has one speaks EMV only after that reset, as French cards with the old B0' mask do. `chunk`: on T=0, the most bytes
    one GET RESPONSE brings. `tells_tries`: GET DATA 9F17 is offered; `unknown_data`: the status word for what is not.
    `wrong_pin_ends`: after a wrong PIN the card wants SELECT and GET PROCESSING OPTIONS again (6985).
    `counts_at_options`: the ATC moves at GET PROCESSING OPTIONS, else at the first GENERATE AC.
    """

    name: str
    applications: tuple[CardApplication, ...]
    pin: str = field(repr=False, default="1234")
    pse: Pse | None = None
    protocol: int = 0
    atr: bytes = b""
    warm_atr: bytes = b""
    tries: int = 3
    limit: int = 3
    first_atc: int = 0
    tells_tries: bool = True
    unknown_data: int = 0x6A88
    wrong_pin_ends: bool = False
    counts_at_options: bool = True
    chunk: int | None = None

    @cached_property
    def directories(self) -> tuple[Pse, ...]:
        """The PSE, then those nested in it; none where the card has no PSE."""
        return self.pse.list_all() if self.pse else ()

    def listing(self, directory: Pse) -> tuple[Record, ...]:
        """A directory's records: one entry of 61 an application or a nested directory (EMV Book 1, 12.2.3)."""
        entries = [self._entry(self.applications[index]) for index in directory.listed]
        entries += [encode_template(0x61, encode_tlv(0x9D, nested.name)) for nested in directory.nested]
        step = directory.per_record
        groups = [entries[start : start + step] for start in range(0, len(entries), step)]
        return tuple(
            Record(directory.sfi, number, encode_template(0x70, *group)) for number, group in enumerate(groups, 1)
        )

    @staticmethod
    def listing_fci(directory: Pse) -> bytes:
        """The answer to SELECT of a directory (EMV Book 1, table 43)."""
        return encode_template(
            0x6F,
            encode_tlv(0x84, directory.name),
            encode_template(0xA5, encode_tlv(0x88, bytes((directory.sfi,))), encode_tlv(0x5F2D, b"fren")),
        )

    @staticmethod
    def _entry(application: CardApplication) -> bytes:
        named = ((0x4F, application.aid), (0x50, application.label.encode()), (0x87, bytes((application.priority,))))
        return encode_tlv(0x61, join_objects(named))


def lay_out_files(*files: tuple[int, tuple[bytes, ...]]) -> tuple[tuple[Record, ...], bytes]:
    """Records and AFL (no record signed) for files given as (SFI, contents of the 70 template, record by record)."""
    records = tuple(
        Record(sfi, number, encode_template(0x70, content))
        for sfi, contents in files
        for number, content in enumerate(contents, 1)
    )
    afl = b"".join(bytes((sfi << 3, 1, len(contents), 0)) for sfi, contents in files)
    return records, afl


def atr_t0(historical: bytes) -> bytes:
    """An EMV ATR for T=0: TB1 = 00 (no programming voltage), TC1 = 00 (EMV Book 1, 8.1)."""
    return bytes((0x3B, 0x60 | len(historical), 0, 0)) + historical


def atr_t1(historical: bytes) -> bytes:
    """An EMV ATR for T=1: TD1 = 81, TD2 = 31, IFSC 254, waiting times 45, and the check byte."""
    body = bytes((0xE0 | len(historical), 0, 0, 0x81, 0x31, 0xFE, 0x45)) + historical
    check = 0
    for byte in body:
        check ^= byte
    return bytes((0x3B,)) + body + bytes((check,))
