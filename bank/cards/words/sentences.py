"""What is said of the gallery's cards. One value a language, so that none can lack a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CardWords:
    """One language. `cards`: what each card of the gallery stands for, in one line, by its name."""

    language: str
    cards: Mapping[str, str]
