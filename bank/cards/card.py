"""A card in one piece: contacts, reset, transmission protocol, applet."""

from typing import Protocol

from bank.cards.applet import Applet
from bank.cards.channel import FULL, CardChannel, Reply, T0Channel, T1Channel
from bank.cards.memory import CardMemory, Counters, VolatileMemory
from bank.cards.profile import CardProfile

INVERSE_CONVENTION = 0x3F
OTHER_CLASS = Reply(0x6E00)


class CardInSlot(Protocol):
    """What a slot does with a card."""

    protocol: int
    """0 for T=0, 1 for T=1."""

    def power_on(self) -> bytes:
        """Power and cold reset. The ATR, empty when the card is mute."""
        ...

    def reset_card(self) -> bytes:
        """Warm reset. The ATR, empty when the card is mute or has no power."""
        ...

    def power_off(self) -> None:
        """Take the power away."""
        ...

    def transmit(self, apdu: bytes) -> bytes:
        """The response with its status word, empty when there is none. Never raises, whatever the bytes."""
        ...


class VirtualCard:
    """An EMV card out of its profile and its memory. One user at a time, as a slot has."""

    def __init__(self, profile: CardProfile, memory: CardMemory | None = None) -> None:
        self.protocol = profile.protocol
        self._profile = profile
        self._applet = Applet(profile, memory or VolatileMemory(counters_of(profile)))
        self._channel = self._fresh_channel()
        self._powered = False
        self._deaf = False

    def power_on(self) -> bytes:
        """See Card. A card that answers 3F and has another ATR speaks another language until its warm reset."""
        atr = self._profile.atr
        self._begin(powered=bool(atr))
        self._deaf = atr[:1] == bytes((INVERSE_CONVENTION,)) and bool(self._profile.warm_atr)
        return atr

    def reset_card(self) -> bytes:
        """See Card."""
        if not self._powered:
            return b""
        self._begin(powered=True)
        return self._profile.warm_atr or self._profile.atr

    def power_off(self) -> None:
        """See Card."""
        self._begin(powered=False)

    def transmit(self, apdu: bytes) -> bytes:
        """See Card."""
        if not self._powered:
            return b""
        if self._deaf:
            return OTHER_CLASS.encode()
        return self._channel.exchange(bytes(apdu), self._applet.handle_command).encode()

    def _begin(self, powered: bool) -> None:
        self._powered = powered
        self._deaf = False
        self._applet.forget()
        self._channel = self._fresh_channel()

    def _fresh_channel(self) -> CardChannel:
        chunk = self._profile.chunk or FULL
        return T1Channel(chunk) if self.protocol == 1 else T0Channel(chunk)


def counters_of(profile: CardProfile) -> Counters:
    """The counters that a card of this profile leaves the factory with."""
    return Counters(profile.first_atc, profile.tries)
