"""How words, tables and constants are told, one line for each value, so that a difference names what was changed."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Table
from sqlalchemy.sql import ClauseElement

ROOT: Final = Path(__file__).parents[2]
LONGEST: Final = 2000
"""Of a value that is told whole; of a longer one its digest is."""
DEEPEST: Final = 9
TABLES: Final = dict | MappingProxyType
"""And no other mapping: a process's environment is one, which is no table and is told to nobody."""


def tell_lines(value: object, where: str, deep: int = 0) -> Iterator[str]:
    """One line for each value within this one; of what is no data its kind is told."""
    parts = list(_parts_of(value)) if deep < DEEPEST else []
    if not parts:
        yield f"{where} = {tell_value(value)}"
    for name, part in parts:
        yield from tell_lines(part, f"{where}{name}", deep + 1)


def _parts_of(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Enum):
        return
    if is_dataclass(value) and not isinstance(value, type):
        yield from ((f".{name}", each) for name, each in _given(value))
    elif isinstance(value, TABLES):
        yield from ((f"[{tell_value(key)}]", each) for key, each in value.items())
    elif isinstance(value, list | tuple) and not all(isinstance(each, int | float) for each in value):
        yield from ((f"[{number}]", each) for number, each in enumerate(value))


def find_parts(value: object, deep: int = 0) -> Iterator[object]:
    """Every value within this one."""
    for _, part in _parts_of(value) if deep < DEEPEST else ():
        yield part
        yield from find_parts(part, deep + 1)


def _given(value: Any) -> Iterator[tuple[str, object]]:  # noqa: ANN401 - a dataclass
    """The fields that have another value than the class gives them."""
    for each in fields(value):
        own = getattr(value, each.name, None)
        if not _is_default(each, own):
            yield each.name, own


def _is_default(field: "Field[Any]", value: object) -> bool:
    made = field.default if field.default_factory is MISSING else field.default_factory()
    return type(made) is type(value) and made == value


def tell_value(value: object) -> str:
    """A single value: a member of an enumeration by its name, octets in hexadecimal, a function by its name."""
    told = next(tell(value) for kind, tell in KINDS.items() if isinstance(value, kind))
    return told if len(told) <= LONGEST else f"{len(told)} characters, {hashlib.sha256(told.encode()).hexdigest()}"


def _tell_path(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else "a path elsewhere"


def _tell_row(row: Any) -> str:  # noqa: ANN401 - a list or a tuple
    return f"({', '.join(map(tell_value, row))})"


def _tell_fields(value: Any) -> str:  # noqa: ANN401 - a dataclass
    return f"{type(value).__name__}({', '.join(f'{name}={tell_value(each)}' for name, each in _given(value))})"


def _tell_anything(value: object) -> str:
    name = getattr(value, "__qualname__", None)
    if name:
        return f"<{name.rpartition('.')[2]}>" if "<lambda>" not in name else "<lambda>"
    return _tell_fields(value) if is_dataclass(value) else f"<{type(value).__name__}>"


KINDS: Final[Mapping[Any, Callable[[Any], str]]] = {
    Enum: lambda member: f"{type(member).__name__}.{member.name}",
    str: lambda text: json.dumps(text, ensure_ascii=False),
    bytes: lambda octets: f"x{octets.hex()}",
    bool | int | float | None: repr,
    re.Pattern: lambda pattern: f"{pattern.pattern!r} {int(pattern.flags)}",
    Path: _tell_path,
    partial: lambda made: f"<partial {tell_value(made.func)} {tell_value(made.args)} {made.keywords}>",
    TABLES: lambda rows: f"{{{', '.join(f'{tell_value(key)}: {tell_value(each)}' for key, each in rows.items())}}}",
    AbstractSet: lambda values: f"{{{', '.join(sorted(map(tell_value, values)))}}}",
    list | tuple: _tell_row,
    Table: lambda table: f"<table {table.name}>",
    ClauseElement: lambda clause: " ".join(str(clause).split()),
    object: _tell_anything,
}
"""How each kind of value is told, the first that fits."""
