"""Where the access key is put together: the front that every appliance has, its card in a folder, its cable by USB."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from device.compose import compose_board, open_header
from device.config import Config
from device.errors import ConfigError
from device.esecure.appliance import KeyAppliance, KeyLoop
from device.esecure.link import KeyLink
from device.esecure.manner import KeyManner, PinMode
from device.esecure.sentences import read_bank_key
from device.esecure.store import KeyStore, hold_store, is_on_trial
from device.esecure.updating import UpdateDesk, UpdateRootError, read_root
from device.esecure.worker import CardWorker, ThreadWorker
from device.loop import Board, Loop, Observer
from drivers.install_hints import install_extra
from drivers.ports import Source
from drivers.updates.disk import UpdateDisk
from drivers.usb.cable import UsbCable
from drivers.usb.disc import DiscWatch
from drivers.usb.gadget import KernelTree, UsbIdentity, bind_gadget, find_controller, name_gadget
from drivers.vault.defective import DefectiveStoreError, DefectiveVault
from drivers.vault.medium import Medium
from drivers.vault.sealed import open_seal
from sesame_core.esecure.state import GlassRules, KeyState
from sesame_core.piv.vault import Vault

if TYPE_CHECKING:
    from drivers.updates.taking import UpdateTaking

UPRIGHT: Final = (90, 270)

UPDATES: Final = "updates"
"""The folder of programs that arrive, beside the key's own."""


@dataclass(frozen=True, slots=True)
class KeyBoard:
    """The key's parts: the front, its card, its cable, and who works for the card."""

    config: Config
    board: Board
    store: KeyStore
    cable: UsbCable
    worker: CardWorker
    updates: UpdateDesk

    def fit_loop(self, observers: Sequence[Observer[KeyState]] = ()) -> KeyLoop:
        """The key, by its configured manner. Raises DriverError: the bank's key cannot be read."""
        manner = replace(manner_of(self.config), updates=self.updates)
        link = KeyLink(self.cable, self.store.vault, self.worker, self.board.clock, manner)
        appliance = KeyAppliance(link, self.cable, self.worker, rules_of_glass(self.config))
        return Loop(self.board, appliance, observers)


@contextmanager
def compose_key(
    config: Config, state: Path, usb: Path, power_off: Callable[[], None], others: Sequence[Source] = ()
) -> Iterator[KeyBoard]:
    """The configured key on this machine's hardware, its folder held meanwhile; where its store cannot be opened, one
    that says so. Raises DriverError, ConfigError, KeyHeldError; VaultError, where a program that is tried cannot open
    it."""
    check_glass(config)
    with hold_store(config, state) as store:
        if store.defect is not None and is_on_trial(Path(sys.prefix)):
            raise store.defect
        board = compose_board(config, open_header(config), power_off, others)
        updates = updates_of(config, store, state.parent / UPDATES)
        cable = cable_of(config, usb, store.vault, board)
        yield KeyBoard(config, board, store, cable, ThreadWorker(board.clock), updates)


def cable_of(config: Config, usb: Path, vault: Vault, board: Board) -> UsbCable:
    """FunctionFS in that folder, on the one controller that there is."""
    from drivers.usb.function_fs import FunctionFsCable  # noqa: PLC0415 - Linux; the simulated key is everybody's

    tree = KernelTree()

    def bind() -> None:
        with suppress(DefectiveStoreError):  # who cannot tell his number keeps the device's first one
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


def updates_of(config: Config, store: KeyStore, place: Path) -> UpdateDesk:
    """Takes new programs where there is a root to judge them by, and a store to remember them in. Raises DriverError:
    the root cannot be read."""
    if isinstance(store.vault, DefectiveVault):
        return UpdateDesk(store.vault.refuse)
    if not config.key.updates or store.medium is None:
        return UpdateDesk()
    return UpdateDesk(partial(open_taking, read_root(Path(config.key.updates)), store.medium, place, Path(sys.prefix)))


def open_taking(
    root: bytes, medium: Medium, place: Path, release: Path, disk: UpdateDisk | None = None
) -> "UpdateTaking":
    """`release`: the folder of the program that runs; `place`: where others arrive. Raises DriverError, VaultError."""
    try:
        from drivers.updates.judging import judge_metadata, read_moment  # noqa: PLC0415 - seconds on a small board
    except ImportError as missing:
        raise UpdateRootError(f"tuf is needed to judge updates; type: {install_extra('key')}") from missing
    from drivers.updates.memory import UpdateMemory  # noqa: PLC0415 - for an update alone
    from drivers.updates.releases import ProgramReleases  # noqa: PLC0415
    from drivers.updates.taking import RunningProgram, UpdateTaking  # noqa: PLC0415
    from drivers.updates.waiting import WaitingRoom  # noqa: PLC0415

    disk = disk or UpdateDisk()
    releases = ProgramReleases(release.parent.parent, disk)
    running = RunningProgram(releases.read_number(release.name), lambda: releases.failed)
    memory = UpdateMemory(medium, open_seal(medium), read_moment(root))
    memory.raise_floor(running.release)
    return UpdateTaking(partial(judge_metadata, root), memory, WaitingRoom(place, disk), running)


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
