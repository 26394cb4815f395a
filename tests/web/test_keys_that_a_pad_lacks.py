"""A hand that wants a key which the configured pad lacks is told so, and the simulated reader lives on."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bank.books.store_sql import SqlStore
from device.config import Config, KeypadConfig
from drivers.board_twin import BoardTwin, NoSuchKeyError
from drivers.clock import SteppedClock
from drivers.keypad.matrix import LEGENDS, Legends
from sesame_core.events import Key
from simulator.bench import Bench, pad_of
from simulator.script import Player, ScriptError, parse_script
from simulator.terminal import Terminal
from simulator.web.site import reader_site
from tests.web.coopanet import HERE
from tests.web.reading import LIMIT_S, desk_of, living

NEEDED = (*(Key(str(digit)) for digit in range(10)), Key.CODE, Key.OK)
TWELVE = Config(
    keypad=KeypadConfig(buttons=tuple(zip(NEEDED, (4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 19), strict=True)))
)
THREE_COLUMNS = Config(
    keypad=KeypadConfig(
        rows=(5, 6, 13, 19, 22),
        columns=(12, 16, 20),
        legends=(*(row[:3] for row in LEGENDS[:3]), (Key.CODE, Key.DIGIT_0, Key.OK), (None, None, None)),
    )
)
PADS = {"buttons": TWELVE, "a matrix of three columns": THREE_COLUMNS}
LACKING = (Key.CHALLENGE, Key.SIGN, Key.CLEAR, Key.OFF)

every_pad = pytest.mark.parametrize("config", PADS.values(), ids=PADS)


@every_pad
@pytest.mark.parametrize("key", LACKING, ids=lambda key: key.value)
def test_a_live_reader_outlives_a_key_that_it_lacks(tmp_path: Path, config: Config, key: Key) -> None:
    with living(tmp_path / "state", config=config) as bench:
        for pressed in (
            bench.submit(lambda: bench.press_key(key)),
            bench.press_all((Key.CODE, key)),
            bench.submit(lambda: super(type(bench), bench).press_key(key)),
        ):
            with pytest.raises(NoSuchKeyError, match=f"no key {key.value}"):
                pressed.result(LIMIT_S)
        assert bench.submit(bench.look_now).result(LIMIT_S).phase
        bench.press_all((Key.CODE,)).result(LIMIT_S)


@every_pad
def test_the_page_draws_the_configured_pad_and_refuses_other_keys(
    tmp_path: Path, store: SqlStore, config: Config
) -> None:
    with living(tmp_path / "state", config=config) as bench:
        client = TestClient(reader_site(bench, desk_of(store)), base_url=HERE)
        page = client.get("/fr/").text
        assert [key for key in Key if f'data-key="{key.value}"' in page] == [key for key in Key if key in NEEDED]
        refused = client.post("/api/press", json={"keys": ["Code", "Challenge"]})
        assert (refused.status_code, refused.json()) == (409, {"error": "this pad has no key Challenge"})
        assert client.get("/api/state").status_code == 200


def test_the_terminal_says_so_and_goes_on(tmp_path: Path) -> None:
    drawn: list[str] = []
    terminal = Terminal("fr", drawn.append, lambda: (100, 60))
    with living(tmp_path / "state", config=TWELVE) as bench:
        terminal._bench = bench
        bench.submit(lambda: terminal.take_key(bench, "d")).result(LIMIT_S)
        assert "this pad has no key Challenge" in drawn[-1]
        bench.submit(lambda: terminal.take_key(bench, "c")).result(LIMIT_S)
        assert "no key" not in drawn[-1]


def drawn_with(pad: Legends, tmp_path: Path) -> str:
    """The terminal's page, as its window is large."""
    drawn: list[str] = []
    terminal = Terminal("fr", drawn.append, lambda: (100, 60), pad=pad)
    with living(tmp_path / "state") as bench:
        terminal._bench = bench
        bench.submit(terminal.draw_page).result(LIMIT_S)
    return drawn[-1]


def test_the_terminal_lists_the_keys_of_the_configured_pad(tmp_path: Path) -> None:
    """The whole pad's were listed."""
    page = drawn_with(pad_of(TWELVE), tmp_path)
    assert "  c Code   Entrée OK\r\n" in page
    assert "1 2 3   4 5 6   7 8 9   0" in page
    assert "c Code   d Défi   s Signer   Entrée OK   ← C   a Arrêt" in drawn_with(LEGENDS, tmp_path)
    assert "  1   5   0\r\n" in drawn_with(((Key.DIGIT_1, Key.DIGIT_5, None, Key.DIGIT_0),), tmp_path)


def test_a_script_names_the_line(tmp_path: Path) -> None:
    statements = list(parse_script("insert bank-card\npress Challenge\n", tmp_path / "a.sesame"))
    with pytest.raises(ScriptError, match=r"a\.sesame:2: this pad has no key Challenge"):
        Player(Bench(TWELVE), tmp_path).play(statements)


def test_a_digit_is_never_named() -> None:
    with pytest.raises(NoSuchKeyError, match="no key for that digit"):
        BoardTwin(SteppedClock(), buttons={Key.OK: 4}).press_key(Key.DIGIT_7)


def test_single_buttons_lie_where_a_whole_pad_has_them() -> None:
    assert pad_of(TWELVE)[0] == (Key.DIGIT_1, Key.DIGIT_2, Key.DIGIT_3, Key.CODE)
    assert pad_of(TWELVE)[3] == (None, Key.DIGIT_0, Key.OK, None)
    assert pad_of(Config()) == LEGENDS
