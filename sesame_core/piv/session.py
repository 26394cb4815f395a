"""What the card remembers from one command to the next, and forgets without power."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class PivSession:
    """`pin_right`: since power-on or VERIFY's last word. `pin_fresh`: no key that always wants the PIN has used it yet.
    `managed`: the management key was proved. `challenge`, `witness`: blocks that wait for their answer, used once."""

    selected: bool = False
    pin_right: bool = False
    pin_fresh: bool = False
    managed: bool = False
    challenge: bytes = field(default=b"", repr=False)
    witness: bytes = field(default=b"", repr=False)

    def forget_pin(self) -> None:
        """The PIN is wanted again."""
        self.pin_right = self.pin_fresh = False

    def forget_blocks(self) -> None:
        """What waited for an answer waits no more."""
        self.challenge = self.witness = b""

    def forget(self) -> None:
        """As after power-on."""
        self.selected = self.managed = False
        self.forget_pin()
        self.forget_blocks()
