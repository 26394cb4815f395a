"""What the page « Sécurité » says. One value a language, so that none can lack a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from bank.securpass.approving.trusting import Exemption


@dataclass(frozen=True, slots=True)
class ExemptionWords:
    """What is not asked, and by which article of (EU) 2018/389; amounts and numbers are filled in."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class SecurityWords:
    """All sentences in one language."""

    intro: str
    phone_title: str
    phone_none: str
    phone_since: str
    phone_used: str
    phone_trusted: str
    phone_not_yet: str
    exemption_end: str
    exemption_ended: str
    terminals_title: str
    terminals_text: str
    terminals_none: str
    terminal_since: str
    terminal_here: str
    terminal_forget: str
    consents_title: str
    consents_none: str
    consent_since: str
    consent_until: str
    consent_used: str
    consent_unused: str
    consent_end: str
    consent_ended: str
    consent_over: str
    done: str
    exemptions: Mapping[Exemption, ExemptionWords]
