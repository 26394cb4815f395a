"""Values of data objects in words."""

from collections.abc import Callable, Iterator

from sesame.card.data_names import COUNTRIES, CURRENCIES, Form, describe_tag
from sesame_core.errors import CardError
from sesame_core.smartcard.tlv import Tlv, parse_dol

CVM_METHODS = {
    0x00: "fail",
    0x01: "PIN in plaintext, checked by the card",
    0x02: "PIN enciphered, checked online",
    0x03: "PIN in plaintext, checked by the card, and signature",
    0x04: "PIN enciphered, checked by the card",
    0x05: "PIN enciphered, checked by the card, and signature",
    0x1E: "signature",
    0x1F: "none needed",
}
"""EMV Book 3, annex C3, table 39."""

CVM_CONDITIONS = {
    0x00: "always",
    0x01: "for unattended cash",
    0x02: "for neither cash nor cashback",
    0x03: "if the terminal can",
    0x04: "for manual cash",
    0x05: "for cashback",
    0x06: "in the card's currency under X",
    0x07: "in the card's currency over X",
    0x08: "in the card's currency under Y",
    0x09: "in the card's currency over Y",
}
"""EMV Book 3, annex C3, table 40."""

USAGE = (
    "cash at home", "cash abroad", "goods at home", "goods abroad", "services at home", "services abroad",
    "cash machines", "other terminals", "cashback at home", "cashback abroad",
)  # fmt: skip
"""EMV Book 3, annex C2, from the highest bit."""


def in_words(item: Tlv) -> str:
    """What a value says, for people; empty where its bytes say it all."""
    try:
        return WORDS[describe_tag(item.tag).form](item.value)
    except (ValueError, IndexError, CardError):
        return ""


def show_text(value: bytes) -> str:
    """ISO/IEC 8859-1, control characters shown as dots."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F or byte >= 0xA0 else "." for byte in value).strip()


def show_date(value: bytes) -> str:
    """YYMMDD as a date; the day 00 is left out."""
    year, month, day = value.hex()[:2], value.hex()[2:4], value.hex()[4:6]
    if not (year + month + day).isdecimal() or len(value) != 3:
        raise ValueError
    return f"20{year}-{month}" + ("" if day == "00" else f"-{day}")


def show_dol(value: bytes) -> str:
    """Tags, lengths and names."""
    return ", ".join(f"{entry.tag:02X}:{entry.length} {describe_tag(entry.tag).name}" for entry in parse_dol(value))


def _digits(value: bytes) -> str:
    number = value.hex().upper().rstrip("F")
    return number if number.isdecimal() else ""


def _tags(value: bytes) -> str:
    names = []
    while value:
        size = 1 if value[0] & 0x1F != 0x1F else 2
        tag = int.from_bytes(value[:size])
        names.append(f"{tag:02X} {describe_tag(tag).name}")
        value = value[size:]
    return ", ".join(names)


def _rules(value: bytes) -> str:
    x, y = int.from_bytes(value[:4]), int.from_bytes(value[4:8])
    rules = [_rule(value[at], value[at + 1]) for at in range(8, len(value), 2)]
    amounts = [f"X={x}"] * bool(x) + [f"Y={y}"] * bool(y)
    return "; ".join(amounts + rules)


def _rule(method: int, condition: int) -> str:
    way = CVM_METHODS.get(method & 0x3F, f"method {method & 0x3F:02X}")
    when = CVM_CONDITIONS.get(condition, f"condition {condition:02X}")
    return f"{way}, {when}{', else the next' if method & 0x40 else ''}"


def _usage(value: bytes) -> str:
    bits = int.from_bytes(value[:2])
    return ", ".join(name for place, name in enumerate(USAGE) if bits >> (15 - place) & 1)


def _files(value: bytes) -> str:
    if len(value) % 4:
        raise ValueError
    return ", ".join(_file(*value[at : at + 4]) for at in range(0, len(value), 4))


def _file(sfi: int, first: int, last: int, signed: int) -> str:
    records = f"record {first}" if first == last else f"records {first} to {last}"
    return f"file {sfi >> 3} {records}{f' ({signed} signed)' if signed else ''}"


def _country(value: bytes) -> str:
    return COUNTRIES.get(value.hex()[-3:], "")


def _currency(value: bytes) -> str:
    return CURRENCIES.get(value.hex()[-3:], "")


def _bitmap(value: bytes) -> str:
    ones = sum(byte.bit_count() for byte in value)
    return f"{ones} bits are taken"


def _number(value: bytes) -> str:
    return str(int.from_bytes(value))


def _nothing(_value: bytes) -> str:
    return ""


WORDS: dict[Form, Callable[[bytes], str]] = {
    Form.BYTES: _nothing,
    Form.TEXT: show_text,
    Form.DIGITS: _digits,
    Form.NUMBER: _number,
    Form.DATE: show_date,
    Form.DOL: show_dol,
    Form.TAGS: _tags,
    Form.RULES: _rules,
    Form.USAGE: _usage,
    Form.FILES: _files,
    Form.COUNTRY: _country,
    Form.CURRENCY: _currency,
    Form.BITMAP: _bitmap,
}


def describe_objects(items: tuple[Tlv, ...], depth: int = 0) -> Iterator[tuple[int, Tlv, str, str]]:
    """Every object with how deep it lies, its name, and its value in words."""
    for item in items:
        name = describe_tag(item.tag).name
        yield depth, item, name, "" if item.parts else in_words(item)
        yield from describe_objects(item.parts, depth + 1)
