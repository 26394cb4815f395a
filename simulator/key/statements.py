"""What scripts say of the access key and its PC: `key ...`, `site ...`, `expect key|launcher|site ...`.

docs/scripts.md is made from the tables below. Key, launcher and browser go on by themselves: what is expected of them
may still be on its way, and is waited for.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from threading import Event
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar
from unicodedata import normalize

from bank.web.sogecash.words import list_sogecash_words
from launcher.course.events import LaunchChoice, TrayItem
from sesame_core.errors import SesameError
from sesame_core.events import Key
from simulator.key.desk import KeyDesk, LaunchManner
from simulator.key_names import find_key, write_unknown

Words: TypeAlias = Sequence[str]
E = TypeVar("E", bound=Enum)

PATIENCE_S: Final = 15.0
"""How long what is expected is waited for: as long as the key waits for OK."""

READING_S: Final = 0.6
"""What a person takes to read the glass: the key takes no OK for its question that comes sooner (TOO_FAST)."""


class KeyStatementError(SesameError):
    """The statement is not written so."""


@dataclass(frozen=True, slots=True)
class KeyVerb:
    """One act: how it is written after its first word, what it means, what it does. `least`, `most`: how many words
    follow."""

    usage: str
    meaning: str
    act: Callable[[KeyDesk, Words], None]
    least: int = 0
    most: int = 0


def act_on_key(desk: KeyDesk, words: Words) -> None:
    """What a hand does with key, launcher and PC. Raises SesameError."""
    _act(KEY_VERBS, "key", desk, words)


def act_on_site(desk: KeyDesk, words: Words) -> None:
    """What somebody does in the PC's browser. Raises SesameError."""
    _act(SITE_VERBS, "site", desk, words)


def judge_key(desk: KeyDesk, about: str, words: Words) -> str:
    """`expect key|launcher|site ...`: what is not as expected. Raises KeyStatementError."""
    if about == "key" and tuple(words) == ("dark",):
        return _wait_for(desk, lambda: "" if not desk.look().key.says else f"the key says {desk.look().key.says!r}")
    if about == "key" and len(words) == 2 and words[0] == "version":
        return _wait_for(desk, lambda: _judge_version(desk, words[1]))
    wanted = words[1:] if about == "key" and tuple(words[:1]) == ("text",) else words
    if len(wanted) != 1 or (about == "key" and len(words) != 2):
        raise KeyStatementError(f"write: {', '.join(usage for usage, _ in KEY_LOOKS)}")
    read = READERS[about]
    text = normalize("NFC", wanted[0])

    def judge() -> str:
        said = read(desk)
        return "" if text in said else f"the {about} does not say {text!r}: it says {said!r}"

    complaint = _wait_for(desk, judge)
    if about == "key" and not complaint:
        time.sleep(READING_S)
    return complaint


def list_rows() -> Sequence[tuple[str, str]]:
    """Every statement about key and PC: how it is written, what it does."""
    verbs = ((head, one) for head, table in (("key", KEY_VERBS), ("site", SITE_VERBS)) for one in table.values())
    return [*((f"{head} {one.usage}", one.meaning) for head, one in verbs), *KEY_LOOKS]


def _act(verbs: Mapping[str, KeyVerb], head: str, desk: KeyDesk, words: Words) -> None:
    verb = verbs.get(words[0] if words else "")
    if verb is None:
        raise KeyStatementError(f"write: {', '.join(f'{head} {one.usage}' for one in verbs.values())}")
    if not verb.least <= len(words) - 1 <= verb.most:
        raise KeyStatementError(f"write: {head} {verb.usage}")
    verb.act(desk, words[1:])


def _wait_for(desk: KeyDesk, judge: Callable[[], str]) -> str:
    """Until nothing is wrong any more, at most for a while."""
    changed, until = Event(), time.monotonic() + PATIENCE_S
    desk.listen_to(changed.set)
    try:
        while (complaint := judge()) and (left := until - time.monotonic()) > 0:
            changed.wait(left)
            changed.clear()
    finally:
        desk.leave(changed.set)
    return complaint


def _read_launcher(desk: KeyDesk) -> str:
    view = desk.look().launcher
    if view is None:
        return ""
    labels = [label for _, label in (*view.fields, *view.buttons)]
    return normalize("NFC", " ".join((view.sentence, view.hint, view.cause, view.cure, *labels)))


def _read_site(desk: KeyDesk) -> str:
    page = desk.hands.read_text()
    return _even_spaces(page.says)


def _even_spaces(text: str) -> str:
    """As a script writes them."""
    return normalize("NFC", text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " "))


def _judge_version(desk: KeyDesk, number: str) -> str:
    runs = str(desk.look().key.version)
    return "" if runs == number else f"the key runs version {runs}, not {number}"


def _chosen(kind: type[E], word: str) -> E:
    names = [each.value for each in kind]
    if word not in names:
        raise KeyStatementError(f"{word!r} is none of {', '.join(names)}")
    return kind(word)


def _key_named(name: str) -> Key:
    key = find_key(name)
    if key is None:
        raise KeyStatementError(write_unknown(name))
    return key


def _enrol(desk: KeyDesk, words: Words) -> None:
    if len(words) == 1:
        raise KeyStatementError("write: key enrol [USER CODE]")
    letters = desk.post.read_letters()
    desk.send_form(*(words or (letters.user, letters.code)))


def _type_number(desk: KeyDesk, words: Words) -> None:
    digits = desk.post.read_letters().number if words[0] == "posted" else words[0]
    if not (digits.isascii() and digits.isdecimal()):
        raise KeyStatementError("write: site number posted, or its digits")
    desk.hands.type_number(digits, list_sogecash_words()[desk.hands.language].confirm)


def _speak(desk: KeyDesk, words: Words) -> None:
    if words[0] not in list_sogecash_words():
        raise KeyStatementError("write: key language fr|en")
    desk.speak_language(words[0])


READERS: Final[Mapping[str, Callable[[KeyDesk], str]]] = MappingProxyType(
    {"key": lambda desk: _even_spaces(desk.look().key.says), "launcher": _read_launcher, "site": _read_site}
)

KEY_LOOKS: Final = (
    ("expect key text TEXT", "Fail unless the key's glass says it within 15 s; it may be a part."),
    ("expect key dark", "Fail unless its glass is dark within 15 s."),
    ("expect key version NUMBER", "Fail unless the key runs that program within 15 s."),
    ("expect launcher TEXT", "Fail unless the launcher's window says it within 15 s."),
    ("expect site TEXT", "Fail unless the page in the PC's browser says it."),
)

KEY_VERBS: Final[Mapping[str, KeyVerb]] = MappingProxyType(
    {
        "plug": KeyVerb("plug", "Put the access key into the docking station.", lambda desk, _words: desk.plug()),
        "unplug": KeyVerb("unplug", "Pull it, whatever is under way.", lambda desk, _words: desk.unplug()),
        "press": KeyVerb(
            "press KEY ...",
            "Press and let go keys of the access key, as `press` does the reader's.",
            lambda desk, words: desk.press(tuple(map(_key_named, words))),
            least=1,
            most=32,
        ),
        "launch": KeyVerb(
            "launch", "Start the program on the key's CD-ROM, by hand.", lambda desk, _words: desk.launch()
        ),
        "decline": KeyVerb("decline", "Not now, where the PC asks to start it.", lambda desk, _words: desk.decline()),
        "manner": KeyVerb(
            "manner automatic|asks|manual",
            "How the PC starts it from now on.",
            lambda desk, words: desk.choose_manner(_chosen(LaunchManner, words[0])),
            least=1,
            most=1,
        ),
        "language": KeyVerb("language fr|en", "What the PC speaks.", _speak, least=1, most=1),
        "choose": KeyVerb(
            "choose ok|update|renew|cancel|end|retry|unblock|copy",
            "A button of the launcher's window.",
            lambda desk, words: desk.choose(_chosen(LaunchChoice, words[0])),
            least=1,
            most=1,
        ),
        "enrol": KeyVerb(
            "enrol [USER CODE]",
            "Type user ID and activation code into the launcher's window; those of the letter, unless others are "
            "given.",
            _enrol,
            most=2,
        ),
        "tray": KeyVerb(
            "tray connect|remove|quit",
            "An entry of the launcher's menu beside the clock.",
            lambda desk, words: desk.choose_tray(_chosen(TrayItem, words[0])),
            least=1,
            most=1,
        ),
        "close": KeyVerb(
            "close", "Close the browser, by the cross in its corner.", lambda desk, _words: desk.close_browser()
        ),
        "post": KeyVerb(
            "post",
            "The helpdesk posts a new security number, and an activation code where there is no certificate.",
            lambda desk, _words: _post(desk),
        ),
        "publish": KeyVerb(
            "publish",
            "The bank offers keys a newer program; the launcher looks for it when the key is plugged in.",
            lambda desk, _words: desk.publish_program(),
        ),
    }
)
SITE_VERBS: Final[Mapping[str, KeyVerb]] = MappingProxyType(
    {
        "open": KeyVerb(
            "open PATH",
            "Open a page of the business site by its path: `/fr/`.",
            lambda desk, words: desk.hands.open_path(words[0]),
            least=1,
            most=1,
        ),
        "fill": KeyVerb(
            "fill NAME VALUE",
            "Fill in a field by its name.",
            lambda desk, words: desk.hands.fill_field(words[0], words[1]),
            least=2,
            most=2,
        ),
        "press": KeyVerb(
            "press LABEL",
            "Press a button by its label.",
            lambda desk, words: desk.hands.press_button(words[0]),
            least=1,
            most=1,
        ),
        "follow": KeyVerb(
            "follow LABEL",
            "Follow a link by its label.",
            lambda desk, words: desk.hands.follow_link(words[0]),
            least=1,
            most=1,
        ),
        "number": KeyVerb(
            "number posted|DIGITS",
            "Type a security number on the virtual keyboard and confirm; `posted`: the letter's.",
            _type_number,
            least=1,
            most=1,
        ),
    }
)


def _post(desk: KeyDesk) -> None:
    desk.post.post_anew()
