"""The command line, the configuration and the sequence language, as parsers and checks know them."""

import os
from argparse import SUPPRESS, Action, ArgumentParser, _SubParsersAction
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from device.config import Config, settings_of
from device.former_names import FORMER_NAMES
from device.toml_file import to_toml
from docs.tools.made import DOCS, Page
from sesame.cli import COMMANDS, parser_of
from sesame.exits import Exit
from sesame_core.events import Key
from simulator.key.statements import list_rows as list_key_rows
from simulator.key_names import LEGEND_NAMES
from simulator.phone.statements import list_rows
from simulator.script import STATEMENT_INCLUDE, STATEMENTS, parse_script

EXITS = {
    Exit.OK: "All is well.",
    Exit.FAILED: "The answer is no, and nothing else: the bank refused, an expectation was not met, a probe failed, "
    "the journal was changed.",
    Exit.USAGE: "The command line cannot be understood; nothing was sent to a card.",
    Exit.NO_READER: "No smart-card reader, none of the name asked for, or PC/SC is not there.",
    Exit.NO_CARD: "No card in any reader, or it was pulled.",
    Exit.WRONG_PIN: "The card says that the PIN is wrong; the tries left are on standard error.",
    Exit.BLOCKED: "No PIN try is left.",
    Exit.NO_APPLICATION: "The card has no application for codes.",
    Exit.CARD_ERROR: "The card is mute, answers nonsense, or refuses.",
    Exit.CONFIGURATION: "The configuration file cannot be used; the message names file, key and what is allowed.",
    Exit.POWER_OFF: "`sesame run` only: the reader asks the system to power off.",
    Exit.HARDWARE: "The display, the keypad or the supply cannot be used.",
    Exit.MISSING_PART: "A library that the command needs is not installed; the message has the line that installs it.",
    Exit.BOOKS: "The bank's books, a card's or a key's memory or their folder cannot be used, or somebody uses them; "
    "the message names them and says what to do.",
    Exit.OTHER: "An error that is not named above: an output that cannot be written, a port that is taken, a fault of "
    "this program's own.",
}


WITH_VERBS = ("bank", "key")
"""Commands whose verbs have their arguments here; those of `sesame card` have a page of their own."""


def scripts() -> Iterator[str]:
    """The sequence language."""
    yield "# Scripts\n"
    yield (
        "A script says what a person does with the reader, one act a line, and what must be seen then. "
        "`sesame script FILE` plays it on the simulated reader, in simulated time: 35 seconds take a few milliseconds. "
        "The same statements, one a line, drive a running simulated reader over its control socket "
        "(`sesame run --simulated --control SOCKET`).\n"
    )
    yield "| statement | what it does |\n| --- | --- |"
    for usage, meaning in [(verb.usage, verb.meaning) for verb in STATEMENTS.values()] + [STATEMENT_INCLUDE]:
        yield f"| `{_cell(usage)}` | {_cell(meaning)} |"
    yield (
        "\n## The telephone\n\nA simulated telephone is beside the reader. It has the keys, the counter and the "
        "requests of the app (`/app/`) and speaks the app's own verbs ([the interface](dev/securpass-api.md)); its "
        "screen says the app's sentences. `sesame script` gives each script a bank of its own, in memory and in the "
        "script's time; over the control socket it is the running bank, in real time.\n"
    )
    yield "| statement | what it does |\n| --- | --- |"
    for usage, meaning in list_rows():
        yield f"| `{_cell(usage)}` | {_cell(meaning)} |"
    yield "\n```\n" + (DOCS / "telephone.sesame").read_text(encoding="utf-8") + "```"
    yield (
        "\n## The access key\n\nAn access key with its docking station, and a PC with the key's launcher and a "
        "browser, are beside the reader, too ([the access key](esecure.md)). They work in real time and by "
        "themselves: what is expected of them is waited for, 15 s at most. `sesame script` gives each script a key "
        "and a bank of its own; over the control socket they are those of the page.\n"
    )
    yield "| statement | what it does |\n| --- | --- |"
    for usage, meaning in list_key_rows():
        yield f"| `{_cell(usage)}` | {_cell(meaning)} |"
    yield "\n```\n" + (DOCS / "key.sesame").read_text(encoding="utf-8") + "```\n\n## How it is written"
    yield "\nWords with spaces stand in quotation marks; `#` begins a remark."
    yield "Keys are named, in any case, by name or by legend:\n"
    for key in Key:
        names = sorted(name for name, named in LEGEND_NAMES.items() if named is key and name != key.value.lower())
        yield f"- `{key.value}`" + (" or " + ", ".join(f"`{name}`" for name in names) if names else "")
    yield "\n## An example: the guide's first try\n\n```\n" + _example() + "```"


def command_line() -> Iterator[str]:
    """Every command with its help."""
    yield "# The command line\n"
    yield "| command | what it does |\n| --- | --- |"
    for name, entry in COMMANDS.items():
        yield f"| [`sesame {name}`](#sesame-{name}) | {_cell(entry.summary)} |"
    yield "\n## Exit codes\n\n| code | meaning |\n| --- | --- |"
    for code, meaning in EXITS.items():
        yield f"| {code.value} | {meaning} |"
    yield (
        "\n128 and a signal's number: that signal ended it, as 130 for Ctrl-C, and the end is not what was asked for. "
        "141: whoever read the output has gone."
    )
    for name in COMMANDS:
        with _anybodys_home():
            parser, _ = parser_of(name)
        yield f"\n## sesame {name}\n\n{(parser.description or '').strip()}\n"
        yield "| argument | meaning |\n| --- | --- |"
        yield from _arguments(parser)
        for path, verb in _verbs(f"sesame {name}", parser) if name in WITH_VERBS else ():
            yield f"\n### {path}\n\n{(verb.description or '').strip()}\n"
            yield "| argument | meaning |\n| --- | --- |"
            yield from _arguments(verb)


def configuration() -> Iterator[str]:
    """Every setting with its default."""
    yield "# Configuration\n"
    yield (
        "One TOML file: `/etc/sesame/reader.toml`, or the one given by `--config`. Everything has a default; "
        "`sesame config show` prints what is in force and where each value comes from, `sesame config check` says "
        "whether a file is good. The installed file has every setting with its default behind a `#`. "
        "A `_gpio` is a GPIO's number (BCM), not that of the header's pin.\n"
    )
    section = ""
    for key, value, allowed, _ in settings_of(Config()):
        name, _, setting = key.partition(".")
        if name != section:
            yield f"\n## [{name}]\n\n| setting | default | allowed |\n| --- | --- | --- |"
            section = name
        yield f"| `{setting}` | `{_cell(to_toml(value))}` | {_cell(allowed)} |"
    yield (
        "\n## Former names\n\nA former name is an error that says what to write. `sudo ./install` carries "
        "`/etc/sesame/reader.toml` over, keeps the comments and the order in it, and leaves the old file beside it.\n\n"
        "| was | is |\n| --- | --- |"
    )
    for names in FORMER_NAMES.items():
        was, now = ("`[{}] {}`".format(*each.split(".")) for each in names)
        yield f"| {was} | {now} |"


def _arguments(parser: ArgumentParser) -> Iterator[str]:
    """Without --help; argparse's own layout changes from one Python to the next."""
    for action in parser._actions[1:]:
        if action.help is not SUPPRESS:
            yield f"| {_argument(action)} | {_cell((action.help or '') % vars(action))} |"


def _verbs(path: str, parser: ArgumentParser) -> Iterator[tuple[str, ArgumentParser]]:
    """Every parser below this one that has none below itself."""
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for name, below in action.choices.items():
                inner = list(_verbs(f"{path} {name}", below))
                yield from inner or [(f"{path} {name}", below)]


def _page(name: str, lines: Callable[[], Iterator[str]], source: str) -> Page:
    return Page(name, lambda: "\n".join(lines()) + "\n", source)


PAGES = (
    _page("scripts.md", scripts, "simulator/script.py"),
    _page("command-line.md", command_line, "sesame/commands"),
    _page("configuration.md", configuration, "device/config.py"),
)


@contextmanager
def _anybodys_home() -> Iterator[None]:
    """What stands in a page must not depend on who makes it."""
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = "~/.local/state"
    try:
        yield
    finally:
        os.environ.pop("XDG_STATE_HOME")
        if before is not None:
            os.environ["XDG_STATE_HOME"] = before


def _example() -> str:
    path = DOCS / "guide.sesame"
    text = path.read_text(encoding="utf-8")
    assert list(parse_script(text, path))
    return text


def _argument(action: Action) -> str:
    value = action.metavar or ("" if action.nargs == 0 else "|".join(map(str, action.choices or ())))
    names = ", ".join(action.option_strings)
    return f"`{_cell(f'{names} {value}'.strip())}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
