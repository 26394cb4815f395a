"""The gallery: named demonstration cards, each with what it stands for. Their keys are published test keys."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from bank.cards.card import CardInSlot, counters_of
from bank.cards.faulty import Defect
from bank.cards.memory import CardMemory, FileMemory, VolatileMemory, keep_counters
from bank.cards.patterns import DEMO_PIN, GalleryCard, draft_dpa, draft_payment, make_small_card, mastercard_cap
from bank.cards.personalise import CARTES_BANCAIRES, VISA, write_records, written_small
from bank.cards.profile import CardProfile, Pse, atr_t0, atr_t1
from bank.cards.variants import defective_cards, list_variants
from bank.errors import UnknownCardError


def _bank_card(name: str, serial: int) -> CardProfile:
    """The last application of the PSE is a payment one: taking that one is the mistake other tools make."""
    applications = (
        draft_payment(CARTES_BANCAIRES, "CB", serial, 1),
        replace(write_records(draft_dpa(serial)), priority=3),
        draft_payment(VISA, "VISA", serial, 2),
    )
    return CardProfile(name, applications, DEMO_PIN, pse=Pse((0, 1, 2)), atr=atr_t0(b"BANK1"))


def _first_cards() -> Iterable[GalleryCard]:
    sesame = make_small_card("sesame-card", written_small(draft_dpa(2)))
    yield GalleryCard(
        _bank_card("bank-card", 1),
    )
    yield GalleryCard(sesame)
    yield GalleryCard(
        CardProfile("mastercard-cap", (write_records(mastercard_cap(3)),), DEMO_PIN, protocol=1, atr=atr_t1(b"MCAP1")),
    )
    yield GalleryCard(
        replace(make_small_card("last-try", written_small(draft_dpa(4))), tries=1),
    )
    yield GalleryCard(
        replace(make_small_card("blocked", written_small(draft_dpa(5))), tries=0),
    )
    yield GalleryCard(
        replace(make_small_card("no-cap", draft_payment(CARTES_BANCAIRES, "CB", 6)), pse=Pse((0,))),
    )
    yield GalleryCard(replace(sesame, name="mute"), Defect.MUTE)


GALLERY: Mapping[str, GalleryCard] = MappingProxyType(
    {card.name: card for card in chain(_first_cards(), list_variants(), defective_cards())}
)
"""Every card on show, in the order of showing."""


def list_names() -> tuple[str, ...]:
    """The names of all cards, in the order of showing."""
    return tuple(GALLERY)


def describe_card(name: str) -> GalleryCard:
    """The card's entry. Raises UnknownCardError, which lists the names."""
    try:
        return GALLERY[name]
    except KeyError:
        raise UnknownCardError(f"no card called {name!r} in the gallery; there are: {', '.join(GALLERY)}") from None


def open_card(name: str, state_dir: Path | None = None) -> CardInSlot:
    """The card itself, without power. `state_dir`: where its counter and tries outlive the process (made when missing,
    mode 0700); without it they are new each time. Raises UnknownCardError, and StateError for a state it cannot use."""
    entry = describe_card(name)
    return entry.card(_memory(entry.profile, state_dir))


def _memory(profile: CardProfile, state_dir: Path | None) -> CardMemory:
    start = counters_of(profile)
    if state_dir is None:
        return VolatileMemory(start)
    memory = FileMemory(state_dir / f"{profile.name}.json", start)
    memory.update(keep_counters)  # a state that cannot be used is said now: in the slot it would be a memory failure
    return memory
