"""A key as it leaves the factory: with values of its own, and nothing made in it yet."""

from drivers.vault.first_values import FirstValues, draw_values
from drivers.vault.twin import MemoryMedium, PowerCutError
from launcher.troubles import CardGoneError
from sesame_core.piv.card import PivCard
from sesame_core.piv.names import ATTESTATION_CERTIFICATE
from tests.key.made import Person, vault_on
from tests.launcher.twins import TwinCard


class FactoryKey:
    """A key as it leaves the factory, with values of its own; and the letter's PIN."""

    def __init__(self, values: FirstValues | None = None, medium: MemoryMedium | None = None) -> None:
        self.values = values or draw_values()
        self.pin = self.values.pin.decode()
        self.medium = medium or MemoryMedium()
        self.person = Person()
        self.card = TwinCard(self._send)
        self.start()

    def start(self) -> None:
        """Power on, from what is on the medium."""
        self.vault = vault_on(self.medium, lambda: self.values)
        self.power = PivCard(self.vault, self.person)
        self.power.power_on()
        self.card.send = self._send

    def copy(self) -> "FactoryKey":
        """Another one in the same state: what happens to it does not happen to this one."""
        return FactoryKey(self.values, MemoryMedium(self.medium.parts))

    def _send(self, apdu: bytes) -> bytes:
        try:
            return self.power.transmit(apdu)
        except PowerCutError:
            raise CardGoneError from None

    @property
    def serial(self) -> int:
        return self.vault.serial

    def own_certificate(self) -> bytes:
        container = self.vault.read_object(ATTESTATION_CERTIFICATE)
        assert container is not None
        return container[4 : 4 + int.from_bytes(container[2:4], "big")]

    def request(self) -> bytes:
        """The launcher makes it."""
        raise NotImplementedError
