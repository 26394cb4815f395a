"""The sequence language: what a person does with the reader, one act a line, and what must be seen then.

    # The guide's first try.
    insert bank-card
    expect text "CHOISISSEZ FONCTION"
    press Code 1 2 3 4 OK
    expect code
    screenshot "code.png"
    wait 35 s
    expect dark

docs/scripts.md lists every statement; it is made from STATEMENTS below.
"""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias
from unicodedata import normalize

from bank.errors import BankError
from device.regular_file import open_regular
from drivers.painter.raster import encode_png
from sesame_core.errors import SesameError
from sesame_core.events import Battery, Key, Millis
from simulator.bench import Hands
from simulator.key_names import find_key, write_unknown
from simulator.script_beside import ACTS, LOOKS, Beside, NotBesideError

if TYPE_CHECKING:
    from simulator.key.desk import KeyDesk
    from simulator.phone.hands import PhoneHands

MAX_INCLUDES = 16
MOST_STATEMENTS: Final = 100_000
MOST_CHARACTERS: Final = 10_000_000
"""What a script and all that it includes may have: no honest one comes near it."""

LONGEST_WAIT: Final[Millis] = 24 * 3_600_000
LONGEST_HOLD: Final[Millis] = 10 * 60_000
BYTE_ORDER_MARK: Final = "\ufeff"
LARGEST_SCALE: Final = 32
UNITS: Final = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000}


class ScriptError(SesameError):
    """A script that cannot be read or carried out: "file:line: what". Its cause is what refused, if it was not us."""


class ExpectationError(ScriptError):
    """The glass shows something else than was expected: "file:line: what"."""


class _Problem(Exception):  # noqa: N818 - becomes a ScriptError once file and line are known
    """What is wrong with one statement."""


class _Unmet(_Problem):
    """The statement is right, and what it expects is not so."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One line: its words, and where it stands."""

    words: tuple[str, ...]
    path: Path
    line: int

    @property
    def is_apart(self) -> bool:
        """Whether it is about what is beside the reader alone: the reader need not wait for it."""
        head, about = self.words[0], self.words[1] if len(self.words) > 1 else ""
        return head in ACTS or (head == "expect" and about in LOOKS)

    def error(self, what: object) -> ScriptError:
        """What is wrong, with its place."""
        return ScriptError(f"{self.path}:{self.line}: {what}")


@dataclass(frozen=True, slots=True)
class ScriptVerb:
    """A statement of the language: how it is written, what it means, what it does."""

    usage: str
    meaning: str
    act: Callable[["Player", Sequence[str]], None]


@dataclass(slots=True)
class _Allowance:
    """What one script may still ask for, its included files together: they can include each other 10^16 times."""

    statements: int = MOST_STATEMENTS
    characters: int = MOST_CHARACTERS

    def take_statement(self, statement: Statement) -> None:
        self.statements -= 1
        if self.statements < 0:
            raise statement.error(f"a script has {MOST_STATEMENTS} statements at most, those it includes among them")

    def text(self, path: Path) -> str:
        text = _read_text(path, self.characters)
        self.characters -= len(text)
        return text


def read_script(path: Path) -> Iterator[Statement]:
    """The statements of a script, those of included files in their place. Raises ScriptError."""
    allowance = _Allowance()
    return _expand_includes(allowance.text(path), path, allowance)


def statements_in(text: str, path: Path) -> Iterator[Statement]:
    """As `read_script`, of a text that stands nowhere; the files it includes are looked for beside `path`."""
    return _expand_includes(text, path, _Allowance())


def _expand_includes(text: str, path: Path, allowance: _Allowance, depth: int = 0) -> Iterator[Statement]:
    for statement in parse_script(text, path):
        allowance.take_statement(statement)
        if statement.words[0] != "include":
            yield statement
            continue
        if len(statement.words) != 2:
            raise statement.error("write: include FILE")
        if depth == MAX_INCLUDES:
            raise statement.error(f"scripts include each other more than {MAX_INCLUDES} deep")
        included = path.parent / statement.words[1]
        try:
            yield from _expand_includes(allowance.text(included), included, allowance, depth + 1)
        except ScriptError as error:
            raise statement.error(error) from None


def parse_script(text: str, path: Path) -> Iterator[Statement]:
    """The statements in a text; `path` is what errors name. Raises ScriptError for unknown words and open quotes."""
    for number, line in enumerate(text.removeprefix(BYTE_ORDER_MARK).splitlines(), 1):
        if "\0" in line:
            raise ScriptError(f"{path}:{number}: a NUL character has no place in a script")
        try:
            words = tuple(shlex.split(line, comments=True))
        except ValueError:
            raise ScriptError(f"{path}:{number}: a quotation mark is missing") from None
        if not words:
            continue
        statement = Statement(words, path, number)
        if words[0] not in STATEMENTS and words[0] != "include":
            raise statement.error(f"{words[0]!r} is not a statement; there are: {', '.join((*STATEMENTS, 'include'))}")
        yield statement


class Player:
    """Plays statements with hands and eyes on a reader. Pictures go below `folder`. `telephone`, `access_key`: give
    what is beside it, once a statement is about that."""

    def __init__(
        self,
        bench: Hands,
        folder: Path,
        scale: int = 4,
        telephone: "Callable[[], PhoneHands] | None" = None,
        access_key: "Callable[[], KeyDesk] | None" = None,
    ) -> None:
        self.bench = bench
        self.folder = folder
        self.scale = scale
        self.beside = Beside(telephone, access_key)

    def play(self, statements: Sequence[Statement]) -> None:
        """All statements in order. Raises ScriptError at the first that fails."""
        for statement in statements:
            self.perform(statement)

    def perform(self, statement: Statement) -> None:
        """One statement. Raises ScriptError."""
        verb = STATEMENTS[statement.words[0]]
        try:
            verb.act(self, statement.words[1:])
        except _Unmet as unmet:
            raise ExpectationError(str(statement.error(unmet))) from None
        except (_Problem, NotBesideError) as problem:
            raise statement.error(problem) from None
        except (SesameError, BankError, OSError, ValueError) as error:
            raise statement.error(_describe_error(error)) from error


# The verbs


def _insert(player: Player, words: Sequence[str]) -> None:
    player.bench.insert_card(_read_only(words, "insert CARD"))


def _pull(player: Player, words: Sequence[str]) -> None:
    _check_empty(words, "pull")
    player.bench.pull_card()


def _next(player: Player, words: Sequence[str]) -> None:
    _check_empty(words, "next")
    player.bench.bring_next_customer()


def _plug(player: Player, words: Sequence[str]) -> None:
    _check_empty(words, "plug")
    player.bench.plug_reader()


def _unplug(player: Player, words: Sequence[str]) -> None:
    _check_empty(words, "unplug")
    player.bench.unplug_reader()


def _press(player: Player, words: Sequence[str]) -> None:
    if not words:
        raise _Problem("write: press KEY ...")
    for key in [key_named(word) for word in words]:
        player.bench.press_key(key)


def _hold(player: Player, words: Sequence[str]) -> None:
    if len(words) < 3 or words[1] != "for":
        raise _Problem("write: hold KEY for TIME")
    player.bench.press_key(key_named(words[0]), _read_time(words[2:], LONGEST_HOLD, "10 min is no key held"))


def _wait(player: Player, words: Sequence[str]) -> None:
    player.bench.let_pass(_read_time(words, LONGEST_WAIT, "24 h is not waited for"))


def _battery(player: Player, words: Sequence[str]) -> None:
    level = _read_only(words, "battery good|low|critical")
    if level not in {each.value for each in Battery}:
        raise _Problem("write: battery good|low|critical")
    player.bench.set_battery(Battery(level))


def _screenshot(player: Player, words: Sequence[str]) -> None:
    path = player.folder / _read_only(words, "screenshot FILE.png")
    if path.suffix != ".png":
        raise _Problem("a screenshot's name ends in .png")
    if not path.resolve().is_relative_to(player.folder.resolve()):
        raise _Problem(f"a screenshot stays below {player.folder}; `--pictures` names another folder")
    if path.exists() and not path.is_file():
        raise _Problem(f"{path} is there already, and no ordinary file: take another name")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_png(player.bench.glass(), player.scale))


def _beside(head: str) -> Callable[[Player, Sequence[str]], None]:
    return lambda player, words: player.beside.act(head, words)


def _expect(player: Player, words: Sequence[str]) -> None:
    kind = words[0] if words else ""
    if kind in LOOKS:
        complaint = player.beside.judge(kind, words[1:])
        if complaint:
            raise _Unmet(complaint)
        return
    if kind not in EXPECTATIONS:
        beside = " or ".join(f"expect {about} ..." for about in sorted(LOOKS))
        raise _Problem(f"write: expect text TEXT, expect code [CODE], expect dark, {beside}")
    EXPECTATIONS[kind](player.bench, words[1:])


def _expect_text(bench: Hands, words: Sequence[str]) -> None:
    wanted = _read_only(words, 'expect text "TEXT", in quotation marks when it has spaces')
    if normalize("NFC", wanted) not in bench.shown_text():
        raise _Unmet(f"the screen does not say {wanted!r}: it {_quote_glass(bench)}")


def _expect_code(bench: Hands, words: Sequence[str]) -> None:
    code = bench.shown_code()
    if not code:
        raise _Unmet(f"no code is shown: the screen {_quote_glass(bench)}")
    if words and "".join(words).replace(" ", "") != code:
        raise _Unmet("another code is shown")


def _expect_dark(bench: Hands, words: Sequence[str]) -> None:
    _check_empty(words, "expect dark")
    if not bench.is_dark():
        raise _Unmet(f"the screen is not dark: it {_quote_glass(bench)}")


EXPECTATIONS: Final[dict[str, Callable[[Hands, Sequence[str]], None]]] = {
    "text": _expect_text,
    "code": _expect_code,
    "dark": _expect_dark,
}

STATEMENTS: Final = {
    "insert": ScriptVerb("insert CARD", "Put a card of the gallery into the slot.", _insert),
    "pull": ScriptVerb("pull", "Take the card out.", _pull),
    "press": ScriptVerb("press KEY ...", "Press and let go keys, one after the other: names or legends.", _press),
    "hold": ScriptVerb("hold KEY for TIME", "Keep one key down for a time, 10 min at most.", _hold),
    "wait": ScriptVerb("wait TIME", "Let time pass, 24 h at most: `35 s`, `300 ms`, `2 min`.", _wait),
    "expect": ScriptVerb(
        "expect text TEXT | code [CODE] | dark", "Fail unless the glass shows it now; text may be a part.", _expect
    ),
    "screenshot": ScriptVerb("screenshot FILE.png", "Write what the glass shows to a PNG file.", _screenshot),
    "next": ScriptVerb(
        "next", "The next customer: take the card out, give cards and accounts their first state.", _next
    ),
    "unplug": ScriptVerb("unplug", "Take the smart-card reader away.", _unplug),
    "plug": ScriptVerb("plug", "Bring the smart-card reader back.", _plug),
    "battery": ScriptVerb("battery good|low|critical", "Let the gauge say so.", _battery),
    "phone": ScriptVerb(
        "phone ACT", "What the customer does with the telephone: [below](#the-telephone).", _beside("phone")
    ),
    "bank": ScriptVerb("bank ACT", "What is done at the bank's terminals: [below](#the-telephone).", _beside("bank")),
    "key": ScriptVerb(
        "key ACT", "What is done with the access key and its PC: [below](#the-access-key).", _beside("key")
    ),
    "site": ScriptVerb("site ACT", "What is done in that PC's browser: [below](#the-access-key).", _beside("site")),
}
STATEMENT_INCLUDE: Final = ("include FILE", "Play another script here; its path counts from this file.")

Statements: TypeAlias = Sequence[Statement]


def key_named(name: str) -> Key:
    """The key of a name or a French legend, in any case. Raises ScriptError's inner problem for an unknown one."""
    key = find_key(name)
    if key is None:
        raise _Problem(write_unknown(name))
    return key


def _read_time(words: Sequence[str], longest: Millis, said: str) -> Millis:
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*(ms|s|min|h)", " ".join(words))
    if not match:
        raise _Problem("a time is a number of at most nine digits and ms, s, min or h: 35 s")
    time = round(float(match[1]) * UNITS[match[2]])
    if time > longest:
        raise _Problem(f"longer than {said}")
    return time


def _read_only(words: Sequence[str], usage: str) -> str:
    if len(words) != 1:
        raise _Problem(f"write: {usage}")
    return words[0]


def _check_empty(words: Sequence[str], usage: str) -> None:
    if words:
        raise _Problem(f"write: {usage}, and nothing after it")


def _quote_glass(bench: Hands) -> str:
    if bench.is_dark():
        return "is dark"
    return "shows a code" if bench.shown_code() else f"says {bench.shown_text()!r}"


def _describe_error(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _read_text(path: Path, most: int) -> str:
    """At most so many characters are read: a device, or a pipe, may never end."""
    try:
        with TextIOWrapper(open_regular(path), encoding="utf-8") as opened:
            text = opened.read(most + 1)
    except OSError as error:
        raise ScriptError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ScriptError(f"{path}: is not UTF-8 text") from None
    except ValueError:
        raise ScriptError(f"{str(path)!r}: is no file's name") from None
    if len(text) > most:
        raise ScriptError(f"{path}: a script has {MOST_CHARACTERS} characters at most, its included files among them")
    return text
