"""The sentences, one module a language."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from launcher.words import en, fr
from launcher.words.sentences import LauncherSentences

LAUNCHER_LANGUAGES: Final[Mapping[str, LauncherSentences]] = MappingProxyType({"fr": fr.WORDS, "en": en.WORDS})
"""French first: it is spoken where the computer speaks neither."""


def choose_language(wanted: str) -> LauncherSentences:
    """By a locale's name (`en_GB.UTF-8`), or by a code."""
    return LAUNCHER_LANGUAGES.get(wanted[:2].lower(), LAUNCHER_LANGUAGES["fr"])
