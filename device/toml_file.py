"""A settings file as foreign bytes: whatever is in it comes out as tables, or as a ConfigError that says what to do.

And the other way: a value as TOML writes it.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from device.errors import ConfigError
from device.regular_file import open_regular
from sesame_core.events import Key

MOST: Final = 64 * 1024
"""Bytes of a settings file. With every setting and its comment it has a tenth of that."""

SHOWN: Final = 60
"""Characters of somebody's value or name in a message."""


def read_toml(path: Path) -> Mapping[str, Any]:
    """The file's tables. A byte order mark and CRLF are allowed. Raises ConfigError for everything else."""
    try:
        with open_regular(path) as file:
            content = file.read(MOST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{path}: cannot be read ({reason}); check the path and its permissions") from None
    return decode_toml(content, str(path))


def decode_toml(content: bytes, origin: str) -> Mapping[str, Any]:
    """The tables in these bytes, which came from `origin`. Raises ConfigError, and nothing else."""
    if len(content) > MOST:
        raise ConfigError(f"{origin}: is larger than {MOST // 1024} KiB: this is no file of settings; check the path")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigError(f"{origin}: is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        twice = "; each [section] stands once: put your setting below it" if "twice" in str(error) else ""
        raise ConfigError(f"{origin}: is not TOML: {make_printable(str(error))}{twice}") from None
    except Exception as error:
        # Python's parser recurses (RecursionError) and makes numbers (ValueError beyond 4,300 digits, OverflowError):
        # what else it may raise is as little the caller's business.
        what = {RecursionError: "brackets within brackets without end", ValueError: "a number that is too long"}
        said = what.get(type(error), type(error).__name__)
        raise ConfigError(f"{origin}: is not TOML that can be used: {said}") from None


def show_value(value: object) -> str:
    """Somebody's value as a message may show it: on one line, printable, and short."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number beyond 4,300 digits, tables within tables
        return "too long to be shown"
    return make_printable(text)


def make_printable(text: str) -> str:
    """Somebody's text without what a terminal would obey, and cut where it gets long."""
    plain = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    return plain if len(plain) <= SHOWN else f"{plain[: SHOWN - 3]}..."


def to_toml(value: Any) -> str:  # noqa: ANN401, PLR0911 - any setting, one line a kind
    """A value as TOML writes it."""
    match value:
        case bool():
            return str(value).lower()
        case ((Key(), int()), *_):
            return "{ " + ", ".join(f"{to_toml(key)} = {gpio}" for key, gpio in value) + " }"
        case tuple():
            return "[" + ", ".join(to_toml(each) for each in value) + "]"
        case Key():
            return f'"{value.value}"'
        case None:
            return '""'
        case str():
            return '"' + "".join(map(_escape_character, value)) + '"'
        case _:
            return str(value)


def _escape_character(char: str) -> str:
    """As a basic string of TOML has it; what a terminal would obey as its number."""
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\U{ord(char):08X}"
