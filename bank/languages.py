"""The languages of the bank: one form of words, and how a language writes amounts, days and hours.

Each part of the bank that speaks has a folder `words/` of its own: `sentences.py` with a frozen dataclass, and a file a
language beside it, named by its ISO 639-1 code, with one value of that class. A file that is there is offered; one that
lacks a sentence cannot be loaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final, TypeVar

FALLBACK: Final = "fr"
"""Spoken to whoever asks for a language that is not there."""

T = TypeVar("T")


def find_words(package: str, path: Sequence[str], kind: type[T]) -> Mapping[str, T]:
    """Every language that has a file in a folder `words` (its `__name__` and `__path__`) by its code: the fallback
    first, then in the order of their codes."""
    codes = sorted(found.name for found in iter_modules(path) if len(found.name) == len(FALLBACK))
    modules = {code: import_module(f"{package}.{code}") for code in sorted(codes, key=FALLBACK.__ne__)}
    return MappingProxyType(
        {
            code: next(value for value in vars(module).values() if isinstance(value, kind))
            for code, module in modules.items()
        }
    )


def choose_words(words: Mapping[str, T], language: str) -> T:
    """Those of a language, or the fallback's where it has none of this kind."""
    return words[language if language in words else FALLBACK]


def local_moment(at_ms: int) -> datetime:
    """A moment (ms since 1970) as the bank's own clock on the wall shows it: on pages, in statements and contracts
    alike, or a transfer after midnight would be of two days, months or years."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone()


@dataclass(frozen=True, slots=True)
class Notation:
    """How a language writes what is no sentence. `decimal` parts euros and cents, `group` the thousands; in `money`
    stands {amount}; in `day` {day}, {month} and {year}; in `hour` {hour} and {minute}: all of `str.format`."""

    decimal: str
    group: str
    money: str
    day: str
    hour: str

    def write_number(self, cents: int) -> str:
        """An amount without its currency, as it is typed; cents are not negative."""
        whole, part = divmod(cents, 100)
        return f"{whole:,}".replace(",", self.group) + f"{self.decimal}{part:02d}"

    def write_money(self, cents: int) -> str:
        """An amount in euros; less than nothing has a minus sign in front."""
        sign = "\N{MINUS SIGN}" if cents < 0 else ""
        return sign + self.money.format(amount=self.write_number(abs(cents)))

    def write_day(self, moment: datetime) -> str:
        """The day."""
        return self.day.format(day=moment.day, month=moment.month, year=moment.year)

    def write_hour(self, moment: datetime) -> str:
        """Hour and minute."""
        return self.hour.format(hour=moment.hour, minute=moment.minute)
