"""What a contract says. One value a language, so that none can lack a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContractWords:
    """All sentences of an amendment in one language. `articles`: title and text of each, in order."""

    language: str
    demonstration: str
    title: str
    customer: str
    telephone: str
    adviser: str
    channel: str
    services: str
    made: str
    articles: tuple[tuple[str, str], ...]
    signed: str
    drawn: str
    typed: str
