"""`sesame card tlv`: data objects, decoded."""

import argparse
import re
from contextlib import suppress

from sesame.answers import say_result
from sesame.card.data_names import Form, describe_tag
from sesame.card.table import print_line
from sesame.card.values import describe_objects, in_words
from sesame.exits import CommandError, Exit
from sesame.foreign_text import read_input
from sesame_core.errors import CardError
from sesame_core.smartcard.tlv import DolEntry, Tlv, parse_dol, parse_objects

STATUS_WORDS = (0x90, 0x61, 0x62, 0x63, 0x6C)
GLUE = re.compile(r"0x|[\s:,.'\"\[\]<>]|-", re.IGNORECASE)
NOT_TOLD = re.compile(r"[0-9A-Fa-f]*")


def run(arguments: argparse.Namespace) -> int:
    """Print the tree. Raises CommandError(USAGE)."""
    given = read_input() if arguments.hex in ([], ["-"]) else "".join(arguments.hex)
    objects, status = decode_objects(_bytes(given))
    if arguments.json:
        say_result(arguments, Exit.OK, objects=[_as_json(item) for item in objects], status=status)
        return Exit.OK
    for depth, item, name, words in describe_objects(objects):
        value = "" if item.parts else item.value.hex().upper()
        listed = list_wanted(item)
        meant = f"  ({words})" if words and not listed else ""
        print_line(
            f"{'  ' * depth}{item.tag:02X} {name}, {_long(len(item.value))}{': ' if value else ''}{value}{meant}\n"
        )
        for entry in listed:
            print_line(
                f"{'  ' * (depth + 1)}{entry.tag:02X} {describe_tag(entry.tag).name}, {_long(entry.length)} wanted\n"
            )
    if status:
        print_line(f"status word {status}\n")
    return Exit.OK


def list_wanted(item: Tlv) -> tuple[DolEntry, ...]:
    """What a data object list wants; nothing for any other object, and for a list that is none."""
    with suppress(CardError):
        return parse_dol(item.value) if describe_tag(item.tag).form is Form.DOL else ()
    return ()


def decode_objects(raw: bytes) -> tuple[tuple[Tlv, ...], str]:
    """The objects, and the status word behind them where there is one. Raises CommandError(USAGE)."""
    if len(raw) > 2 and raw[-2] in STATUS_WORDS:
        with suppress(CardError):
            return parse_objects(raw[:-2]), raw[-2:].hex().upper()
    try:
        return parse_objects(raw), ""
    except CardError as error:
        raise CommandError(Exit.USAGE, f"these are no data objects: {error}") from error


def _bytes(given: str) -> bytes:
    digits = GLUE.sub("", given)
    if not digits or len(digits) % 2 or not NOT_TOLD.fullmatch(digits):
        raise CommandError(Exit.USAGE, "whole bytes of hexadecimal are wanted, such as 6F0A8408...; - reads them in")
    return bytes.fromhex(digits)


def _long(size: int) -> str:
    return "1 byte" if size == 1 else f"{size} bytes"


def _as_json(item: Tlv) -> dict[str, object]:
    shown: dict[str, object] = {
        "tag": f"{item.tag:02X}",
        "name": describe_tag(item.tag).name,
        "length": len(item.value),
    }
    if item.parts:
        return shown | {"parts": [_as_json(part) for part in item.parts]}
    return shown | {"value": item.value.hex().upper(), "meaning": in_words(item)}
