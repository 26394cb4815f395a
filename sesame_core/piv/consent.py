"""The one effect of the card: a key waits for whoever holds the device."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

from sesame_core.piv.names import TouchPolicy


class Purpose(Enum):
    """What a key is about to do. RSA signs and deciphers by the same operation, which the card cannot tell apart."""

    SIGN = auto()
    AGREE = auto()
    MANAGE = auto()


@dataclass(frozen=True, slots=True)
class AskConsent:
    """May the key in `slot` do this? With TouchPolicy.CACHED a consent of the last 15 s will do; who asks knows the
    time, the card does not. `number`: what is to be signed, by which a text that was shown can be known again."""

    slot: int
    purpose: Purpose
    policy: TouchPolicy
    number: bytes = field(default=b"", repr=False, compare=False)


class Consent(Protocol):
    """Whoever holds the device, or what stands for them."""

    def ask(self, question: AskConsent) -> bool:
        """True when they agree. May block while they are asked: the reader's driver keeps the host patient."""
        ...
