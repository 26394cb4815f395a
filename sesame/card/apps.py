"""`sesame card apps`: the applications of a card, by its own directories and by the names that are known."""

import argparse
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sesame.answers import say_result
from sesame.card.source import open_source
from sesame.card.table import format_table, print_line
from sesame.exits import Exit
from sesame.streams import print_remark
from sesame_core.cap import emv
from sesame_core.cap.choice import select_application
from sesame_core.cap.directory import list_contactless, list_pse
from sesame_core.errors import CardError, Fault
from sesame_core.smartcard.apdu import Conversation
from sesame_core.smartcard.tlv import find_value

KNOWN = {
    bytes.fromhex(aid): name
    for aid, name in (
        ("A0000000038002", "Visa DPA"),
        ("A0000000048002", "Mastercard CAP"),
        ("A0000002040000", "APACS CAP (British banks)"),
        ("D056000666111010", "Bancontact"),
        ("A0000000032010", "Visa Electron"),
        ("A0000000031010", "Visa"),
        ("A0000000041010", "Mastercard"),
        ("A0000000043060", "Maestro"),
        ("A0000000421010", "CB"),
        ("A0000000032020", "V PAY"),
        ("A0000000033010", "Visa Interlink"),
        ("A0000000034010", "Visa, specific"),
        ("A0000000035010", "Visa, specific"),
        ("A0000000038010", "Visa Plus"),
        ("A00000000410101213", "Mastercard, specific"),
        ("A00000000410101215", "Mastercard, specific"),
        ("A0000000042010", "Mastercard, specific"),
        ("A0000000043010", "Mastercard, specific"),
        ("A0000000044010", "Mastercard, specific"),
        ("A0000000045010", "Mastercard, specific"),
        ("A0000000046000", "Cirrus"),
        ("A0000000050001", "Maestro (United Kingdom)"),
        ("A0000000250000", "American Express"),
        ("A00000002501", "American Express"),
        ("A0000000291010", "LINK"),
        ("A0000001410001", "Pagobancomat"),
        ("A0000002281010", "SAMA"),
        ("A0000002771010", "Interac"),
        ("A0000003591010028001", "girocard"),
    )
}
"""Names that cards have been seen with, the reader's own order first."""


@dataclass(frozen=True, slots=True)
class FoundApp:
    """An application that can be selected, or that a directory lists although it cannot."""

    aid: bytes
    label: str
    by: tuple[str, ...]
    selectable: bool
    used: bool = False

    @property
    def known_as(self) -> str:
        """What is known by that name; empty for none."""
        return next((name for aid, name in KNOWN.items() if self.aid.startswith(aid)), "")


def run(arguments: argparse.Namespace) -> int:
    """Print the list. Raises CardError (APPLICATION_BLOCKED where all that is there is blocked), SlotError."""
    with open_source(arguments) as card:
        found = card.ask(survey_card())
        if not found:
            card.ask(_refuse_blocked())
        where = card.where
    exit_code = Exit.OK if found else Exit.NO_APPLICATION
    if arguments.json:
        say_result(arguments, exit_code, applications=[_as_json(one) for one in found])
    elif found:
        print_line(format_table(("AID", "known as", "label", "found by", "codes"), map(_row, found)))
    else:
        print_remark(f"no application that is known here is on the card in {where}")
    return exit_code


def survey_card() -> Conversation[tuple[FoundApp, ...]]:
    """Select everything that a directory lists or that is known by name. No counter moves."""
    directories = {"PSE": (yield from list_pse()), "2PAY": (yield from list_contactless())}
    listed = tuple(dict.fromkeys(aid for aids in directories.values() for aid in aids))
    found: dict[bytes, FoundApp] = {}
    for aid in dict.fromkeys((*listed, *KNOWN)):
        application = yield from emv.select_application_by(aid)
        by = tuple(name for name, aids in directories.items() if aid in aids)
        if application is None and not by:
            continue
        name = (find_value(application.fci, 0x84) if application else None) or aid
        label = application.label if application else ""
        reached = ("AID",) if application else ()
        before = found.get(name, FoundApp(name, label, (), False)).by
        found[name] = FoundApp(name, label, tuple(dict.fromkeys((*before, *by, *reached))), application is not None)
    return (yield from _with_used(tuple(found.values())))


def _refuse_blocked() -> Conversation[None]:
    """Where nothing can be selected: is it there and blocked? Raises CardError(APPLICATION_BLOCKED)."""
    try:
        yield from select_application()
    except CardError as error:
        if error.fault is Fault.APPLICATION_BLOCKED:
            raise


def _with_used(found: Sequence[FoundApp]) -> Conversation[tuple[FoundApp, ...]]:
    """The same, the one marked that the reader takes, as far as the card tells without moving a counter."""
    used = b""
    with suppress(CardError):
        application = yield from select_application()
        used = find_value(application.fci, 0x84) or application.aid
    return tuple(replace(one, used=one.aid == used) for one in found)


def _row(one: FoundApp) -> tuple[str, ...]:
    by = ", ".join(one.by) + ("" if one.selectable else ", but cannot be selected")
    return one.aid.hex().upper(), one.known_as or "-", one.label or "-", by, "taken" if one.used else "-"


def _as_json(one: FoundApp) -> dict[str, object]:
    return {
        "aid": one.aid.hex().upper(),
        "known_as": one.known_as,
        "label": one.label,
        "found_by": list(one.by),
        "selectable": one.selectable,
        "taken_for_codes": one.used,
    }
