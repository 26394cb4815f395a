"""What is on the bench besides the reader and Coop@net."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp

from bank.securpass.service import SecurPassService
from bank.web.coopanet.words import OwnAddress
from simulator.key.desk import KeyDesk
from simulator.key.window import OWN
from simulator.phone.hands import PhoneHands


@dataclass(frozen=True, slots=True)
class BenchPart:
    """One of what the entrance leads to. `name`: as the words have it (`EntranceWords.parts`); `address`: with
    `{language}` where the page's stands in it."""

    name: str
    address: str


READER_PART: Final = BenchPart("reader", "/{language}/")
PHONE_PART: Final = BenchPart("phone", "/{language}/phone")
KEY_PART: Final = BenchPart("key", "/{language}/key")


@dataclass(frozen=True, slots=True)
class KeyBeside:
    """The access key's desk. `port`: where the window of the PC's browser is served, on this machine."""

    desk: KeyDesk
    port: int

    def locate_window(self, host: str, language: str) -> str:
        """Its address for a page that was asked for by that name."""
        return f"http://{host}:{self.port}{OWN}/{language}"

    def list_origins(self) -> tuple[str, ...]:
        """By which names a page may ask for it."""
        return tuple(f"http://{host}:{self.port}" for host in ("127.0.0.1", "localhost"))


@dataclass(frozen=True)
class BesideReader:
    """`apps`: other applications of the bank's by their path; `waker`: has telephones woken where Coop@net asks them;
    `telephone`: the simulated one, for scripts. `key`: the access key with its PC. `parts`: what the
    entrance leads to besides the reader, in its order.
    `reached`: where other machines find the bank, where they may."""

    apps: Mapping[str, ASGIApp] = field(default_factory=dict)
    waker: SecurPassService | None = None
    telephone: PhoneHands | None = None
    parts: tuple[BenchPart, ...] = ()
    reached: OwnAddress = field(default_factory=OwnAddress)
    key: KeyBeside | None = None
