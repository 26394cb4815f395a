"""Statements at the edges of what they may say, and what each of them makes of the bench."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.ports import Picture
from sesame_core.events import Battery, Key, Millis
from simulator.bench import CHARGE, Bench
from simulator.key_names import find_key, write_unknown
from simulator.script import LARGEST_SCALE, Player, ScriptError, parse_script, read_script
from tests.golden_plugin import unpng


class Hand:
    """Hands and eyes that remember what they were told."""

    def __init__(self) -> None:
        self.done: list[tuple[object, ...]] = []

    def insert_card(self, card: str) -> None:
        self.done.append(("insert", card))

    def pull_card(self) -> None:
        self.done.append(("pull",))

    def unplug_reader(self) -> None:
        self.done.append(("unplug",))

    def plug_reader(self) -> None:
        self.done.append(("plug",))

    def press_key(self, key: Key, hold: Millis = 80) -> None:
        self.done.append(("press", key, hold))

    def let_pass(self, ms: Millis) -> None:
        self.done.append(("wait", ms))

    def set_battery(self, battery: Battery) -> None:
        self.done.append(("battery", battery))

    def bring_next_customer(self) -> None:
        self.done.append(("next",))

    def glass(self) -> Picture:
        return Picture(4, 4, (0b1000, 0, 0, 0b0001))

    def is_dark(self) -> bool:
        return False

    def shown_text(self) -> str:
        return "DÉFI ?"

    def shown_code(self) -> str:
        return "12345678"


def play(text: str, folder: Path = Path("nowhere")) -> list[tuple[object, ...]]:
    hand = Hand()
    Player(hand, folder).play(list(parse_script(text, Path("x"))))
    return hand.done


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("insert bank-card", [("insert", "bank-card")]),
        ("pull", [("pull",)]),
        ("plug", [("plug",)]),
        ("unplug", [("unplug",)]),
        ("next", [("next",)]),
        ("press Code 1", [("press", Key.CODE, 80), ("press", Key.DIGIT_1, 80)]),
        ("hold 5 for 10 min", [("press", Key.DIGIT_5, 600_000)]),
        ("hold OK for 1.5 s", [("press", Key.OK, 1_500)]),
        ("wait 300 ms", [("wait", 300)]),
        ("wait 300ms", [("wait", 300)]),
        ("wait 2 s", [("wait", 2_000)]),
        ("wait 2 min", [("wait", 120_000)]),
        ("wait 24 h", [("wait", 86_400_000)]),
        ("wait 0.001 s", [("wait", 1)]),
        ("wait 000000001 s", [("wait", 1_000)]),
        ("battery good", [("battery", Battery.GOOD)]),
        ("battery low", [("battery", Battery.LOW)]),
        ("battery critical", [("battery", Battery.CRITICAL)]),
        ("\ufeffpull", [("pull",)]),
        ("# pull\npull # and no more", [("pull",)]),
        ('expect text "DÉFI"', []),
        ('expect text "DE\u0301FI ?"', []),
        ("expect code", []),
        ("expect code 1234 5678", []),
        ("expect code '12 345678'", []),
    ],
)
def test_a_statement_is_what_a_hand_does(text: str, done: list[tuple[object, ...]]) -> None:
    assert play(text) == done


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("wait 1.0001 s", "a time is a number"),
        ("wait 0000000001 s", "at most nine digits"),
        ("wait 1 d", "a time is a number"),
        ("wait -1 s", "a time is a number"),
        ("wait 86400001 ms", "longer than 24 h"),
        ("hold 5 for 600001 ms", "longer than 10 min"),
        ("hold 5 for", "write: hold KEY for TIME"),
        ("battery", r"write: battery good\|low\|critical"),
        ("battery good low", r"write: battery good\|low\|critical"),
        ("expect", "write: expect text TEXT, .* or expect site"),
        ("expect text", 'write: expect text "TEXT"'),
        ("expect text a b", 'write: expect text "TEXT"'),
        ("expect text A", "the screen does not say 'A': it shows a code"),
        ("expect code 1234 567", "another code"),
        ("screenshot", "write: screenshot FILE.png"),
        ("screenshot a.jpg", "ends in .png"),
        ("screenshot ../a.png", "stays below .*--pictures"),
        ("screenshot /a.png", "stays below"),
        ("include x", "include"),
        ("press 1 Enter", "no key 'Enter'; keys are 0, 1"),
    ],
)
def test_what_may_not_be_said_is_refused_and_nothing_of_it_done(text: str, complaint: str) -> None:
    hand = Hand()
    with pytest.raises((ScriptError, KeyError), match=complaint):
        Player(hand, Path("nowhere")).play(list(parse_script(text, Path("x"))))
    assert hand.done == []


def test_a_picture_is_drawn_as_large_as_is_wished_and_its_folder_made(tmp_path: Path) -> None:
    play("screenshot deep/er/a.png", tmp_path)
    drawn = (tmp_path / "deep/er/a.png").read_bytes()
    assert (int.from_bytes(drawn[16:20], "big"), int.from_bytes(drawn[20:24], "big")) == (16, 16), "four times"
    assert unpng(drawn) == Hand().glass()
    play("screenshot deep/er/a.png", tmp_path)
    assert LARGEST_SCALE == 32


def test_an_include_names_one_file(tmp_path: Path) -> None:
    for text in ("include", "include a b"):
        (tmp_path / "x").write_text(text)
        with pytest.raises(ScriptError, match="x:1: write: include FILE"):
            list(read_script(tmp_path / "x"))
    (tmp_path / "x").write_text("\n\ninclude y")
    (tmp_path / "y").write_text("pull\njump")
    with pytest.raises(ScriptError, match=r"x:3: .*y:2: 'jump' is not a statement"):
        list(read_script(tmp_path / "x"))


def test_what_cannot_be_read_is_said_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"press D\xe9fi")
    with pytest.raises(ScriptError, match="latin: is not UTF-8 text"):
        list(read_script(tmp_path / "latin"))
    with pytest.raises(ScriptError, match=r"none: cannot be read \(No such file"):
        list(read_script(tmp_path / "none"))
    (tmp_path / "file").write_text("")
    with pytest.raises(ScriptError, match=r"x:1: .*file.*: (Not a directory|File exists)"):
        Player(Hand(), tmp_path).play(list(parse_script("screenshot file/a.png", Path("x"))))


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("phone online", True),
        ("bank lift", True),
        ("key plug", True),
        ("site open /", True),
        ("expect phone nothing", True),
        ("expect operation done", True),
        ("expect key dark", True),
        ("expect launcher X", True),
        ("expect site X", True),
        ("expect dark", False),
        ("expect", False),
        ("pull", False),
        ("insert phone", False),
    ],
)
def test_what_is_beside_the_reader_keeps_no_reader_waiting(text: str, apart: bool) -> None:
    assert [each.is_apart for each in parse_script(text, Path("x"))] == [apart]


def legends() -> Iterator[tuple[str, Key]]:
    yield from ((key.value, key) for key in Key)
    yield from (("Défi", Key.CHALLENGE), ("defi", Key.CHALLENGE), ("De\u0301fi", Key.CHALLENGE))
    yield from (("arrêt", Key.OFF), ("ARRET", Key.OFF), ("code", Key.CODE))


def test_a_key_is_named_by_name_or_legend_in_any_case() -> None:
    for name, key in legends():
        for written in (name, name.lower(), name.upper()):
            assert find_key(written) is key, written
    assert find_key("Enter") is None
    assert write_unknown("X").startswith("there is no key 'X'; keys are 0, 1, 2")


@pytest.mark.parametrize(("battery", "mark"), [(Battery.GOOD, 80), (Battery.LOW, 15), (Battery.CRITICAL, 3)])
def test_the_gauge_reads_what_stands_in_the_guide(battery: Battery, mark: int) -> None:
    """docs/scripts.md says good, low, critical; the reader's own thresholds make that of the percentages."""
    bench = Bench()
    bench.set_battery(battery)
    assert (CHARGE[battery], bench.parts.battery.percent) == (mark, mark)
    assert bench.loop.state.battery is battery
