"""`./install` carries the settings of a former version over: each to its new name, everything else as it stands.

It works on the lines, so that comments, order, spelling and what it does not understand stay as they are; then it reads
what came of it, and refuses its own work where that does not say the same. So a file that is written in a way it does
not know is left alone, with the faults that say what to write.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from device.errors import ConfigError
from device.former_names import FORMER_NAMES, carry_names, name_successor
from device.toml_file import decode_toml
from tools.release import InstallError
from tools.steps import Step, write

BOM: Final = "\ufeff"
LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")
"""As TOML has them: Python's own splitlines ends one at U+2028, too, which a comment may hold."""

SWITCHED_OFF: Final = re.compile(r"\s*#\s*[A-Za-z0-9_-]+\s*=")
"""A setting behind a `#`, as the installed file has them."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One header, setting, comment or blank line of the file, with all the lines that it takes.

    `section`: the one it stands below. `key`: of a setting, also of one behind a `#`; "" for everything else.
    """

    text: str
    section: str
    key: str = ""
    is_header: bool = False

    @property
    def is_remark(self) -> bool:
        """A comment that is no setting: it belongs to what stands directly below it."""
        return not self.key and self.text.lstrip().startswith("#")


@dataclass(frozen=True, slots=True)
class Carried:
    """A file's text under the new names, and one sentence for each setting that was renamed."""

    text: str
    changes: tuple[str, ...]


def carry_text(text: str) -> Carried:
    """The file with its former names replaced. Raises ConfigError: not TOML. Raises InstallError: it has former
    names in a form that this does not know, or beside the new ones."""
    before = decode_toml(text.encode(), "file")
    body = text.removeprefix(BOM)
    statements, changes = list(_read_statements(body)), []
    for former, successor in FORMER_NAMES.items():
        if any(f"{each.section}.{each.key}" == former for each in statements):
            statements = _rename(statements, former, successor)
            changes.append(f"{former} is {successor}")
    carried = text[: len(text) - len(body)] + "".join(each.text for each in statements)
    if not _says_same(carried, carry_names(before)):
        raise InstallError("; ".join(name_successor(*each) for each in _former_in(before)))
    return Carried(carried, tuple(changes))


def _says_same(text: str, wanted: Mapping[str, Any]) -> bool:
    """By what a program reads in it; a section that is empty says nothing."""
    try:
        read = decode_toml(text.encode(), "file")
    except ConfigError:
        return False
    return _without_empty(read) == _without_empty(wanted)


def _without_empty(tables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values for name, values in tables.items() if values != {}}


def _former_in(tables: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for former in FORMER_NAMES:
        section, _, key = former.partition(".")
        values = tables.get(section)
        if isinstance(values, dict) and key in values:
            yield former, values[key]


def _read_statements(text: str) -> Iterator[Statement]:
    """The file cut at its statements: a list over many lines is one. The text must be TOML."""
    section, pending = "", ""
    for line in LINES.findall(text):
        pending += line
        if (said := _parse(pending)) is None:
            continue
        statement = _make_statement(pending, said, section)
        section, pending = statement.section, ""
        yield statement
    if pending:
        yield Statement(pending, section)


def _parse(text: str) -> Mapping[str, Any] | None:
    try:
        return decode_toml(text.encode(), "")
    except ConfigError:
        return None


def _make_statement(text: str, said: Mapping[str, Any], section: str) -> Statement:
    if text.lstrip().startswith("["):
        return Statement(text, ".".join(_path(said)), is_header=True)
    if said:
        return Statement(text, section, ".".join(_path(said)))
    if SWITCHED_OFF.match(text) and (inside := _parse(text.replace("#", "", 1))):
        return Statement(text, section, ".".join(_path(inside)))
    return Statement(text, section)


def _path(said: Mapping[str, Any]) -> Iterator[str]:
    """The names down to the first that has not one thing alone in it."""
    for name, value in said.items():
        yield name
        if isinstance(value, dict) and len(value) == 1:
            yield from _path(value)
        return


def _rename(statements: list[Statement], former: str, successor: str) -> list[Statement]:
    """Where it stands, if the section stays; else moved to its new section, with the remarks above it."""
    section, _, key = successor.partition(".")
    at = [place for place, each in enumerate(statements) if f"{each.section}.{each.key}" == former]
    for place in at:
        each = statements[place]
        left, equals, right = each.text.partition("=")
        name = re.sub(r"""["']?[A-Za-z0-9_-]+["']?(\s*)$""", rf"{key}\1", left)
        statements[place] = replace(each, text=name + equals + right, section=section, key=key)
    return statements if section == former.partition(".")[0] else _move(statements, at, section)


def _move(statements: list[Statement], at: Sequence[int], section: str) -> list[Statement]:
    """To the end of `section`; where there is none, to a new one before the section that the first one leaves."""
    moved = {place for each in at for place in range(_first_of(statements, each), each + 1)}
    block = [_ended(statements[place]) for place in sorted(moved)]
    rest = [each for place, each in enumerate(statements) if place not in moved]
    headers = [place for place, each in enumerate(rest) if each.is_header and each.section == section]
    if headers:
        end = headers[0] + 1
        end += next((n for n, each in enumerate(rest[end:]) if each.is_header), len(rest) - end)
        while not rest[end - 1].text.strip() or rest[end - 1].is_remark:
            end -= 1
        return [*(_ended(each) for each in rest[:end]), *block, *rest[end:]]
    left = max(place for place, each in enumerate(statements[: at[0]]) if each.is_header)
    place = _first_of(statements, left)
    newline = "\r\n" if statements[left].text.endswith("\r\n") else "\n"
    head = Statement(f"[{section}]{newline}", section, is_header=True)
    return [*rest[:place], head, *block, Statement(newline, section), *rest[place:]]


def _first_of(statements: Sequence[Statement], place: int) -> int:
    """The first of the remarks that stand directly above it."""
    while place and statements[place - 1].is_remark:
        place -= 1
    return place


def _ended(statement: Statement) -> Statement:
    """The last line of a file may have no end."""
    return statement if statement.text.endswith("\n") else replace(statement, text=statement.text + "\n")


def carry_steps(file: Path) -> list[Step]:
    """The step that carries this file over; none where there is no former name, and none for what is not TOML at all,
    which no program could read before either."""
    try:
        carried = carry_text(file.read_bytes().decode())
    except PermissionError:
        return [Step(f"carry {file} over to the new names, where it has old ones", None, lambda: _carry_file(file))]
    except InstallError as error:
        return [_refusal(file, str(error))]
    except (OSError, UnicodeDecodeError, ConfigError):
        return []
    if not carried.changes:
        return []
    backup = _free_name(file)
    says = f"carry {file} over to the new names, the old file kept as {backup.name}: {', '.join(carried.changes)}"
    return [Step(says, False, lambda: _replace_file(file.resolve(), carried.text.encode(), backup))]


def _carry_file(file: Path) -> None:
    for step in carry_steps(file):
        step.do()


def _refusal(file: Path, said: str) -> Step:
    """The new program would not start with it; the old one still does."""

    def refuse() -> None:
        raise InstallError(f"{file}: {said}\nOnly you can change it, as it is written: do so, then ./install again")

    return Step(f"stop before the new program takes over: {file}: {said}", False, refuse)


def _free_name(file: Path) -> Path:
    """A name beside it that nothing has: an older backup stays."""
    names = (file.with_name(f"{file.name}.old{number or ''}") for number in range(1_000))
    return next(name for name in names if not os.path.lexists(name))


def _replace_file(file: Path, content: bytes, backup: Path) -> None:
    """The old file first, with its dates; then the new one in one step, with the old one's owner and permissions."""
    shutil.copy2(file, backup)
    was = file.stat()
    write(file, content)
    if os.geteuid() == 0:
        os.chown(file, was.st_uid, was.st_gid)
    file.chmod(was.st_mode & 0o7777)
