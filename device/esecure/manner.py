"""What configuration may change of the key: where its PIN is typed, whose word and programs it takes."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from drivers.usb.ccid import PinSupport

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    from device.esecure.updating import UpdateDesk


class PinMode(Enum):
    """Where the PIN is typed: on the key, on the computer, or nowhere: then keys are made that want none."""

    KEYPAD = "keypad"
    HOST = "host"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class KeyManner:
    """What configuration may change. `bank`: the public key that a sentence must be signed with; `updates`: what takes
    new programs."""

    mode: PinMode = PinMode.KEYPAD
    bank: "EllipticCurvePublicKey | None" = None
    updates: "UpdateDesk | None" = None

    @property
    def pin_support(self) -> PinSupport:
        """What the computer is told: whether there is a pad to type on."""
        return PinSupport.VERIFY_AND_MODIFY if self.mode is PinMode.KEYPAD else PinSupport.NONE
