"""One JSON form for every command: docs/json.md says it, and here every command is called and held to it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bank.cards import gallery
from bank.cards.card import VirtualCard
from bank.cards.vpcd import PORT, VirtualReader
from docs.tools.json_page import list_answering, list_silent
from sesame.answers import RESERVED, SCHEMA, say_result
from sesame.cli import COMMANDS, main
from tests.card.conftest import Sesame, sesame
from tests.pcsc_plugin import SECOND, PcscService

__all__ = ["sesame"]

ROOT = Path(__file__).resolve().parents[2]
TRACE = "tests/card/traces/french-dpa.trace"

KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int,),
    "yes or no": (bool,),
    "list": (list,),
    "object": (dict,),
}

CALLS: dict[str, list[tuple[str, int]]] = {
    "script": [("docs/guide.sesame --fresh --pictures {tmp}", 0), ("no-such.sesame", 2)],
    "code": [("--reader no-such-reader", 3), ("--amount x", 2)],
    "card readers": [("--reader no-such-reader", 3)],
    "card apps": [("--virtual bank-card", 0), ("--virtual mute", 8)],
    "card info": [("--virtual bank-card", 0), ("--virtual no-cap", 7)],
    "card tlv": [("5F340107", 0), ("5F", 2)],
    "card trace": [("{tmp}/new.trace --virtual bank-card", 0), ("- --virtual bank-card", 2)],
    "card replay": [(TRACE, 0), ("no-such.trace", 2)],
    "card explain": [(f"--from {TRACE}", 0), ("--cid 80", 2)],
    "virtual-card": [("--state {tmp}", 0), ("no-such-card --state {tmp}", 2)],
    "config": [("show", 0), ("check", 0), ("check --config {tmp}/bad.toml", 9)],
    "selftest": [("--simulated --alone", 0), ("--simulated --alone --trouble polkit", 1), ("--trouble list", 0)],
    "doctor": [("--simulated", 0), ("--trouble polkit", 2)],
    "blank": [("", 11)],
    "bank verify": [("1234 5678", 1), ("12", 2)],
    "bank resync": [("3366 6525 3366 6526", 1)],
    "bank card list": [("", 0)],
    "bank card attempts": [("bank-card", 0), ("nobody", 2)],
    "bank card block": [("bank-card", 0)],
    "bank card unblock": [("bank-card", 0)],
    "bank card face": [("bank-card", 0), ("mastercard-cap", 2)],
    "bank merchant list": [("", 0)],
    "bank merchant add": [
        ("meander --name Shop --origin http://127.0.0.1:8038", 0),
        ("meander --name Shop --origin http://shop.example", 2),
    ],
    "bank merchant close": [("nobody", 1)],
    "bank customer list": [("", 0)],
    "bank journal verify": [("", 0), (f"--digest {'0' * 63}1", 1)],
    "bank journal list": [("", 0), ("--customer NOBODY00", 2)],
    "bank operations list": [("", 0), ("--customer NOBODY00", 2)],
    "bank staff list": [("", 0)],
    "bank securpass show": [("DURAND42", 0), ("NOBODY00", 2)],
    "bank securpass list": [("", 0)],
    "bank securpass lift": [("DURAND42 --by AGENCE01", 1), ("DURAND42 --by AGENCE01 --seen x", 2)],
    "bank securpass close": [("DURAND42 --by AGENCE01", 1), ("DURAND42 --by NOBODY00", 2)],
    "bank securpass sweep": [("", 0)],
    "bank securpass proof": [("0", 2)],
    "bank securpass verify-proof": [("no-such-file", 2), ("docs/guide.sesame", 2)],
    "bank clients list": [("", 0)],
    "bank clients add": [("Kiwi --kind aggregator", 0), ("Kiwi --kind merchant", 2)],
    "bank clients close": [("nobody", 2)],
    "bank keys list": [("", 0)],
    "bank keys make": [("docs/guide.sesame", 2)],
    "bank keys issue": [("MOREAU17 1", 1)],
    "bank keys activation": [("MOREAU17", 1)],
    "bank keys number": [("MOREAU17", 1)],
    "bank keys revoke": [("1", 1)],
    "bank keys lost": [("1", 1)],
    "bank keys withdrawn": [("1", 1)],
    "bank keys authority": [("", 0)],
    "bank updates make": [("", 0)],
    "bank updates publish": [("docs --release 1", 2)],
    "bank updates renew": [("", 13)],
    "bank updates rotate": [("", 13)],
    "bank customer add": [("NEW00001 --name New", 0)],
    "bank next": [("", 0)],
    "bank reset": [("--yes", 0), ("", 2)],
    "bank list": [("", 0), ("bank-card", 0)],
    "bank issue": [("NEW00001 --name New", 0)],
    "key virtual": [("--demo --state {tmp}/bad.toml", 13)],
    "key run": [("--config {tmp}/bad.toml", 9)],
    "key gadget": [("up --config {tmp}/bad.toml", 9)],
    "key usbguard": [("--config {tmp}/bad.toml", 9), ("--serial 7 --config {tmp}/key.toml", 0)],
    "key update": [("confirm --programs {tmp}/none --state {tmp}", 0)],
    "key seal": [("tpm --state {tmp}/no-key", 13)],
    "key launcher": [("--output {tmp}/e-secure.pyz", 2)],
    "key image": [("{tmp} --output {tmp}/disc.iso", 0), ("{tmp}/none --output {tmp}/disc.iso", 11)],
    "bank block": [("bank-card", 0)],
    "bank unblock": [("bank-card", 0)],
}
"""By command: what is written after it, and the exit code. `{tmp}` is a folder of the test's own."""

SERVERS = {
    "run": ["--port 0 --no-browser --state {tmp}", "--control {tmp}/control --state {tmp}"],
    "mirror": ["--socket {tmp}/mirror --port 0 --no-browser"],
    "shop": ["--port 0 --state {tmp}"],
    "bank serve": ["--port 0 --state {tmp}", "--port 0 --tls --state {tmp}"],
}
"""Those that go on running, likewise."""

ONE_BY_ONE = [(name, written, exit_code) for name, calls in CALLS.items() for written, exit_code in calls]


def declared(command: str) -> dict[str, str]:
    """The keys that docs/json.md promises of a command."""
    known = dict(list_answering())
    return known[command] if command in known else known[command.split(" ", maxsplit=1)[0]]


def hold_to_form(text: str, command: str, exit_code: int | None) -> dict[str, object]:
    """The one object on standard output, every key of it as the page has it."""
    told: dict[str, object] = json.loads(text)
    assert list(told)[:3] == ["schema", "command", "exit"]
    assert (told["schema"], told["exit"]) == (SCHEMA, exit_code)
    assert str(told["command"]).split(" ")[0] == command.split(" ", maxsplit=1)[0]
    if "error" in told:
        assert isinstance(told["error"], str)
        assert told["error"]
        assert set(told) <= RESERVED | {"fault", "tries_left", "faults"}
        return told
    keys = declared(command)
    for key in told.keys() - RESERVED:
        kind = keys[key].partition(":")[0]
        empty = told[key] is None and kind.endswith(" or null")
        assert empty or type(told[key]) in KINDS[kind.removesuffix(" or null")], key
    return told


def written_out(name: str, written: str, tmp_path: Path) -> list[str]:
    """The words of a call, on books and cards of the test's own."""
    (tmp_path / "key.toml").write_text("[key]\nusb_vendor = 0x1209\nusb_product = 1\n", encoding="utf-8")
    (tmp_path / "bad.toml").write_text('[reader]\nlanguage = "tlh"\nnoise = 1\n', encoding="utf-8")
    words = [*name.split(" "), *written.format(tmp=tmp_path).split()]
    return [*words, "--json", *(["--state", str(tmp_path)] if name.startswith("bank ") else [])]


@pytest.mark.parametrize(("name", "written", "exit_code"), ONE_BY_ONE)
def test_every_command_answers_in_the_one_form(  # noqa: PLR0917 - fixtures
    name: str, written: str, exit_code: int, tmp_path: Path, sesame: Sesame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    status, out, err = sesame(*written_out(name, written, tmp_path), typed="1234\n")
    told = hold_to_form(out, name, exit_code)
    assert status == exit_code
    if "error" in told:
        assert str(told["error"]).splitlines()[0] in err


def test_every_command_is_called_here() -> None:
    assert {name for name, _ in list_answering()} == CALLS.keys() | SERVERS.keys()
    assert set(list_silent()) == {"completion", "key launch"}  # that one is a window, or its text on the terminal


def test_every_key_has_a_kind_and_a_meaning_and_none_is_the_forms_own() -> None:
    for name, keys in list_answering():
        assert keys, name
        assert not RESERVED & keys.keys()
        for meaning in keys.values():
            kind, _, rest = meaning.partition(": ")
            assert kind.removesuffix(" or null") in KINDS, name
            assert rest


@pytest.mark.parametrize("written", ["card apps --no-such-option --json", "config nonsense --json", "code --json --x"])
def test_a_line_that_cannot_be_understood_is_said_in_the_form(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(written.split())
    said = capsys.readouterr()
    told = hold_to_form(said.out, written.split(" ", maxsplit=1)[0], 2)
    assert ended.value.code == 2
    assert str(told["error"]) in said.err


def test_without_the_option_nothing_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "info", "--virtual", "no-cap"]) == 7
    assert capsys.readouterr().out == ""


def test_a_result_is_not_called_like_the_form() -> None:
    from argparse import Namespace  # noqa: PLC0415

    with pytest.raises(ValueError, match="error"):
        say_result(Namespace(command="x"), 0, error="none")


def test_what_a_terminal_would_obey_is_escaped_in_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "info", "--virtual", "x\x1b[2J", "--json"]) == 2
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "x\\x1b" in json.loads(out)["error"]


def test_a_wrong_pin_says_how_many_tries_are_left(tmp_path: Path, sesame: Sesame) -> None:
    _, out, _ = sesame("card", "trace", str(tmp_path / "t"), "--virtual", "bank-card", "--json", typed="9999\n")
    assert hold_to_form(out, "card trace", 5)["tries_left"] == 2


def test_a_display_that_is_dark_says_so(monkeypatch: pytest.MonkeyPatch, sesame: Sesame) -> None:
    monkeypatch.setattr("sesame.commands.blank.darken", lambda _config: None)
    assert hold_to_form(sesame("blank", "--json")[1], "blank", 0)["dark"] is True


def test_a_code_and_the_readers_on_a_real_pcscd(
    pcscd: PcscService, virtual_readers: tuple[VirtualReader, VirtualReader], sesame: Sesame
) -> None:
    virtual_readers[1].insert(VirtualCard(gallery.describe_card("bank-card").profile))
    pcscd.until_present(SECOND, True)
    status, out, _ = sesame("code", "--json", typed="1234\n")
    told = hold_to_form(out, "code", 0)
    assert (status, told["code"], told["tries_left_before"]) == (0, "3366 6525", 3)
    readers = hold_to_form(sesame("card", "readers", "--json")[1], "card readers", 0)["readers"]
    assert isinstance(readers, list)
    assert [each["card"] for each in readers] == [False, True]
    assert hold_to_form(sesame("code", "--json", typed="9999\n")[1], "code", 5)["tries_left"] == 2


@pytest.mark.parametrize(("name", "written"), [(name, line) for name, lines in SERVERS.items() for line in lines])
def test_what_goes_on_running_says_where_it_is_reached(
    name: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SESAME_SHOP_KEY", "a key of the bank's")
    with running([*name.split(), *written.format(tmp=tmp_path).split(), "--json"]) as text:
        told = hold_to_form(text, name, None)
        assert told["command"] == name
        assert told.get("address") or told["control"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("virtual-card", "bank-card --state {tmp}"),
        ("card replay", f"{TRACE} --vpcd"),
        ("key virtual", "--demo --state {tmp}"),
        ("key virtual", "--state {tmp}"),
    ],
)
def test_a_card_that_stays_in_the_reader_says_so(name: str, written: str, tmp_path: Path, pcscd: PcscService) -> None:
    assert pcscd
    with running([*name.split(), *written.format(tmp=tmp_path).split(), "--json"]) as text:
        assert hold_to_form(text, name, None)["port"] == PORT


@contextmanager
def running(words: list[str]) -> Iterator[str]:
    """The program until its object is there; then it is ended as Ctrl-C ends it."""
    program = subprocess.Popen([sys.executable, "-m", "sesame", *words], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert program.stdout
    text = ""
    try:
        while not text.endswith("\n}\n"):
            text += program.stdout.readline()
            assert program.poll() is None or text
        yield text
    finally:
        program.send_signal(signal.SIGINT)
        rest, _ = program.communicate(timeout=60)
    assert rest == ""


def test_the_page_tells_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    for name, keys in list_answering():
        assert f"### sesame {name}\n" in page
        assert all(f"| `{key}` |" in page for key in keys)
    assert COMMANDS.keys() >= {name.split(" ")[0] for name, _ in list_answering()}
