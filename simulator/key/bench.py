"""The simulated access key in real time: the same board, painter and loop as the reader's, with a cable to a PC."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from device.config import Config
from device.esecure.appliance import KeyAppliance
from device.esecure.compose import rules_of_glass
from device.esecure.link import KeyLink
from device.esecure.manner import KeyManner, PinMode
from device.esecure.updating import UpdateDesk
from device.esecure.worker import ThreadWorker
from device.loop import Loop
from drivers.ports import Picture
from drivers.vault.defective import DefectiveStoreError, DefectiveVault, open_any_vault
from drivers.vault.first_values import give_published
from drivers.vault.medium import Folder, KeyHeldError
from drivers.vault.sealed import open_vault
from drivers.vault.twin import MemoryMedium
from sesame_core.errors import SesameError
from sesame_core.esecure.state import KeyState
from sesame_core.events import Key, Millis
from sesame_core.piv.vault import Vault
from sesame_core.screens import Screen
from simulator.key.cable import DeskCable
from simulator.key.programs import FIRST, DeskPrograms
from simulator.live import LiveFront

FOLDER: Final = "key-desk"
"""Below the state: with the published PIN, so that it is nobody's own key."""

NOBODYS: Final = 0
"""The ticket of a step that nobody waits for: the link's own begin with 1."""

log: Final = logging.getLogger(__name__)


class KeyPowerError(SesameError):
    """The key has no power."""


@dataclass(frozen=True, slots=True)
class KeyLook:
    """What is to be seen of the key. `dark_in`: milliseconds until it goes dark by itself, None where it is; `version`:
    the number of the program that runs."""

    phase: str
    says: str
    plugged: bool
    dark_in: Millis | None
    version: int = FIRST


KeyListener = Callable[[Picture, KeyLook], None]
"""Told on the key's thread; must return at once and not fail."""


class KeyBench(LiveFront):
    """The key, and the cable in somebody's hand. Every method but `submit` on the key's thread."""

    def __init__(
        self,
        config: Config,
        vault: Vault,
        bank: EllipticCurvePublicKey,
        programs: DeskPrograms,
    ) -> None:
        """`bank`: whose sentences the key believes; `programs`: those it has and takes."""
        alone = replace(config, slot=replace(config.slot, card_switch=False))  # a key has no card slot
        super().__init__(alone)
        self.config = config
        self.vault = vault
        self.cable = DeskCable(self.clock)
        self.programs = programs
        self._worker = worker = ThreadWorker(self.clock)
        self._updates = UpdateDesk(vault.refuse if isinstance(vault, DefectiveVault) else programs.open_taking)
        link = KeyLink(self.cable, vault, worker, self.clock, KeyManner(PinMode.KEYPAD, bank, self._updates))
        appliance = KeyAppliance(link, self.cable, worker, rules_of_glass(config))
        self.loop = Loop(self.parts.board, appliance, [self._watch])
        self._listener: KeyListener = lambda _picture, _look: None
        self.submit(self.cable.pull)  # as it comes out of the drawer

    def listen_to(self, listener: KeyListener) -> None:
        """Tell `listener` how things are and, from now on, what changes."""
        self._listener = listener
        self.tell_listener()

    def tell_listener(self) -> None:
        """How it is now."""
        self._listener(self.glass(), self.look_now())

    # What a hand does

    def plug(self) -> None:
        """Into the PC; harmless where it is in."""
        if self.cable.there:
            return
        self.programs.start_program()
        self._worker.do_step(NOBODYS, self._updates.begin_anew)
        self.cable.plug()

    def unplug(self) -> None:
        """Out, whatever is under way; harmless where it is out."""
        if self.cable.there:
            self.finger.drop_waiting()
            self.cable.pull()

    def press_keys(self, keys: tuple[Key, ...]) -> "Future[None]":
        """One after the other; done when the finger is off the last. Raises KeyPowerError, NoSuchKeyError: then nothing
        is pressed."""
        if not self.cable.there:
            raise KeyPowerError("the key has no power: plug it in first")
        for key in keys:
            self.parts.hardware.check_key(key)
        for key in keys:
            self.press_key(key)
        return self.over()

    def begin_anew(self) -> None:
        """Out of the PC, as the maker made it; a defective one stays what it is. Raises VaultError."""
        self.unplug()
        with suppress(DefectiveStoreError):
            self.vault.start_anew()
        self.programs.begin_anew()

    # What an eye sees

    def look_now(self) -> KeyLook:
        """How it is now."""
        state = self.loop.state
        left = None if state.dark_at is None else max(0, state.dark_at - self.clock.now())
        return KeyLook(state.phase.value, self.loop.screen.text, self.cable.there, left, self.programs.running)

    def _watch(self, _state: KeyState, _screen: Screen) -> None:
        self.tell_listener()


@contextmanager
def open_key(
    config: Config,
    state: Path | None,
    bank: EllipticCurvePublicKey,
    programs: DeskPrograms,
) -> Iterator[KeyBench]:
    """The key that lies in the state's folder, which is held meanwhile. Where another run has it, as where there is no
    folder, it is one more, in memory alone: a bank has many keys. One whose store cannot be opened is defective, as on
    a board."""
    with ExitStack() as stack:
        yield KeyBench(config, _open_lying(state / FOLDER, stack) if state else _make_one(), bank, programs)


def _open_lying(place: Path, stack: ExitStack) -> Vault:
    try:
        vault = open_any_vault(lambda: open_vault(stack.enter_context(closing(Folder(place))), give_published))
    except KeyHeldError:
        return _make_one()
    if isinstance(vault, DefectiveVault):
        log.error("the key in %s is defective, and nothing in it is touched: %s", place, vault.why)
    return vault


def _make_one() -> Vault:
    return open_vault(MemoryMedium(), give_published)
