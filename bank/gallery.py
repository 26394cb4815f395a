"""The gallery: named demonstration cards, each with what it stands for. Their keys are published test keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from bank.card import Card, VirtualCard, counters_of
from bank.errors import UnknownCardError
from bank.faulty import Defect, FaultyCard
from bank.issuer import Version
from bank.memory import CardMemory, FileMemory, VolatileMemory
from bank.personalise import (
    CARTES_BANCAIRES,
    FRENCH_IPB,
    MASTERCARD_CAP,
    MASTERCARD_IPB,
    MASTERCARD_KEY,
    VISA,
    VISA_DPA,
    unwritten,
    written,
    written_small,
)
from bank.profile import Application, CardProfile, Format, Pse, atr_t0, atr_t1

DEMO_PIN = "1234"
FLAGS = b"\x00"


@dataclass(frozen=True)
class GalleryCard:
    """A card on show. `english` and `french` say in one line what it stands for; `pin` is no secret here."""

    profile: CardProfile
    english: str
    french: str
    defect: Defect | None = None

    @property
    def name(self) -> str:
        """What commands and scripts call it."""
        return self.profile.name

    @property
    def pin(self) -> str:
        """The PIN for the demonstration."""
        return self.profile.pin

    def described(self, language: str = "fr") -> str:
        """The line in the language asked for ("en" or "fr")."""
        return self.english if language == "en" else self.french


def dpa(serial: int, ipb: bytes = FRENCH_IPB) -> Application:
    """The French DPA application, its records not yet written."""
    return replace(unwritten(VISA_DPA, "DPA", serial), ipb=ipb, iaf=FLAGS)


def payment(aid: bytes, label: str, serial: int, priority: int = 1) -> Application:
    """A payment application that takes only an enciphered PIN at a shop's terminal: VERIFY and GET DATA get 6D00."""
    refuses = ((0x20, 0x6D00), (0xCA, 0x6D00))
    return written(replace(unwritten(aid, label, serial), refuses=refuses, priority=priority))


def mastercard_cap(serial: int, ipb: bytes = MASTERCARD_IPB) -> Application:
    """A Mastercard CAP application (M/Chip 4, TLV answers), its records not yet written."""
    return replace(
        unwritten(MASTERCARD_CAP, "CAP", serial, MASTERCARD_KEY, "01"),
        version=Version.CVN16,
        dki=0x01,
        tail=bytes.fromhex("0000" + "00" * 7 + "FF"),
        ipb=ipb,
        iaf=b"\x80",
        options_format=Format.TLV,
        cryptogram_format=Format.TLV,
        languages="enfr",
    )


def small(name: str, application: Application) -> CardProfile:
    """A card with one application, T=0, no PSE."""
    return CardProfile(name, (application,), DEMO_PIN, atr=atr_t0(b"SESAM"))


def _bank_card(name: str, serial: int) -> CardProfile:
    """The last application of the PSE is a payment one: taking that one is the mistake other tools make."""
    applications = (
        payment(CARTES_BANCAIRES, "CB", serial, 1),
        replace(written(dpa(serial)), priority=3),
        payment(VISA, "VISA", serial, 2),
    )
    return CardProfile(name, applications, DEMO_PIN, pse=Pse((0, 1, 2)), atr=atr_t0(b"BANK1"))


def _first_cards() -> Iterable[GalleryCard]:
    sesame = small("sesame-card", written_small(dpa(2)))
    yield GalleryCard(
        _bank_card("bank-card", 1),
        "Bank card: CB and Visa payment applications and the DPA one behind a PSE; payment ones answer 6D00",
        "Carte bancaire : applications de paiement CB et Visa et application DPA derrière un PSE",
    )
    yield GalleryCard(sesame, "Sésame card: the DPA application alone", "Carte Sésame : l'application DPA seule")
    yield GalleryCard(
        CardProfile("mastercard-cap", (written(mastercard_cap(3)),), DEMO_PIN, protocol=1, atr=atr_t1(b"MCAP1")),
        "Mastercard CAP card: M/Chip 4 cryptogram, TLV answers, T=1",
        "Carte CAP Mastercard : cryptogramme M/Chip 4, réponses TLV, T=1",
    )
    yield GalleryCard(
        replace(small("last-try", written_small(dpa(4))), tries=1),
        "One PIN try is left",
        "Il reste un seul essai de code secret",
    )
    yield GalleryCard(
        replace(small("blocked", written_small(dpa(5))), tries=0), "No PIN try is left", "Carte bloquée : plus d'essai"
    )
    yield GalleryCard(
        replace(small("no-cap", payment(CARTES_BANCAIRES, "CB", 6)), pse=Pse((0,))),
        "A payment application only: no code can be had from it",
        "Une application de paiement seulement : pas de code possible",
    )
    yield GalleryCard(replace(sesame, name="mute"), "No answer to reset", "Carte muette", Defect.MUTE)


GALLERY: Mapping[str, GalleryCard] = MappingProxyType({card.name: card for card in _first_cards()})
"""Every card on show, in the order of showing."""


def names() -> tuple[str, ...]:
    """The names of all cards, in the order of showing."""
    return tuple(GALLERY)


def describe(name: str) -> GalleryCard:
    """The card's entry. Raises UnknownCardError, which lists the names."""
    try:
        return GALLERY[name]
    except KeyError:
        raise UnknownCardError(f"no card called {name!r} in the gallery; there are: {', '.join(GALLERY)}") from None


def open_card(name: str, state_dir: Path | None = None) -> Card:
    """The card itself, without power. `state_dir`: where its counter and tries outlive the process (made when missing,
    mode 0700); without it they are new each time. Raises UnknownCardError."""
    entry = describe(name)
    card = VirtualCard(entry.profile, _memory(entry.profile, state_dir))
    return FaultyCard(card, entry.defect) if entry.defect else card


def _memory(profile: CardProfile, state_dir: Path | None) -> CardMemory:
    start = counters_of(profile)
    return VolatileMemory(start) if state_dir is None else FileMemory(state_dir / f"{profile.name}.json", start)
