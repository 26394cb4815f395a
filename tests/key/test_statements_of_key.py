"""What each statement about the access key makes of the desk, and how long what is expected is waited for."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from launcher.course.events import LaunchChoice, TrayItem
from launcher.view import FormField, KeyPicture, LaunchView
from sesame_core.events import Key
from simulator.key import statements
from simulator.key.bench import KeyLook
from simulator.key.desk import DeskLook, KeyDesk, LaunchManner
from simulator.key.hypertext import PageText
from simulator.key.post import KeyLetters
from simulator.key.statements import (
    KEY_VERBS,
    SITE_VERBS,
    KeyStatementError,
    act_on_key,
    act_on_site,
    judge_key,
    list_rows,
)
from simulator.script_beside import Beside, NotBesideError

LETTERS = KeyLetters("MOREAU17", 5, "1234-5678", "907138")
ASLEEP = KeyLook("asleep", "", False, None)


class Noted:
    """Whatever is done with it is written down, by its name."""

    def __init__(self, done: list[tuple[Any, ...]], **kept: object) -> None:
        self._done = done
        for name, value in kept.items():
            setattr(self, name, value)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *given: self._done.append((name, *given))


class Desk(Noted):
    """A desk whose looks are laid ready: the last one stays."""

    def __init__(self, *looks: DeskLook, site: str = "") -> None:
        self.done: list[tuple[Any, ...]] = []
        self.heard: list[Callable[[], object]] = []
        self.looks = list(looks) or [look()]
        page = PageText("", site, (), ())
        hands = Noted(self.done, language="fr", read_text=lambda: page)
        post = Noted(self.done, read_letters=lambda: LETTERS)
        super().__init__(self.done, hands=hands, post=post)

    def look(self) -> DeskLook:
        shown = self.looks[0]
        if len(self.looks) > 1:
            self.looks.pop(0)
            for listener in self.heard:
                listener()
        return shown

    def listen_to(self, listener: Callable[[], object]) -> None:
        self.heard.append(listener)

    def leave(self, listener: Callable[[], object]) -> None:
        self.heard.remove(listener)

    @property
    def whole(self) -> KeyDesk:
        return cast("KeyDesk", self)


def look(key: KeyLook = ASLEEP, launcher: LaunchView | None = None) -> DeskLook:
    return DeskLook(key, LaunchManner.ASKS, False, launcher, "", (), "", "", 1)


def says(text: str) -> DeskLook:
    return look(KeyLook("entry", text, True, None))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads, and nothing is waited for in vain."""
    monkeypatch.setattr(statements, "READING_S", 0)
    monkeypatch.setattr(statements, "PATIENCE_S", 0.01)


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ("key plug", ("plug",)),
        ("key unplug", ("unplug",)),
        ("key press 1 OK défi", ("press", (Key.DIGIT_1, Key.OK, Key.CHALLENGE))),
        ("key launch", ("launch",)),
        ("key decline", ("decline",)),
        ("key manner asks", ("choose_manner", LaunchManner.ASKS)),
        ("key language en", ("speak_language", "en")),
        ("key choose retry", ("choose", LaunchChoice.RETRY)),
        ("key enrol", ("send_form", "MOREAU17", "1234-5678")),
        ("key enrol A B", ("send_form", "A", "B")),
        ("key tray remove", ("choose_tray", TrayItem.REMOVE)),
        ("key close", ("close_browser",)),
        ("key post", ("post_anew",)),
        ("key publish", ("publish_program",)),
        ("site open /fr/", ("open_path", "/fr/")),
        ("site fill user X", ("fill_field", "user", "X")),
        ("site press OK", ("press_button", "OK")),
        ("site follow Comptes", ("follow_link", "Comptes")),
        ("site number 4711", ("type_number", "4711", "Valider")),
        ("site number posted", ("type_number", "907138", "Valider")),
    ],
)
def test_each_statement_is_one_act(said: str, done: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        statements, "list_sogecash_words", lambda: {code: SimpleNamespace(confirm="Valider") for code in ("fr", "en")}
    )
    desk = Desk()
    head, *words = said.split()
    (act_on_key if head == "key" else act_on_site)(desk.whole, words)
    assert desk.done == [done]


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("key", "write: key plug, key unplug, key press KEY"),
        ("key fly", "write: key plug"),
        ("site", "write: site open PATH, site fill NAME VALUE"),
        ("key plug in", "write: key plug"),
        ("key press", r"write: key press KEY \.\.\."),
        ("key press Enter", "there is no key 'Enter'"),
        ("key manner never", "'never' is none of automatic, asks, manual"),
        ("key choose never", "'never' is none of ok, update"),
        ("key tray never", "'never' is none of connect, remove, quit"),
        ("key enrol A", r"write: key enrol \[USER CODE\]"),
        ("key language de", r"write: key language fr\|en"),
        ("site fill a", "write: site fill NAME VALUE"),
        ("site number 47a", "write: site number posted, or its digits"),
        ("site number \u0664", "write: site number posted, or its digits"),
    ],
)
def test_what_is_not_written_so_does_nothing(said: str, complaint: str) -> None:
    desk = Desk()
    head, *words = said.split()
    with pytest.raises(KeyStatementError, match=complaint):
        (act_on_key if head == "key" else act_on_site)(desk.whole, words)
    assert desk.done == []


def test_the_keys_glass_is_read_whole_and_may_still_change() -> None:
    desk = Desk(says("CODE DE LA CLÉ ?"))
    assert judge_key(desk.whole, "key", ("text", "CLE\u0301 ?")) == ""
    assert judge_key(desk.whole, "key", ("text", "PUK")) == "the key does not say 'PUK': it says 'CODE DE LA CLÉ ?'"
    assert judge_key(desk.whole, "key", ("dark",)) == "the key says 'CODE DE LA CLÉ ?'"
    assert judge_key(Desk().whole, "key", ("dark",)) == ""
    changing = Desk(look(), look(), says("CODE ?"))
    assert judge_key(changing.whole, "key", ("text", "CODE")) == ""
    assert changing.heard == [], "nobody listens any more"


def test_the_launchers_window_is_read_with_all_that_is_on_it() -> None:
    view = LaunchView(
        "sentence",
        KeyPicture.IN,
        hint="hint",
        cause="cause",
        cure="cure",
        fields=((FormField.USER, "field"),),
        buttons=((LaunchChoice.OK, "button"),),
    )
    desk = Desk(look(launcher=view))
    assert judge_key(desk.whole, "launcher", ("sentence hint cause cure field button",)) == ""
    assert judge_key(desk.whole, "launcher", ("other",)).startswith("the launcher does not say 'other': it says 'sent")
    assert judge_key(Desk().whole, "launcher", ("x",)) == "the launcher does not say 'x': it says ''"


def test_a_page_is_read_with_ordinary_blanks() -> None:
    desk = Desk(site="1\u202f250,00\u00a0€ : Cre\u0301dit")
    assert judge_key(desk.whole, "site", ("1 250,00 € : Crédit",)) == ""


@pytest.mark.parametrize(
    ("about", "words"),
    [("key", ()), ("key", ("text",)), ("key", ("text", "a", "b")), ("key", ("a",)), ("key", ("a", "b")), ("site", ())],
)
def test_what_is_expected_is_one_text(about: str, words: tuple[str, ...]) -> None:
    with pytest.raises(KeyStatementError, match="expect key text TEXT, expect key dark, expect key version NUMBER"):
        judge_key(Desk().whole, about, words)


def test_what_is_read_on_the_key_is_read_by_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key takes no OK that comes sooner; an unmet expectation needs no time more."""
    slept: list[float] = []
    monkeypatch.setattr(statements, "READING_S", 0.6)
    monkeypatch.setattr(statements, "time", SimpleNamespace(sleep=slept.append, monotonic=lambda: 0.0))
    monkeypatch.setattr(statements, "PATIENCE_S", 0.0)
    judge_key(Desk(says("CODE")).whole, "key", ("text", "CODE"))
    judge_key(Desk(says("CODE")).whole, "key", ("text", "X"))
    judge_key(Desk(says("CODE")).whole, "key", ("text", "COD"))
    judge_key(Desk(site="CODE").whole, "site", ("CODE",))
    assert slept == [0.6, 0.6]


# Which of both is meant


@pytest.mark.parametrize(
    ("about", "missing"),
    [("phone", "telephone"), ("bank", "telephone"), ("key", "access key"), ("site", "access key")],
)
def test_an_act_is_for_what_it_names(about: str, missing: str) -> None:
    with pytest.raises(NotBesideError, match=f"there is no {missing} beside this reader"):
        Beside().act(about, ("x",))


@pytest.mark.parametrize(
    ("about", "missing"),
    [
        ("phone", "telephone"),
        ("operation", "telephone"),
        ("key", "access key"),
        ("launcher", "access key"),
        ("site", "access key"),
    ],
)
def test_a_look_is_at_what_it_names(about: str, missing: str) -> None:
    with pytest.raises(NotBesideError, match=f"there is no {missing} beside this reader"):
        Beside().judge(about, ("x",))


def test_the_desk_is_the_one_that_is_given() -> None:
    desk = Desk(says("CODE"))
    beside = Beside(access_key=lambda: desk.whole)
    beside.act("key", ("plug",))
    beside.act("site", ("press", "OK"))
    assert beside.judge("key", ("text", "CODE")) == ""
    assert desk.done == [("plug",), ("press_button", "OK")]


def test_each_statement_is_listed_as_it_is_written() -> None:
    usages = [usage for usage, _ in list_rows()]
    written = [f"key {verb.usage}" for verb in KEY_VERBS.values()] + [
        f"site {verb.usage}" for verb in SITE_VERBS.values()
    ]
    assert usages[: len(written)] == written
    assert len(set(usages)) == len(usages) > len(written)
