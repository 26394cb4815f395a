"""Checks for single settings: each takes what TOML gave and returns the value, or says what is allowed."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


class NotAllowed(Exception):  # noqa: N818 - the reader of the message sees the rest of the sentence
    """A value that a check refuses; `args[0]` ends the sentence "allowed is ..."."""


@dataclass(frozen=True, slots=True)
class Check:
    """How a setting is read: `parse` returns the value or raises NotAllowed; `allowed` says it to a person."""

    parse: Callable[[object], Any]
    allowed: str

    def __call__(self, raw: object) -> Any:  # noqa: ANN401 - the field's annotation says what comes out
        """The value of a setting. Raises NotAllowed."""
        return self.parse(raw)


def declare_setting(check: Check, default: T) -> T:
    """A dataclass field with its check and its default."""
    return field(default=default, metadata={"check": check})


def check_choice(*options: str) -> Check:
    """One of a few words."""
    allowed = "one of " + ", ".join(f'"{option}"' for option in options)
    return _make_check(lambda raw: isinstance(raw, str) and raw in options, allowed)


def check_name_or_number(allowed: str) -> Check:
    """Any text; a whole number counts as its digits: people write a place without quotes."""

    def parse(raw: object) -> str:
        if isinstance(raw, str):
            return raw
        if not _is_whole(raw, 0):
            raise NotAllowed
        return str(raw)

    return Check(parse, allowed)


LONGEST_SOCKET_PATH = 107
"""Bytes of `sun_path` before its NUL (unix(7))."""


def is_socket_path(path: str) -> bool:
    """Whether a Unix socket can have this name at all."""
    return bool(path) and "\0" not in path and len(os.fsencode(path)) <= LONGEST_SOCKET_PATH


def check_socket_path() -> Check:
    """Where a Unix socket can be."""
    return _make_check(
        lambda raw: isinstance(raw, str) and is_socket_path(raw),
        f"the path of a Unix socket, at most {LONGEST_SOCKET_PATH} bytes",
    )


LONGEST_LINE = 80


def check_file_path(what: str) -> Check:
    """The path of a file from the root on, since a service is started anywhere; empty for none."""
    return _make_check(
        lambda raw: isinstance(raw, str) and "\0" not in raw and (not raw or raw.startswith("/")),
        f'the path of {what}, from / on; "" for none',
    )


def check_line() -> Check:
    """One short line for people to read, maybe empty."""
    return _make_check(
        lambda raw: isinstance(raw, str) and len(raw) <= LONGEST_LINE and (not raw or raw.isprintable()),
        f"one line of at most {LONGEST_LINE} characters",
    )


def check_flag() -> Check:
    """True or false."""
    return _make_check(lambda raw: isinstance(raw, bool), "true or false")


def check_whole(least: int, most: int, what: str = "a whole number") -> Check:
    """A whole number in bounds, both allowed."""
    return _make_check(lambda raw: _is_whole(raw, least, most), f"{what} from {least} to {most}")


def one_of(*numbers: int) -> Check:
    """One of a few whole numbers."""
    return _make_check(lambda raw: _is_whole(raw) and raw in numbers, "one of " + ", ".join(map(str, numbers)))


def check_i2c_address(*known: int) -> Check:
    """A 7-bit I2C address, one of those that such a part can have."""
    return _make_check(lambda raw: _is_whole(raw) and raw in known, f"an I2C address: {_join_addresses(known)}")


def own_address() -> Check:
    """A 7-bit I2C address, or the one that such a chip has by itself."""
    return _make_check(
        lambda raw: _is_whole(raw, 0, 0) or _is_whole(raw, 0x08, 0x77),
        "0 for the chip's own, or an I2C address from 0x08 to 0x77",
    )


def check_wholes(least: int, most: int, counts: Sequence[int], what: str) -> Check:
    """A list of whole numbers."""

    def parse(raw: object) -> tuple[int, ...]:
        if not isinstance(raw, list) or len(raw) not in counts or not all(_is_whole(one, least, most) for one in raw):
            raise NotAllowed
        return tuple(raw)

    return Check(parse, what)


def check_table(parse: Callable[[object], Any], allowed: str) -> Check:
    """A value with a shape of its own; `parse` raises NotAllowed, ValueError, TypeError or KeyError."""

    def checked(raw: object) -> Any:  # noqa: ANN401 - as Check
        try:
            return parse(raw)
        except (ValueError, TypeError, KeyError) as error:
            raise NotAllowed from error

    return Check(checked, allowed)


def _join_addresses(addresses: Sequence[int]) -> str:
    return " or ".join(f"0x{each:02X}" for each in addresses)


def _make_check(is_allowed: Callable[[Any], bool], allowed: str) -> Check:
    def parse(raw: object) -> object:
        if not is_allowed(raw):
            raise NotAllowed
        return raw

    return Check(parse, allowed)


def _is_whole(raw: object, least: int | None = None, most: int | None = None) -> bool:
    if not isinstance(raw, int) or isinstance(raw, bool):
        return False
    return (least is None or raw >= least) and (most is None or raw <= most)
