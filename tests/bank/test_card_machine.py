"""A card's whole life as a state machine: whatever is done to it, its counters keep their word, over restarts too."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bank.cards.card import CardInSlot
from bank.cards.gallery import describe_card, open_card

CARDS = ("sesame-card", "mastercard-cap", "fresh-selection", "late-counter", "last-try", "inverse")
AID = {"mastercard-cap": "A0000000048002"}


class CardLife(RuleBasedStateMachine):
    """The model holds what the card must remember: tries, the highest counter, and whether a PIN may count."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.card: CardInSlot
        self.name = ""
        self.tries = 3
        self.atc = 0
        self.selected = self.started = self.shut = self.right = False

    @initialize(name=st.sampled_from(CARDS))
    def make(self, name: str) -> None:
        self.name = name
        self.tries = describe_card(name).profile.tries
        self.open()

    def open(self) -> None:
        self.card = open_card(self.name, self.directory)
        self.power()

    def power(self) -> None:
        if self.card.power_on()[:1] == b"\x3f":
            self.card.reset_card()
        self.forget()

    def forget(self) -> None:
        self.selected = self.started = self.shut = self.right = False

    def send(self, command: str) -> bytes:
        raw = bytes.fromhex(command)
        answer = self.card.transmit(raw + (b"\0" if self.card.protocol == 1 and len(raw) > 5 else b""))
        assert len(answer) >= 2
        if answer[0] == 0x61:
            answer = self.card.transmit(bytes.fromhex("00C00000") + answer[1:2])
        if answer[0] == 0x6C:
            answer = self.card.transmit(raw[:4] + answer[1:2])
        return answer

    @rule()
    def restart(self) -> None:
        """Another process: nothing but the state file is left."""
        self.open()

    @rule()
    def reset(self) -> None:
        self.card.reset_card()
        self.forget()

    @rule()
    def cold_reset(self) -> None:
        self.card.power_off()
        self.power()

    @rule()
    def select(self) -> None:
        assert self.send("00A4040007" + AID.get(self.name, "A0000000038002")).endswith(b"\x90\0")
        self.forget()
        self.selected = True

    @rule()
    def options(self) -> None:
        done = self.send("80A80000028300").endswith(b"\x90\0")
        assert done == (self.selected and not self.started)
        if done:
            self.started, self.right = True, False
            self.atc += describe_card(self.name).profile.counts_at_options

    @rule(right=st.booleans())
    def verify(self, right: bool) -> None:
        answer = self.send("0020008008" + ("241234FFFFFFFFFF" if right else "249999FFFFFFFFFF")).hex()
        if not self.selected or self.shut:
            assert answer == "6985"
        elif not self.tries:
            assert answer == "6983"
        elif right:
            assert answer == "9000"
            self.tries, self.right = 3, True
        else:
            self.tries -= 1
            self.right, self.shut = False, describe_card(self.name).profile.wrong_pin_ends
            assert answer == f"63c{self.tries}"

    @precondition(lambda self: self.started)
    @rule(kind=st.sampled_from(["80", "40", "00"]), length=st.sampled_from([29, 31]))
    def generate(self, kind: str, length: int) -> None:
        late = not describe_card(self.name).profile.counts_at_options
        before = self.told_counter()
        answer = self.send(f"80AE{kind}00{length:02X}" + "00" * length)
        moved = self.told_counter() - before
        assert moved in ((0, 1) if late else (0,))
        self.atc += moved
        if answer.endswith(b"\x90\0"):
            assert not self.shut
            assert self.told_counter().to_bytes(2, "big") in answer

    @rule(noise=st.binary(max_size=12))
    def noise(self, noise: bytes) -> None:
        """Never an instruction that could move a counter."""
        if noise[1:2] not in (b"\xa4", b"\xa8", b"\xae", b"\x20"):
            assert len(self.card.transmit(noise)) >= 2

    def told_counter(self) -> int:
        return int.from_bytes(self.send("80CA9F3605")[3:5], "big")

    @invariant()
    def counters_are_as_they_must_be(self) -> None:
        if self.name and self.selected:
            assert self.told_counter() == self.atc
            assert self.send("80CA9F1704")[3] == self.tries

    def teardown(self) -> None:
        shutil.rmtree(self.directory)


TestCardLife = CardLife.TestCase
TestCardLife.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
