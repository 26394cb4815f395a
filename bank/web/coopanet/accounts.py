"""Accounts to look at: invented, the same every day, and in no database."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of an account: how many days ago, what (French, English), and how much, in cents."""

    days_ago: int
    french: str
    english: str
    cents: int

    def label(self, language: str) -> str:
        """What it was."""
        return self.english if language == "en" else self.french

    def day(self, today: date) -> date:
        """When it was."""
        return today - timedelta(days=self.days_ago)


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its last movements; the balance is in cents."""

    french: str
    english: str
    number: str
    cents: int
    movements: tuple[Movement, ...] = ()

    def label(self, language: str) -> str:
        """What kind it is."""
        return self.english if language == "en" else self.french


_NEW = (Account("Compte courant", "Current account", "0000 0000 003", 0),)

_DEMONSTRATION = {
    "DURAND42": (
        Account(
            "Compte courant",
            "Current account",
            "0000 0000 001",
            184_327,
            (
                Movement(1, "Biocoop du marché", "Market grocery", -4_215),
                Movement(3, "Salaire", "Salary", 193_000),
                Movement(4, "Électricité renouvelable", "Renewable electricity", -6_890),
            ),
        ),
        Account("Livret solidaire", "Solidarity savings", "0000 0000 101", 520_000),
    ),
    "MOREAU17": (
        Account(
            "Compte de l'association",
            "Association's account",
            "0000 0000 002",
            1_209_450,
            (
                Movement(2, "Cotisations des adhérents", "Members' subscriptions", 42_000),
                Movement(5, "Loyer de la salle", "Hall rent", -31_500),
            ),
        ),
        Account("Parts sociales", "Member shares", "0000 0000 202", 76_250),
    ),
}


def accounts_of(user: str) -> tuple[Account, ...]:
    """The accounts of a customer; one who is new has an empty one."""
    return _DEMONSTRATION.get(user, _NEW)


def format_money(cents: int, language: str) -> str:
    """An amount as the language writes it."""
    whole, part = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    if language == "en":
        return f"{sign}€{whole:,}.{part:02d}"
    return f"{sign}{whole:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") + f",{part:02d}\N{NO-BREAK SPACE}€"
