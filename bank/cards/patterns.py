"""The patterns that the gallery's cards are cut from."""

from dataclasses import dataclass, replace

from bank.cards.card import CardInSlot, VirtualCard
from bank.cards.faulty import Defect, FaultyCard
from bank.cards.memory import CardMemory
from bank.cards.personalise import (
    FRENCH_IPB,
    MASTERCARD_IPB,
    MASTERCARD_KEY,
    cap_application,
    draft_application,
    write_records,
)
from bank.cards.profile import CardApplication, CardProfile, Format, atr_t0
from bank.cards.words import LANGUAGES
from bank.emv.codes import MASTERCARD_CAP, VISA_DPA
from bank.emv.issuer import CryptogramVersion
from bank.languages import FALLBACK, choose_words

DEMO_PIN = "1234"
FLAGS = b"\x00"


@dataclass(frozen=True)
class GalleryCard:
    """A card on show. What it stands for is in `bank.cards.words`, by its name.

    `issued`: the bank has it in its books; never so with a card that has a defect or no application for codes.
    """

    profile: CardProfile
    defect: Defect | None = None
    issued: bool = True

    @property
    def name(self) -> str:
        """What commands and scripts call it."""
        return self.profile.name

    @property
    def pin(self) -> str:
        """The PIN for the demonstration: no secret here."""
        return self.profile.pin

    @property
    def code_application(self) -> CardApplication | None:
        """The application whose codes the bank takes; None when it takes none from this card."""
        usable = self.issued and self.defect is None
        return cap_application(self.profile.applications) if usable else None

    def card(self, memory: CardMemory) -> CardInSlot:
        """The card itself, without power."""
        good = VirtualCard(self.profile, memory)
        return FaultyCard(good, self.defect) if self.defect else good

    def describe(self, language: str = FALLBACK) -> str:
        """What it stands for, in one line, in a language that is there; else in the fallback's."""
        return choose_words(LANGUAGES, language).cards[self.name]


def draft_dpa(serial: int, ipb: bytes = FRENCH_IPB) -> CardApplication:
    """The French DPA application, its records not yet written."""
    return replace(draft_application(VISA_DPA, "DPA", serial), ipb=ipb, iaf=FLAGS)


def draft_payment(aid: bytes, label: str, serial: int, priority: int = 1) -> CardApplication:
    """A payment application that takes only an enciphered PIN at a shop's terminal: VERIFY and GET DATA get 6D00."""
    refuses = ((0x20, 0x6D00), (0xCA, 0x6D00))
    return write_records(replace(draft_application(aid, label, serial), refuses=refuses, priority=priority))


def mastercard_cap(serial: int, ipb: bytes = MASTERCARD_IPB) -> CardApplication:
    """A Mastercard CAP application (M/Chip 4, TLV answers), its records not yet written."""
    return replace(
        draft_application(MASTERCARD_CAP, "CAP", serial, MASTERCARD_KEY, "01"),
        version=CryptogramVersion.CVN16,
        dki=0x01,
        tail=bytes.fromhex("0000" + "00" * 7 + "FF"),
        ipb=ipb,
        iaf=b"\x80",
        options_format=Format.TLV,
        cryptogram_format=Format.TLV,
        languages="enfr",
    )


def make_small_card(name: str, application: CardApplication) -> CardProfile:
    """A card with one application, T=0, no PSE."""
    return CardProfile(name, (application,), DEMO_PIN, atr=atr_t0(b"SESAM"))
