"""What a customer of the demonstration has: accounts with a month behind them. Pure.

The same customer has the same each time: everything follows from the
user code. The digest of a few words chooses amounts and shops.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from bank.books.records import CustomerKind
from bank.ledger.entries import AccountKind, MovementKind

DAYS: Final = 30
LEAST_CENTS: Final = 20_000
"""What there always was on the account that is paid from."""

SHOPS: Final = (
    "Biocoop du marché",
    "Boulangerie des Halles",
    "Librairie coopérative",
    "Épicerie solidaire",
    "Pharmacie de la gare",
    "Café des Arts",
    "Ressourcerie du quartier",
    "Cinéma Le Rio",
)
SUPPLIERS: Final = (
    "Papeterie du Centre",
    "Imprimerie coopérative",
    "Traiteur Les Tabliers",
    "Régie du théâtre",
    "Location de matériel",
    "Fournitures de bureau",
)


@dataclass(frozen=True, slots=True)
class DemoMovement:
    """One line: how many days ago, what, with whom, and how much, in cents. `partner`: the own account at the other
    end, where it is not another bank's."""

    days_ago: int
    kind: MovementKind
    label: str
    cents: int
    partner: AccountKind | None = None


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account, what it held before the month, and the month, oldest line first."""

    kind: AccountKind
    opening_cents: int
    movements: tuple[DemoMovement, ...] = ()


def make_accounts(user: str, kind: CustomerKind) -> tuple[DemoAccount, ...]:
    """The accounts of that customer; the first one is what is paid from."""
    if kind is CustomerKind.PROFESSIONAL:
        main = DemoAccount(AccountKind.ASSOCIATION, choose(user, "before", 600_000, 1_200_000))
        other = DemoAccount(AccountKind.SHARES, 1_525 * choose(user, "shares", 10, 60))
        return _covered(replace(main, movements=_in_order(_association(user)))), other
    main = DemoAccount(AccountKind.CURRENT, choose(user, "before", 60_000, 180_000))
    other = DemoAccount(AccountKind.SAVINGS, choose(user, "savings", 150_000, 900_000))
    return _covered(replace(main, movements=_in_order(_household(user)))), other


def choose(user: str, what: str, least: int, most: int) -> int:
    """A number from `least` to `most`, always the same for the same words."""
    digest = hashlib.sha256(f"{user}/{what}".encode()).digest()
    return least + int.from_bytes(digest[:8], "big") % (most - least + 1)


def _household(user: str) -> Iterator[DemoMovement]:
    yield DemoMovement(27, MovementKind.CREDIT, "Salaire", choose(user, "salary", 165_000, 280_000))
    yield DemoMovement(25, MovementKind.DEBIT, "Loyer", -choose(user, "rent", 55_000, 82_000))
    yield DemoMovement(22, MovementKind.DEBIT, "Électricité renouvelable", -choose(user, "power", 3_900, 9_500))
    yield DemoMovement(18, MovementKind.DEBIT, "Téléphone et internet", -choose(user, "net", 1_999, 3_999))
    yield DemoMovement(14, MovementKind.TRANSFER, "Épargne du mois", -10_000, AccountKind.SAVINGS)
    yield DemoMovement(12, MovementKind.WITHDRAWAL, "Retrait au distributeur", -1_000 * choose(user, "cash", 2, 8))
    yield DemoMovement(9, MovementKind.DEBIT, "Mutuelle", -choose(user, "health", 2_900, 6_900))
    yield from _purchases(user, SHOPS, 12, (450, 7_800))


def _association(user: str) -> Iterator[DemoMovement]:
    for week in range(4):
        dues = choose(user, f"dues {week}", 18_000, 64_000)
        yield DemoMovement(28 - 7 * week, MovementKind.CREDIT, "Cotisations des adhérents", dues)
    yield DemoMovement(24, MovementKind.DEBIT, "Loyer de la salle", -choose(user, "hall", 25_000, 42_000))
    yield DemoMovement(20, MovementKind.CREDIT, "Subvention de la commune", choose(user, "grant", 80_000, 250_000))
    yield DemoMovement(15, MovementKind.DEBIT, "Assurance de l'association", -choose(user, "cover", 4_500, 9_900))
    yield from _purchases(user, SUPPLIERS, 7, (2_500, 28_000))


def _purchases(user: str, shops: tuple[str, ...], count: int, bounds: tuple[int, int]) -> Iterator[DemoMovement]:
    for each in range(count):
        shop = shops[choose(user, f"shop {each}", 0, len(shops) - 1)]
        spent = choose(user, f"spent {each}", *bounds)
        yield DemoMovement(choose(user, f"day {each}", 1, DAYS - 2), MovementKind.CARD, shop, -spent)


def _in_order(movements: Iterator[DemoMovement]) -> tuple[DemoMovement, ...]:
    return tuple(sorted(movements, key=lambda line: -line.days_ago))


def _covered(account: DemoAccount) -> DemoAccount:
    """With as much before the month as keeps it above the least on every day."""
    running = lowest = account.opening_cents
    for line in account.movements:
        running += line.cents
        lowest = min(lowest, running)
    return replace(account, opening_cents=account.opening_cents + max(0, LEAST_CENTS - lowest))
