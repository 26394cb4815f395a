"""The card as a slot or a virtual reader holds it: power, resets, commands. It speaks T=1."""

from functools import reduce
from operator import xor
from typing import Final

from sesame_core.piv.applet import PivApplet
from sesame_core.piv.consent import Consent
from sesame_core.piv.vault import Vault

HISTORICAL: Final = b"e-secure"
"""What the answer to reset bears in its historical bytes: a name of its own, not one of a product that it is not."""


def answer_to_reset() -> bytes:
    """TS direct, T0 with TD1 and eight historical bytes, TD1 with TD2 (T=0 first), TD2 (T=1), checksum (ISO/IEC 7816-3,
    8.2)."""
    body = bytes((0x80 | len(HISTORICAL), 0x80, 0x01)) + HISTORICAL
    return b"\x3b" + body + bytes((reduce(xor, body),))


class PivCard:
    """The access key's card. `consent` is asked where a key waits for whoever holds the device."""

    protocol: int = 1

    def __init__(self, vault: Vault, consent: Consent) -> None:
        self._applet = PivApplet(vault)
        self._consent = consent
        self._powered = False

    def power_on(self) -> bytes:
        """Power and cold reset. The ATR."""
        self._powered = True
        self._applet.forget()
        return answer_to_reset()

    def reset_card(self) -> bytes:
        """Warm reset. The ATR, empty without power."""
        return self.power_on() if self._powered else b""

    def power_off(self) -> None:
        """Take the power away."""
        self._powered = False
        self._applet.forget()

    def transmit(self, apdu: bytes) -> bytes:
        """The response with its status word; empty without power. Never raises, whatever the bytes."""
        if not self._powered:
            return b""
        steps = self._applet.exchange(bytes(apdu))
        try:
            question = next(steps)
            while True:
                question = steps.send(self._consent.ask(question))
        except StopIteration as done:
            response: bytes = done.value
            return response
