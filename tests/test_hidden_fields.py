"""What a dataclass keeps of keys, codes and messages no representation shows: not in a log, not in a traceback."""

import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import walk_packages

import pytest

PACKAGES = ("simulator", "drivers", "device")
OCTETS = re.compile(r"^(?!.*(Callable|Generator)\[).*\b(bytes|bytearray)\b")
"""A field of them holds what went over a wire, or a key: it is hidden, unless it is named below with a reason."""

PUBLIC = {
    "drivers.slot.twin.Exchange.command": "a trace, whose PIN is masked already",
    "drivers.slot.twin.Exchange.response": "as above",
    "drivers.usb.ccid.HostMessage.special": "three bytes of a header",
    "simulator.key.desk.BusinessSite.root": "a certificate",
    "simulator.phone.app.PhoneApp.bank_key": "a public key",
    "simulator.surroundings._InProcess.atr": "what every card says to everybody",
}

SECRET_TEXTS = {
    "device.esecure.worker.StepDone.outcome",
    "drivers.ports.Picture.rows",
    "drivers.vault.parts.DigitsEntry.wrapping",
    "drivers.vault.parts.KeysPart.keys",
    "simulator.key.hypertext.PageForm.buttons",
    "simulator.key.hypertext.PageForm.fields",
    "simulator.key.post.KeyLetters.code",
    "simulator.key.post.KeyLetters.number",
    "simulator.phone.app.PhoneApp.unanswered",
    "simulator.phone.app.SignedAct.code",
    "simulator.phone.hands._Kept.code",
    "simulator.phone.keys.PhoneKeys.key",
    "simulator.phone.line.AppLine.cookies",
}
"""What is secret, and no octets: codes and their pictures, what was typed into a page, cookies, keys."""


def list_fields() -> Iterator[tuple[str, str, bool]]:
    """Every field of every dataclass: its name, its type, whether it is shown."""
    for package in PACKAGES:
        folder = Path(importlib.import_module(package).__path__[0])
        for found in walk_packages([str(folder)], f"{package}."):
            if found.name.endswith("__main__"):
                continue
            module = importlib.import_module(found.name)
            for name, each in inspect.getmembers(module, inspect.isclass):
                if each.__module__ == found.name and dataclasses.is_dataclass(each):
                    for one in dataclasses.fields(each):
                        yield f"{found.name}.{name}.{one.name}", str(one.type), one.repr


@pytest.fixture(scope="module")
def shown() -> dict[str, tuple[str, bool]]:
    return {name: (kind, seen) for name, kind, seen in list_fields()}


def test_octets_are_shown_by_no_representation(shown: dict[str, tuple[str, bool]]) -> None:
    open_ones = {name for name, (kind, seen) in shown.items() if seen and OCTETS.search(kind)}
    assert open_ones - PUBLIC.keys() == set()
    assert PUBLIC.keys() - open_ones == set(), "these are gone, or hidden: take them from the list"


def test_secret_texts_are_shown_by_no_representation(shown: dict[str, tuple[str, bool]]) -> None:
    assert {name for name in SECRET_TEXTS if name not in shown or shown[name][1]} == set()
