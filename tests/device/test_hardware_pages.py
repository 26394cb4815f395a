"""docs/selftest.md, docs/wiring.md, the contact sheets and docs/levels.md leave nothing out (tests/test_pages.py says
that they are not stale)."""

import re
from pathlib import Path

import pytest

from device.selftest import key_tpm, usb_key
from device.selftest.findings import Verdict
from docs.tools import hardware_pages, screen_sheets
from docs.tools.made import Page
from drivers.header import DESK
from simulator.troubles import Trouble
from tests.core.test_views_of_states import SIZES, STATES
from tests.key.test_key_screens import STATES as KEY_STATES

ROOT = Path(__file__).resolve().parents[2]
PAGES: dict[str, Page] = {page.name: page for page in hardware_pages.PAGES}


def test_a_changed_pin_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware_pages, "DESK", DESK[1:])
    assert [name for name, page in PAGES.items() if page.stale()] == ["wiring.md"]


def test_a_changed_sentence_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(hardware_pages.PROBES, "clock", ("it ticks", ""))
    assert [name for name, page in PAGES.items() if page.stale()] == ["selftest.md"]


def test_every_signal_stands_in_the_wiring_once() -> None:
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \|", PAGES["wiring.md"].text, re.MULTILINE)
    assert sorted(rows) == sorted(pin.signal for pin in DESK)


def test_every_probe_is_described() -> None:
    usual = [each.probe for each in hardware_pages.findings()]
    assert usual == [probe for probe in hardware_pages.PROBES if probe in usual]
    seen = {each.probe for trouble in Trouble for each in hardware_pages.findings(trouble)}
    # tests/selftest/test_selftest_usb_key.py and test_selftest_key_tpm.py
    of_the_key = {usb_key.USB, usb_key.STORE, key_tpm.TPM}
    assert set(hardware_pages.PROBES) - of_the_key <= seen, "also what only some readers have"
    assert of_the_key < set(hardware_pages.PROBES)


@pytest.mark.parametrize("trouble", Trouble, ids=lambda trouble: trouble.value)
def test_every_trouble_has_its_row(trouble: Trouble) -> None:
    page = (ROOT / "docs" / "selftest.md").read_text(encoding="utf-8")
    assert f"| `{trouble.value}` |" in page
    for each in hardware_pages.findings(trouble):
        if each.verdict in (Verdict.FAILED, Verdict.WARNING):
            assert f"| {each.probe} | {each.verdict.value} | {each.said} | {each.cure} |" in page


def test_every_screen_is_on_the_sheets() -> None:
    for appliance, states in (("course", STATES), ("key", KEY_STATES)):
        for width, height in SIZES:
            for language in ("fr", "en"):
                folder = screen_sheets.GOLDEN / appliance / f"{width}x{height}" / language
                assert {path.stem for path in folder.glob("*.png")} == set(states)


def test_the_table_of_levels_names_commands_and_files_that_are_there() -> None:
    page = (ROOT / "docs" / "levels.md").read_text(encoding="utf-8")
    named = {word for command in re.findall(r"`([^`]+)`", page) for word in command.split() if "/" in word}
    paths = {word.rstrip(".,") for word in named if not word.startswith(("/", "~", "http"))}
    assert len(paths) > 10
    assert [path for path in sorted(paths) if not list(ROOT.glob(path))] == []
