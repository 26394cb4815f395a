"""Which board can be an access key: the table's data, its judge, and the page that says so."""

from dataclasses import replace
from pathlib import Path

import pytest

from hw.checks.usb_device import DeviceBoard, find_faults, find_ports, load_boards, write_rows

PAGE = Path(__file__).parents[2] / "docs/hardware/access-key.md"
BOARDS = load_boards()


def board(name: str) -> DeviceBoard:
    return next(each for each in BOARDS if each.name == name)


def test_the_boards_can_be_a_key_and_every_figure_has_its_source() -> None:
    assert list(find_faults(BOARDS)) == []


def test_a_zero_lives_on_any_port_and_the_large_ones_do_not() -> None:
    assert find_ports(board("Zero 2 W"))[0] == "USB 2.0"
    assert [find_ports(board(name))[0] for name in ("4 Model B", "5")] == ["USB 3", "USB 3"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"dr_mode": "host"}, "dr_mode host"),
        ({"controller": "xHCI"}, "never a device"),
        ({"active_a": 3.5}, "no port of a computer"),
        ({"source": " "}, "source"),
        ({"basis": "hearsay"}, "hearsay"),
        ({"behind_front_board": False}, "none fits behind the front board"),
        ({"active_a": 0.45}, "none fits behind the front board"),
    ],
)
def test_a_mistake_in_the_table_shows(changed: dict[str, object], said: str) -> None:
    wrong = [replace(BOARDS[0], **changed), *BOARDS[1:]]  # type: ignore[arg-type]
    assert any(said in fault for fault in find_faults(wrong))


def test_the_page_has_the_tables_rows() -> None:
    told = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert told[2:] == list(write_rows(BOARDS))


def test_display_and_light_take_what_the_budget_says() -> None:
    budget = (PAGE.parent / "budget.md").read_text(encoding="utf-8")
    assert "| **together** | **77.7 mA** |" in budget
