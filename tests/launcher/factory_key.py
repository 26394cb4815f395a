"""A key as it leaves the factory: with values of its own, and nothing made in it yet."""

from drivers.vault.first_values import draw_values
from drivers.vault.twin import MemoryMedium
from sesame_core.piv.card import PivCard
from sesame_core.piv.names import ATTESTATION_CERTIFICATE
from tests.key.made import Person, vault_on
from tests.launcher.twins import TwinCard


class FactoryKey:
    """A key as it leaves the factory, with values of its own; and the letter's PIN."""

    def __init__(self) -> None:
        values = draw_values()
        self.pin = values.pin.decode()
        self.vault = vault_on(MemoryMedium(), lambda: values)
        self.person = Person()
        self.power = PivCard(self.vault, self.person)
        self.power.power_on()
        self.card = TwinCard(self.power.transmit)

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
