"""What is on the bench besides the reader and Coop@net."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp

from bank.securpass.service import SecurPassService
from bank.web.coopanet.words import OwnAddress
from simulator.phone.hands import PhoneHands


@dataclass(frozen=True, slots=True)
class BenchPart:
    """One of what the entrance leads to. `name`: as the words have it (`EntranceWords.parts`); `address`: with
    `{language}` where the page's stands in it."""

    name: str
    address: str


READER_PART: Final = BenchPart("reader", "/{language}/")
PHONE_PART: Final = BenchPart("phone", "/{language}/phone")


@dataclass(frozen=True)
class BesideReader:
    """`apps`: other applications of the bank's by their path; `waker`: has telephones woken where Coop@net asks them;
    `telephone`: the simulated one, for scripts. `parts`: what the entrance leads to besides the reader, in its order.
    `reached`: where other machines find the bank, where they may."""

    apps: Mapping[str, ASGIApp] = field(default_factory=dict)
    waker: SecurPassService | None = None
    telephone: PhoneHands | None = None
    parts: tuple[BenchPart, ...] = ()
    reached: OwnAddress = field(default_factory=OwnAddress)
