"""Pages made from the program itself: `python docs/tools/pages.py` writes them, `--check` says which are stale."""

import os
import sys
from argparse import Action, ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# What stands in a page must not depend on who makes it.
os.environ["XDG_STATE_HOME"] = "~/.local/state"

from device.config import Config, settings_of, to_toml  # noqa: E402
from sesame.cli import COMMANDS, parser_of  # noqa: E402
from sesame.exits import Exit  # noqa: E402
from sesame_core.events import Key  # noqa: E402
from simulator.script import LEGEND_NAMES, STATEMENT_INCLUDE, STATEMENTS, parse  # noqa: E402

MADE = "<!-- Made by docs/tools/pages.py; edit what it is made from. -->\n"

EXITS = {
    Exit.OK: "All is well.",
    Exit.FAILED: "An expectation was not met, the bank refused, or an error that is not named below.",
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
}


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
    for name in COMMANDS:
        parser, _ = parser_of(name)
        yield f"\n## sesame {name}\n\n{(parser.description or '').strip()}\n"
        yield "| argument | meaning |\n| --- | --- |"
        for action in parser._actions[1:]:  # without --help; argparse's own layout changes from one Python to the next
            yield f"| {_argument(action)} | {_cell((action.help or '') % vars(action))} |"


def configuration() -> Iterator[str]:
    """Every setting with its default."""
    yield "# Configuration\n"
    yield (
        "One TOML file: `/etc/sesame/reader.toml`, or the one given by `--config`. Everything has a default; "
        "`sesame config show` prints what is in force and where each value comes from, `sesame config check` says "
        "whether a file is good. Pins are GPIO numbers (BCM), not the header's.\n"
    )
    section = ""
    for key, value, allowed, _ in settings_of(Config()):
        name, _, setting = key.partition(".")
        if name != section:
            yield f"\n## [{name}]\n\n| setting | default | allowed |\n| --- | --- | --- |"
            section = name
        yield f"| `{setting}` | `{_cell(to_toml(value))}` | {_cell(allowed)} |"


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "scripts.md": scripts,
    "command-line.md": command_line,
    "configuration.md": configuration,
}


def stale() -> list[str]:
    """The names of pages that are not what would be made now."""
    return [name for name, made in PAGES.items() if not _is(ROOT / "docs" / name, _text(made))]


def _example() -> str:
    path = ROOT / "docs" / "guide.sesame"
    text = path.read_text(encoding="utf-8")
    assert list(parse(text, path))
    return text


def _text(made: Callable[[], Iterator[str]]) -> str:
    return MADE + "\n" + "\n".join(made()) + "\n"


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _argument(action: Action) -> str:
    value = action.metavar or ("" if action.nargs == 0 else "|".join(map(str, action.choices or ())))
    names = ", ".join(action.option_strings)
    return f"`{_cell(f'{names} {value}'.strip())}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write the pages, or with --check only say which are stale."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    old = stale()
    if parser.parse_args().check:
        sys.stdout.write("".join(f"docs/{name} is stale: run python docs/tools/pages.py\n" for name in old))
        return 1 if old else 0
    for name in old:
        (ROOT / "docs" / name).write_text(_text(PAGES[name]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
