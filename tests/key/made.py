"""Keys for the tests: the real vault and applet on a medium in memory, with an scrypt that costs nothing."""

from dataclasses import dataclass, field

from drivers.vault.first_values import Factory, give_published
from drivers.vault.sealed import SealedVault, open_vault
from drivers.vault.twin import MemoryMedium
from sesame_core.piv.card import PivCard
from sesame_core.piv.consent import AskConsent
from tests.key.host import Host

CHEAP = 2
"""The smallest N of scrypt (RFC 7914, 2)."""


@dataclass
class Person:
    """Whoever holds the device: agrees or not, and remembers what was asked."""

    agrees: bool = True
    asked: list[AskConsent] = field(default_factory=list)

    def ask(self, question: AskConsent) -> bool:
        """See Consent."""
        self.asked.append(question)
        return self.agrees


def vault_on(medium: MemoryMedium, factory: Factory = give_published) -> SealedVault:
    """The vault on a medium, opened or made."""
    return open_vault(medium, factory, cost=CHEAP)


@dataclass
class KeyBench:
    """A key with power, a host that has selected it, and whoever holds it."""

    medium: MemoryMedium = field(default_factory=MemoryMedium)
    person: Person = field(default_factory=Person)

    def __post_init__(self) -> None:
        self.plug()

    def plug(self) -> None:
        """Power on, from what is on the medium."""
        self.vault = vault_on(self.medium)
        self.card = PivCard(self.vault, self.person)
        self.card.power_on()
        self.host = Host(self.card.transmit)
        self.host.select()
