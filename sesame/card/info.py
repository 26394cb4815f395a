"""`sesame card info`: what a card says of itself, and its bitmap bit by bit, without moving any of its counters.

Most cards let their files be read before a transaction is begun. Where one does not, GET PROCESSING OPTIONS must come
first, which moves its transaction counter: that is asked for.
"""

import argparse
from dataclasses import dataclass, field

from sesame.answers import say_result
from sesame.card import bits
from sesame.card.source import OpenCard, ask_consent, open_source
from sesame.card.table import format_pairs, format_table, print_line
from sesame.card.values import show_date
from sesame.exits import CommandError, Exit
from sesame.streams import print_remark
from sesame_core.cap import emv
from sesame_core.cap.choice import select_application
from sesame_core.cap.codes import FilterRule, Request
from sesame_core.errors import CardError
from sesame_core.smartcard.apdu import Conversation
from sesame_core.smartcard.tlv import Tlv, find_value

TRIES, COUNTER, COUNTER_ONLINE = 0x9F17, 0x9F36, 0x9F13
BITMAP, FLAGS, PSN, PAN, EXPIRY, CDOL1 = 0x9F56, 0x9F55, 0x5F34, 0x5A, 0x5F24, 0x8C
LAST_SHOWN = 4

IAF_BITS = (
    (0x80, "amount and currency belong to a challenge"),
    (0x40, "the PSN stands in front of the data"),
    (0x20, "the amount alone belongs to a challenge"),
)


@dataclass(frozen=True)
class Seen:
    """Everything that was read of a card."""

    where: str
    atr: str
    protocol: str
    application: emv.Application
    tries: int | None
    counter: int | None
    counter_online: int | None
    objects: tuple[Tlv, ...] = field(repr=False)

    def value(self, tag: int) -> bytes:
        """A data object of the FCI or the records; empty when there is none."""
        return find_value(self.application.fci + self.objects, tag) or b""

    @property
    def card(self) -> emv.CardData | str:
        """What codes are made with; why there are none where there are none."""
        try:
            return emv.card_data(self.application, self.objects, self.tries)
        except CardError as error:
            return str(error)


def run(arguments: argparse.Namespace) -> int:
    """Print it. Raises CommandError, CardError, SlotError."""
    with open_source(arguments) as card:
        seen = look_at_card(card, arguments)
    if arguments.json:
        say_result(arguments, Exit.OK, **as_json(seen, arguments.pan))
    else:
        print_line(as_text(seen, arguments.pan))
    return Exit.OK


def look_at_card(card: OpenCard, arguments: argparse.Namespace) -> Seen:
    """Everything of the application that codes come from. Raises CommandError, CardError, SlotError."""
    application = card.ask(select_application())
    tries, counter, online = (card.ask(_number(tag)) for tag in (TRIES, COUNTER, COUNTER_ONLINE))
    objects = card.ask(emv.read_shown_files())
    if find_value(objects, CDOL1) is None:
        objects = _after_starting(card, application, arguments) or objects
    atr = card.atr.hex().upper()
    return Seen(card.where, atr, f"T={card.protocol.value}", application, tries, counter, online, objects)


def _after_starting(card: OpenCard, application: emv.Application, arguments: argparse.Namespace) -> tuple[Tlv, ...]:
    try:
        ask_consent(
            arguments, card, "this card shows its files only once a transaction is begun, which moves its counter (ATC)"
        )
    except CommandError as error:
        print_remark(str(error))
        return ()
    card.ask(emv.reselect_application(application))
    return card.ask(emv.read_files(application, Request())).objects


def _number(tag: int) -> Conversation[int | None]:
    value = yield from emv.get_data(tag)
    return int.from_bytes(value) if value else None


def as_text(seen: Seen, pan: bool) -> str:
    """Tables for people."""
    application = seen.application
    rows = [
        ("reader", seen.where),
        ("ATR", f"{seen.atr} ({seen.protocol})"),
        ("application", application.aid.hex().upper()),
        ("label", application.label),
        ("languages", ", ".join(application.languages)),
        ("card number", _pan(seen, pan)),
        ("expires", _date(seen)),
        ("PSN", seen.value(PSN).hex()),
        ("PIN tries left", _or_untold(seen.tries)),
        ("counter (ATC)", _or_untold(seen.counter)),
        ("counter, last online", "" if seen.counter_online is None else str(seen.counter_online)),
    ]
    return format_pairs(rows) + "\n" + _how_codes_are_made(seen)


def as_json(seen: Seen, pan: bool) -> dict[str, object]:
    """The same for programs."""
    application, card = seen.application, seen.card
    shown: dict[str, object] = {
        "reader": seen.where,
        "atr": seen.atr,
        "protocol": seen.protocol,
        "aid": application.aid.hex().upper(),
        "label": application.label,
        "languages": list(application.languages),
        "pan": _pan(seen, pan),
        "expires": _date(seen),
        "psn": seen.value(PSN).hex(),
        "pin_tries_left": seen.tries,
        "atc": seen.counter,
        "atc_last_online": seen.counter_online,
        "iaf": seen.value(FLAGS).hex().upper(),
    }
    if isinstance(card, str):
        return shown | {"codes": None, "why": card}
    if card.filter.rule is FilterRule.BELGIAN:
        return shown | {"codes": {"rule": "belgian", "digits": "8"}}
    bitmap = card.filter.bitmap
    least, greatest = bits.code_span(bitmap, card.psn_prefix)
    return shown | {
        "codes": {
            "rule": "bitmap",
            "bitmap": bitmap.hex().upper(),
            "from_the_card": bool(seen.value(BITMAP)),
            "bits": bits.count_bits(bitmap, bool(card.psn_prefix)),
            "digits": bits.code_digits(least, greatest),
            "least": least,
            "greatest": greatest,
        }
    }


def _how_codes_are_made(seen: Seen) -> str:
    card = seen.card
    if isinstance(card, str):
        return f"no codes from this card: {card}\n"
    if card.filter.rule is FilterRule.BELGIAN:
        return "codes by the Belgian rule: 10 and 8 bits of the AC, 8 of the ATC, and a check: 8 digits\n"
    bitmap, prefix = card.filter.bitmap, card.psn_prefix
    least, greatest = bits.code_span(bitmap, prefix)
    origin = "the card's own" if seen.value(BITMAP) else "Visa's default: the card brings none"
    rows = [
        ("flags (IAF)", _flags(seen)),
        ("bitmap (IPB)", f"{bitmap.hex().upper()} ({origin})"),
        ("bits taken", bits.summarise_bitmap(bitmap, bool(prefix))),
        ("digits", f"{bits.code_digits(least, greatest)} ({least} to {greatest})"),
    ]
    taken = [one for one in bits.mask_bytes(bitmap, bool(prefix)) if one.mask]
    lines = ((one.name, f"{one.mask:02X}", f"{one.mask:08b}", str(one.mask.bit_count())) for one in taken)
    return format_pairs(rows) + "\n" + format_table(("byte", "mask", "bits", "taken"), lines)


def _flags(seen: Seen) -> str:
    value = seen.value(FLAGS)
    if not value:
        return ""
    meanings = [meaning for bit, meaning in IAF_BITS if value[0] & bit]
    return f"{value.hex().upper()} ({'; '.join(meanings) or 'nothing special'})"


def _pan(seen: Seen, whole: bool) -> str:
    number = seen.value(PAN).hex().upper().rstrip("F")
    return number if whole or not number else "*" * (len(number) - LAST_SHOWN) + number[-LAST_SHOWN:]


def _date(seen: Seen) -> str:
    try:
        return show_date(seen.value(EXPIRY))
    except ValueError:
        return ""


def _or_untold(number: int | None) -> str:
    return "the card does not tell" if number is None else str(number)
