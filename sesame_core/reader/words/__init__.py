"""The sentences, one module a language. French is the guide's; a language is complete or it is not there."""

from sesame_core.reader.words.en import ENGLISH
from sesame_core.reader.words.fr import FRENCH
from sesame_core.reader.words.sentences import Sentences

LANGUAGES = {"fr": FRENCH, "en": ENGLISH}

__all__ = ["LANGUAGES", "Sentences"]
