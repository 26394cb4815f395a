"""The whole key on a desk: its own loop, table, link, card and vault between the simplest of parts, and a computer.

The computer speaks CCID to it as bytes. Time is simulated, so that a question that nobody answers is over at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from device.esecure.appliance import KeyAppliance, KeyLoop
from device.esecure.link import KeyLink
from device.esecure.manner import KeyManner, PinMode
from device.esecure.updating import UpdateDesk
from device.esecure.worker import PromptWorker
from device.loop import Board, Loop
from device.pace import Stepper
from drivers.clock import SteppedClock
from drivers.ports import Clock
from drivers.usb.twin import HostTwin
from drivers.vault.defective import open_any_vault
from drivers.vault.first_values import Factory, give_published
from drivers.vault.sealed import SealedVault, open_vault
from drivers.vault.twin import MemoryMedium
from sesame_core.esecure.state import KeyPhase
from sesame_core.events import Event, Key, KeyPressed, Millis
from tests.key.host import Host
from tests.promises.rig import Fingers, Glass, Quiet
from tests.usb.wire import Reply, message, parse

POWER_ON, POWER_OFF, STATUS, SECURE, XFR, ABORT = 0x62, 0x63, 0x65, 0x69, 0x6F, 0x72
CHEAP = 2
NAMED = {"O": Key.OK, "C": Key.CLEAR, "A": Key.OFF}


@dataclass
class Desk:
    """A key and its computer. `agrees`: what the person does when a screen asks while a command is under way."""

    medium: MemoryMedium = field(default_factory=MemoryMedium)
    mode: PinMode = PinMode.KEYPAD
    bank: EllipticCurvePublicKey | None = None
    factory: Factory = give_published
    worker: Callable[[Clock], PromptWorker] = PromptWorker
    twin: Callable[[Clock], HostTwin] = HostTwin
    agrees: bool = True
    updates: UpdateDesk | None = None

    def __post_init__(self) -> None:
        self.clock = SteppedClock()
        self.cable = self.twin(self.clock)
        pinless = self.mode is PinMode.NONE
        opened = open_any_vault(lambda: open_vault(self.medium, self.factory, cost=CHEAP, pinless=pinless))
        self.vault = cast("SealedVault", opened)  # what stands in for it where a test has damaged the store
        self.at_work = worker = self.worker(self.clock)
        self.link = KeyLink(self.cable, opened, worker, self.clock, KeyManner(self.mode, self.bank, self.updates))
        self.fingers, self.glass, front = Fingers(), Glass(), Quiet()
        appliance = KeyAppliance(self.link, self.cable, worker)
        self.loop: KeyLoop = Loop(Board(self.clock, self.fingers, self.glass, front, front), appliance)
        self.loop.start(lambda: None)
        self.stepper = Stepper(self.loop, self.clock)
        self.sequence = 0
        self.extensions = 0
        self.told: list[str] = []
        self.host = Host(self.exchange)
        self.stepper.settle()

    # The person

    @property
    def shown(self) -> str:
        """All that the glass says."""
        return self.loop.screen.text

    @property
    def phase(self) -> KeyPhase:
        """Where the course stands."""
        return self.loop.state.phase

    def press(self, keys: str) -> str:
        """Digits, O for OK, C, A for Off, half a second apart; what the glass says then."""
        for key in keys:
            self.pass_time(500)
            self.fingers.pressed.append(KeyPressed(self.clock.now(), NAMED.get(key) or Key(key)))
            self.stepper.settle()
        return self.shown

    def pass_time(self, ms: Millis) -> None:
        """So much time."""
        self.stepper.advance(ms)

    def tell(self, event: Event) -> None:
        """An event of the key's own."""
        self.loop.handle_event(event)
        self.stepper.settle()

    # The computer

    def plug(self) -> "Desk":
        """In, and the card with power and its application chosen."""
        self.cable.plug()
        self.stepper.settle()
        self.finish(self.send(POWER_ON))
        self.host.select()
        return self

    def pull(self) -> None:
        """Out."""
        self.cable.pull()
        self.stepper.settle()

    def send(self, kind: int, data: bytes = b"", special: bytes = b"\0\0\0") -> int:
        """A message; its number."""
        self.sequence = (self.sequence + 1) % 256
        self.cable.send(message(kind, data, self.sequence, special))
        self.stepper.settle()
        return self.sequence

    def take(self, sequence: int) -> Reply | None:
        """The answer to a message, time extensions counted and passed over; None while there is none."""
        while self.cable.replies:
            reply = parse(self.cable.replies.popleft())
            assert reply.sequence == sequence, "an answer to something else"
            if reply.command != 2:
                return reply
            self.extensions += 1
        return None

    def finish(self, sequence: int) -> Reply:
        """The answer, which must be there."""
        reply = self.take(sequence)
        assert reply is not None, self.shown
        return reply

    def exchange(self, apdu: bytes) -> bytes:
        """A command, and the person's decision where the glass asks for one."""
        sequence = self.send(XFR, apdu)
        if self.phase is KeyPhase.CONSENT:
            self.told.append(self.shown)
            while self.phase is KeyPhase.CONSENT:
                self.press("O" if self.agrees else "C")
        reply = self.finish(sequence)
        assert reply.command == 0, reply
        return reply.data

    def secure(self, data: bytes, keys: str) -> Reply:
        """A PIN entry, and what is typed."""
        sequence = self.send(SECURE, data)
        self.press(keys)
        return self.finish(sequence)
