"""Who may have Sécur'Pass: every condition that is missed, each with its remedy. The sheet's page « Pour qui ? »."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from bank.securpass.policy import EnrolmentPath


class Channel(Enum):
    """How an adviser and a customer meet for an amendment."""

    FACE_TO_FACE = "face-to-face"
    TELEPHONE = "telephone"
    INTERNET = "internet"
    POST = "post"


class Condition(Enum):
    """What it takes. CARD_OR_EMAIL: a card that is in use, or a personal e-mail address that is known for long."""

    INDIVIDUAL = "individual"
    APP = "app"
    SUBSCRIPTION = "subscription"
    SECURE_TELEPHONE = "secure-telephone"
    CARD_OR_EMAIL = "card-or-email"
    FACE_TO_FACE = "face-to-face"
    AGENCY_POST = "agency-post"


class Remedy(Enum):
    """What to do about a condition that is missed. NONE: nothing can be done."""

    NONE = "none"
    INSTALL_APP = "install-app"
    SUBSCRIBE = "subscribe"
    BRANCH = "branch"
    USE_CARD = "use-card"
    WAIT = "wait"
    GIVE_EMAIL = "give-email"
    MEET = "meet"


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A payment card. `used`: at a shop's terminal or a cash machine."""

    active: bool
    opposed: bool = False
    cancelled: bool = False
    used: bool = True

    @property
    def counts(self) -> bool:
        """« Active (non opposée, non annulée et activée sur un TPE ou GAB) »."""
        return self.active and not self.opposed and not self.cancelled and self.used


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What the books say of a customer at one moment.

    `email_age_ms`: since when the personal address of the physical person is known; None without one. `channel`,
    `agency_post`: of the amendment; None and False where nobody of the bank is there.
    """

    individual: bool
    has_app: bool
    subscribed: bool
    secure_telephone: bool
    cards: tuple[CardFacts, ...] = ()
    email_age_ms: int | None = None
    channel: Channel | None = None
    agency_post: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """A condition that is missed, and what would help."""

    condition: Condition
    remedy: Remedy


ALWAYS: Final = (Condition.INDIVIDUAL, Condition.APP, Condition.SUBSCRIPTION, Condition.SECURE_TELEPHONE)

CONDITIONS: Final[Mapping[EnrolmentPath, tuple[Condition, ...]]] = MappingProxyType(
    {
        EnrolmentPath.SELF_CARE: (*ALWAYS, Condition.CARD_OR_EMAIL),
        EnrolmentPath.TRANSFER: (*ALWAYS, Condition.CARD_OR_EMAIL),
        EnrolmentPath.BRANCH: (*ALWAYS, Condition.FACE_TO_FACE, Condition.AGENCY_POST),
    }
)
"""The branch needs neither card nor e-mail address: whoever is there is seen."""

REMEDIES: Final[Mapping[Condition, Remedy]] = MappingProxyType(
    {
        Condition.INDIVIDUAL: Remedy.NONE,
        Condition.APP: Remedy.INSTALL_APP,
        Condition.SUBSCRIPTION: Remedy.SUBSCRIBE,
        Condition.SECURE_TELEPHONE: Remedy.BRANCH,
        Condition.FACE_TO_FACE: Remedy.MEET,
        Condition.AGENCY_POST: Remedy.MEET,
    }
)


def list_missing(facts: CustomerFacts, path: EnrolmentPath, email_age_ms: int) -> tuple[Missing, ...]:
    """Every condition of that path that is missed, in the order of the sheet; none where the customer may have it."""
    kept = {
        Condition.INDIVIDUAL: facts.individual,
        Condition.APP: facts.has_app,
        Condition.SUBSCRIPTION: facts.subscribed,
        Condition.SECURE_TELEPHONE: facts.secure_telephone,
        Condition.CARD_OR_EMAIL: has_card(facts) or has_email(facts, email_age_ms),
        Condition.FACE_TO_FACE: facts.channel is Channel.FACE_TO_FACE,
        Condition.AGENCY_POST: facts.agency_post,
    }
    return tuple(Missing(one, _remedy(one, facts)) for one in CONDITIONS[path] if not kept[one])


def has_card(facts: CustomerFacts) -> bool:
    """Whether a card is there that counts."""
    return any(card.counts for card in facts.cards)


def has_email(facts: CustomerFacts, age_ms: int) -> bool:
    """Whether the address is known for longer than that."""
    return facts.email_age_ms is not None and facts.email_age_ms > age_ms


def _remedy(condition: Condition, facts: CustomerFacts) -> Remedy:
    """Of card and e-mail the nearer one: an address that grows old by itself, a card that is only to be used."""
    if condition is not Condition.CARD_OR_EMAIL:
        return REMEDIES[condition]
    if facts.email_age_ms is not None:
        return Remedy.WAIT
    usable = (card for card in facts.cards if card.active and not card.opposed and not card.cancelled)
    return Remedy.USE_CARD if any(usable) else Remedy.GIVE_EMAIL
