"""The arrows of the house: each rule of tests/architecture_rules.py catches a wrong sample, and finds nothing here."""

import builtins
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture_rules import (
    ABOVE,
    ANY_APPLIANCE,
    APPLIANCES,
    GROUND,
    LENT_TO_THE_HEART,
    MAX_FUNCTION_LINES,
    MAX_LINES,
    MAY_IMPORT,
    NARROW,
    OUTER_RULES,
    OUTSIDE,
    PRODUCT,
    PURE,
    PURE_IN_THE_BANK,
    PURE_IN_THE_LAUNCHER,
    ROOMS,
    RULES,
    STARTS,
    STRANGERS,
    TO_COME,
    against_the_arrows,
    against_the_rooms,
    bare_instructions,
    checkout,
    circles,
    hardware_outside_adapters,
    heavy_at_start,
    impurities,
    knows_another_appliance,
    knows_its_tests,
    knows_the_roof,
    ports_know_too_much,
    prints,
    project,
    shared_state,
    too_long,
)
from tests.source_tree import ROOT, Module, imports
from tools.measures import measure, share_of_one_word, twice_named, walk_files

# Each rule catches what it is for ...

MOST_ONE_WORD = 40
"""Per cent of the function names; those of the projects in docs/dev/architecture.md: 12 to 44."""

LONG_FUNCTION = "def f() -> None:\n" + "    pass\n" * MAX_FUNCTION_LINES

WRONG = [
    (against_the_arrows, Module("sesame_core.x", "import drivers.ports")),
    (against_the_arrows, Module("sesame_core.x", "from bank import card")),
    (against_the_arrows, Module("drivers.x", "def f() -> None:\n    from device.config import Config")),
    (against_the_arrows, Module("drivers.x", "if TYPE_CHECKING:\n    from simulator import web")),
    (against_the_arrows, Module("drivers.x", "from bank.cards.gallery import bank_card")),
    (against_the_arrows, Module("device.x", "try:\n    import simulator\nexcept ImportError:\n    pass")),
    (against_the_arrows, Module("bank.x", "from sesame_core.smartcard.apdu import Command")),
    (against_the_arrows, Module("web.x", "from bank.errors import BankError")),
    (against_the_arrows, Module("merchant.x", "from bank.threeds.messages import AReq")),
    (against_the_arrows, Module("merchant.x", "def f() -> None:\n    from sesame_core.smartcard import tlv")),
    (against_the_arrows, Module("bank.x", "from merchant.checkout import Checkout")),
    (against_the_arrows, Module("launcher.x", "from drivers.slot.pcsc_api import Pcsc")),
    (against_the_arrows, Module("launcher.x", "import device.config")),
    (against_the_arrows, Module("launcher.x", "def f() -> None:\n    from bank.pki import profile")),
    (against_the_arrows, Module("device.x", "import launcher.locking")),
    (against_the_arrows, Module("device.x", "from tests.story import Story")),
    (against_the_arrows, Module("bank.x", "import docs.tools.made")),
    (against_the_arrows, Module("sesame.x", "import benchmarks.figures")),
    (against_the_arrows, Module("hw.x", "from device.config import Config")),
    (against_the_arrows, Module("tools.x", "import bank.books")),
    (against_the_arrows, Module("docs.tools.x", "from tests.story import Story")),
    (against_the_arrows, Module("tests.x", "from benchmarks.peer import report")),
    (against_the_rooms, Module("bank.emv.x", "from bank.cards.personalise import VISA_DPA")),
    (against_the_rooms, Module("bank.emv.x", "from bank.books.records import Status")),
    (against_the_rooms, Module("bank.cards.x", "from bank.books.records import Status")),
    (against_the_rooms, Module("bank.books.x", "from bank.cards.memory import MAX_ATC")),
    (against_the_rooms, Module("bank.books.x", "from bank.verification import Verifier")),
    (against_the_rooms, Module("bank.verification", "from bank.cards.memory import MAX_ATC")),
    (against_the_rooms, Module("drivers.painter.x", "from drivers.gpio.pins import Pins")),
    (against_the_rooms, Module("drivers.gpio.x", "from drivers.keypad.matrix import Layout")),
    (against_the_rooms, Module("drivers.slot.x", "from drivers.display.frame import Frame")),
    (against_the_rooms, Module("sesame_core.smartcard.x", "from sesame_core.cap.codes import Request")),
    (against_the_rooms, Module("sesame_core.piv.x", "from sesame_core.cap.codes import Request")),
    (against_the_rooms, Module("drivers.vault.x", "from drivers.slot.pcsc_api import Pcsc")),
    (against_the_rooms, Module("drivers.usb.x", "from drivers.vault.twin import TwinVault")),
    (against_the_rooms, Module("drivers.usb.x", "from drivers.slot.pcsc_api import Pcsc")),
    (against_the_rooms, Module("bank.pki.x", "from bank.securpass.service import SecurPass")),
    (against_the_rooms, Module("bank.updates.x", "from bank.books.store_sql import SqlStore")),
    (against_the_rooms, Module("hw.board.x", "from hw.documents.bom import list_parts")),
    (against_the_rooms, Module("hw.board.x", "from drivers.gpio.pins import Pins")),
    (impurities, Module("sesame_core.piv.x", "def f() -> None:\n    from cryptography.hazmat import primitives")),
    (impurities, Module("sesame_core.piv.x", "import os")),
    (against_the_rooms, Module("sesame_core.cap.x", "from sesame_core.reader.state import State")),
    (against_the_rooms, Module("hw.x", "from drivers.gpio.pins import Pins")),
    (against_the_rooms, Module("tools.x", "from device.config import Config")),
    (knows_the_roof, Module("bank.books.x", "def f() -> None:\n    from bank.web.coopanet import site")),
    (knows_the_roof, Module("device.loop", "from device.service import serve_reader")),
    (knows_another_appliance, Module("sesame_core.esecure.table", "from sesame_core.reader.state import Phase")),
    (knows_another_appliance, Module("device.reader.link", "from device.esecure.port import Port")),
    (knows_another_appliance, Module("device.loop", "from sesame_core.reader.state import State")),
    (knows_another_appliance, Module("device.pace", "from device.reader.appliance import ReaderLoop")),
    (knows_its_tests, Module("bank.x", "import pytest")),
    (impurities, Module("sesame_core.x", "import time")),
    (impurities, Module("sesame_core.x", "def f() -> None:\n    import socket")),
    (impurities, Module("sesame_core.x", "from os import environ")),
    (impurities, Module("sesame_core.x", "import logging")),
    (impurities, Module("sesame_core.x", "import cryptography")),
    (impurities, Module("sesame_core.cap.codes", "from cryptography.hazmat import primitives")),
    (impurities, Module("sesame_core.x", "text = open('/etc/passwd').read()")),
    (impurities, Module("sesame_core.x", "show = print")),
    (impurities, Module("bank.operations.table", "import time")),
    (impurities, Module("bank.operations.policy", "from bank.database import opened_engine")),
    (impurities, Module("bank.operations.catalogue", "import json")),
    (impurities, Module("bank.threeds.table", "from bank.threeds.shelf import CardPayment")),
    (impurities, Module("bank.threeds.messages", "import json")),
    (impurities, Module("bank.threeds.elements", "import urllib.request")),
    (impurities, Module("bank.threeds.elements", "from datetime import datetime\nSTART = datetime.now()")),
    (impurities, Module("bank.securpass.enrolment.table", "from sqlalchemy import select")),
    (impurities, Module("bank.securpass.enrolment.eligibility", "from bank.books.store_sql import SqlStore")),
    (impurities, Module("bank.securpass.policy", "from cryptography.hazmat import primitives")),
    (impurities, Module("bank.securpass.proofs.counter", "import secrets")),
    (impurities, Module("bank.securpass.proofs.octets", "from bank.securpass.proofs.keys import read_key")),
    (impurities, Module("bank.securpass.approving.trusting", "from web.forms import make_ticket")),
    (impurities, Module("bank.securpass.approving.asking", "import time")),
    (impurities, Module("bank.securpass.enrolment.identity", "from bank.securpass.frame import SecurPassFrame")),
    (against_the_arrows, Module("launcher.x", "from sesame_core.smartcard.apdu import Ins")),
    (against_the_arrows, Module("launcher.x", "import web.forms")),
    (impurities, Module("launcher.course.table", "import time")),
    (impurities, Module("launcher.course.actions", "from launcher.conductor import Conductor")),
    (hardware_outside_adapters, Module("launcher.conductor", "import smartcard.scard")),
    (hardware_outside_adapters, Module("device.x", "def f() -> None:\n    import gpiozero")),
    (hardware_outside_adapters, Module("drivers.keypad.scan", "from gpiozero import Pin")),
    (hardware_outside_adapters, Module("drivers.gpio.x", "from luma.oled.device import ssd1306")),
    (ports_know_too_much, Module("drivers.ports", "import threading")),
    (prints, Module("drivers.x", "print('PIN')")),
    (too_long, Module("bank.x", "x = 1\n" * (MAX_LINES + 1))),
    (too_long, Module("bank.x", LONG_FUNCTION)),
    (bare_instructions, Module("sesame_core.cap.x", "yield Command(0x00, 0xA4, 0x04, 0x00, name)")),
    (bare_instructions, Module("drivers.slot.x", "if apdu[1] == 0x20:\n    pass")),
    (bare_instructions, Module("sesame.card.x", "if header[2:4] == '20':\n    pass")),
    (bare_instructions, Module("device.x", 'VERIFY = "20"')),
    (shared_state, Module("bank.x", "n = 0\ndef f() -> None:\n    global n\n    n = 1")),
]


@pytest.mark.parametrize(("rule", "sample"), WRONG, ids=lambda value: getattr(value, "__name__", None))
def test_a_wrong_sample_is_caught(rule: Callable[[Module], list[str]], sample: Module) -> None:
    assert len(rule(sample)) == 1


def test_a_right_sample_is_left_alone() -> None:
    text = "from sesame_core.errors import Fault\n\ndef f() -> None:\n    from smartcard.System import readers\n"
    assert [complaint for rule in RULES for complaint in rule(Module("drivers.slot.pcsc", text))] == []


def test_a_relative_import_is_followed() -> None:
    inside = Module("bank.shop.till", "from ...sesame_core import apdu\nfrom . import coins")
    assert [found.target for found in imports(inside)] == ["sesame_core.apdu", "bank.shop.coins"]
    package = Module("bank.shop", "from . import till", package=True)
    assert [found.target for found in imports(package)] == ["bank.shop.till"]


def test_a_heavy_start_is_caught_through_two_modules() -> None:
    chained = {
        "sesame.cli": Module("sesame.cli", "from drivers import display_oled"),
        "drivers": Module("drivers", "", package=True),
        "drivers.display_oled": Module("drivers.display_oled", "import luma.oled"),
    }
    assert heavy_at_start(chained, "sesame.cli") == ["sesame.cli -> drivers.display_oled -> luma.oled"]


def test_a_lazy_import_costs_nothing_at_start() -> None:
    lazy = {"sesame.cli": Module("sesame.cli", "def f() -> None:\n    import luma.oled")}
    assert heavy_at_start(lazy, "sesame.cli") == []


def test_a_circle_is_caught_through_three_rooms() -> None:
    texts = {
        "bank.emv.terminal": "from bank.cards.personalise import VISA_DPA",
        "bank.cards.personalise": "def f() -> None:\n    import bank.books.records",
        "bank.books.records": "from bank.emv.codes import Answer",
        "bank.emv.codes": "",
        "bank.locks": "import bank.emv.codes",
    }
    chained = {name: Module(name, text) for name, text in texts.items()}
    assert circles(chained) == ["bank.books", "bank.cards", "bank.emv"]


def test_an_import_for_types_alone_closes_no_circle() -> None:
    checks = Module("device.checks", "if TYPE_CHECKING:\n    from device.config import Config")
    assert circles({"device.checks": checks, "device.config": Module("device.config", "import device.checks")}) == []


# ... and finds nothing in the project


def test_every_world_is_there() -> None:
    worlds = {module.world for module in checkout().values()}
    assert worlds | set(TO_COME) >= set(MAY_IMPORT)
    named = {path.name for path in ROOT.iterdir() if not path.name.startswith(".") and any(walk_files(path, ".py"))}
    assert named - {"build", "dist"} == worlds, "a folder under no rule"


@pytest.mark.parametrize("rule", OUTER_RULES, ids=lambda rule: rule.__name__)
def test_what_is_beside_the_product_keeps(rule: Callable[[Module], list[str]]) -> None:
    beside = (module for module in checkout().values() if module.world not in PRODUCT)
    assert [complaint for module in beside for complaint in rule(module)] == []


def test_no_room_leads_back_to_itself() -> None:
    assert circles(project()) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps(rule: Callable[[Module], list[str]]) -> None:
    assert [complaint for module in project().values() for complaint in rule(module)] == []


def test_no_class_name_stands_in_two_modules() -> None:
    """Of the whole product: whoever reads "the Vault" or "an Offer" need not ask which."""
    assert twice_named(measure(ROOT)) == []


def test_no_two_files_of_tests_have_one_name() -> None:
    """pytest takes the second one for the first, and runs neither's tests."""
    names = Counter(path.name for path in Path(__file__).parent.rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []


def test_function_names_say_verb_and_object() -> None:
    """One word is enough for a property, for a value's noun and for what a port or a library's caller dictates."""
    assert share_of_one_word(measure(ROOT)) <= MOST_ONE_WORD


@pytest.mark.parametrize("start", STARTS)
def test_starting_loads_nothing_heavy(start: str) -> None:
    assert heavy_at_start(project(), start) == []


def test_the_lists_name_real_things() -> None:
    """A misspelt name in a list would forbid nothing."""
    assert set(sys.stdlib_module_names) >= PURE
    assert all(hasattr(builtins, name) for name in OUTSIDE)
    modules = {*checkout(), *TO_COME}
    assert set(LENT_TO_THE_HEART) | set(STARTS) | PURE_IN_THE_BANK | PURE_IN_THE_LAUNCHER <= modules
    assert set(ANY_APPLIANCE) | set(ROOMS) | set(ABOVE) <= modules
    assert {f"{world}.{name}" for world, names in GROUND.items() for name in names} <= modules
    assert {name for names in (*ROOMS.values(), *NARROW.values()) for name in names} <= modules
    there = {one for pair in STRANGERS for one in pair} | set(APPLIANCES)
    assert {name for name in there if not name.endswith(".esecure")} <= modules
