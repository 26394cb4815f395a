"""Where the access key is put together: the front that every appliance has, its card in a folder, its cable by USB."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from device.compose import compose_board, open_header
from device.config import Config
from device.errors import ConfigError
from device.esecure.appliance import KeyAppliance, KeyLoop
from device.esecure.link import KeyLink
from device.esecure.manner import KeyManner, PinMode
from device.esecure.sentences import read_bank_key
from device.esecure.worker import CardWorker, ThreadWorker
from device.loop import Board, Loop, Observer
from drivers.ports import Source
from drivers.usb.cable import UsbCable
from drivers.usb.disc import DiscWatch
from drivers.usb.function_fs import FunctionFsCable
from drivers.usb.gadget import KernelTree, UsbIdentity, bind_gadget, find_controller, name_gadget
from drivers.vault.first_values import write_letter
from drivers.vault.medium import Folder
from drivers.vault.sealed import open_vault
from sesame_core.esecure.state import GlassRules, KeyState
from sesame_core.piv.vault import Vault

UPRIGHT: Final = (90, 270)


@dataclass(frozen=True, slots=True)
class KeyBoard:
    """The key's parts: the front, its card, its cable, and who works for the card."""

    config: Config
    board: Board
    vault: Vault
    cable: UsbCable
    worker: CardWorker

    def fit_loop(self, observers: Sequence[Observer[KeyState]] = ()) -> KeyLoop:
        """The key, by its configured manner. Raises DriverError: the bank's key cannot be read."""
        link = KeyLink(self.cable, self.vault, self.worker, self.board.clock, manner_of(self.config))
        appliance = KeyAppliance(link, self.cable, self.worker, rules_of_glass(self.config))
        return Loop(self.board, appliance, observers)


@contextmanager
def compose_key(
    config: Config, state: Path, usb: Path, power_off: Callable[[], None], others: Sequence[Source] = ()
) -> Iterator[KeyBoard]:
    """The configured key on this machine's hardware, its folder held meanwhile. Raises DriverError, VaultError,
    ConfigError."""
    check_glass(config)
    folder = Folder(state)
    try:
        pinless = config.key.pin == PinMode.NONE.value
        vault = open_vault(folder, write_letter(folder), pinless=pinless)
        board = compose_board(config, open_header(config), power_off, others)
        yield KeyBoard(config, board, vault, cable_of(config, usb, vault, board), ThreadWorker(board.clock))
    finally:
        folder.close()


def cable_of(config: Config, usb: Path, vault: Vault, board: Board) -> UsbCable:
    """FunctionFS in that folder, on the one controller that there is."""
    tree = KernelTree()

    def bind() -> None:
        name_gadget(tree, vault.serial)
        bind_gadget(tree, find_controller())

    disc = DiscWatch(tree, Path(config.key.drive)) if config.key.drive else None
    return FunctionFsCable(usb, manner_of(config).pin_support, board.clock, bind, disc)


def manner_of(config: Config) -> KeyManner:
    """Where the PIN is typed, and whose sentences are believed. Raises DriverError."""
    bank = read_bank_key(Path(config.key.bank)) if config.key.bank else None
    return KeyManner(PinMode(config.key.pin), bank)


def rules_of_glass(config: Config) -> GlassRules:
    """The language of the screens."""
    return GlassRules(None if config.reader.language == "auto" else config.reader.language)


def identity_of(config: Config, serial: str = "0") -> UsbIdentity:
    """Who the device says it is. Raises ConfigError where nobody has given it a number: it borrows none."""
    wanted = config.key
    if not wanted.usb_vendor or not wanted.usb_product:
        raise ConfigError(
            "key.usb_vendor and key.usb_product are not set: ask for a number (https://pid.codes), or, for a try on a"
            " machine that the key never leaves, take 0x1209 and 0x0001"
        )
    return UsbIdentity(wanted.usb_vendor, wanted.usb_product, serial)


def check_glass(config: Config) -> None:
    """Raises ConfigError: the key's words are longer than a glass that stands upright is wide."""
    if config.display.rotation in UPRIGHT:
        raise ConfigError("display.rotation: the access key needs a glass that lies; take 0 or 180")
