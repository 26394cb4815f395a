"""A trusted telephone, and what need not be confirmed on it: never by trust alone, always by a named exemption.

The sheet: who uses his telephone regularly has a trusted terminal, and the rows with a star are not asked there.
(EU) 2018/389 lets a bank leave strong authentication out only where one of its exemptions holds.
"""

from dataclasses import dataclass
from enum import Enum

from bank.securpass.policy import SecurPassPolicy


class Exemption(Enum):
    """By which article of (EU) 2018/389."""

    TRUSTED_BENEFICIARY = "trusted-beneficiary"  # article 13
    OWN_ACCOUNTS = "own-accounts"  # article 15
    LOW_VALUE = "low-value"  # article 16


@dataclass(frozen=True, slots=True)
class PhoneUse:
    """How a telephone was used: approvals and log-ons, and on how many different days."""

    uses: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class ExemptionFacts:
    """A payment that is asked for. `since_cents`, `since_count`: paid by the low-value exemption since the last strong
    authentication, this one not counted; `ended`: exemptions that the customer wants no more."""

    starred: bool
    own_phone: bool
    cents: int
    own_account: bool = False
    known_payee: bool = False
    since_cents: int = 0
    since_count: int = 0
    ended: frozenset[Exemption] = frozenset()


def is_trusted(use: PhoneUse, policy: SecurPassPolicy) -> bool:
    """Whether the telephone is used regularly."""
    return use.uses >= policy.trusted_uses and use.days >= policy.trusted_days


def judge_exemption(facts: ExemptionFacts, use: PhoneUse, policy: SecurPassPolicy) -> Exemption | None:
    """By which exemption this is not asked; None where it is asked."""
    if not (facts.starred and facts.own_phone and is_trusted(use, policy)):
        return None
    holding = {
        Exemption.OWN_ACCOUNTS: facts.own_account,
        Exemption.TRUSTED_BENEFICIARY: facts.known_payee,
        Exemption.LOW_VALUE: _is_low(facts, policy),
    }
    return next((one for one, holds in holding.items() if holds and one not in facts.ended), None)


def _is_low(facts: ExemptionFacts, policy: SecurPassPolicy) -> bool:
    """Article 16: this amount, and the sum or the number since the last time that the customer was asked. Both are
    held here, which is more than it wants."""
    return (
        facts.cents <= policy.low_value_cents
        and facts.since_cents + facts.cents <= policy.low_value_total_cents
        and facts.since_count < policy.low_value_count
    )
