"""What the bank tells a customer of Sécur'Pass, one module a language: see `bank.languages`."""

from collections.abc import Callable
from operator import attrgetter
from typing import Final, TypeAlias

from bank.languages import choose_words, find_words
from bank.securpass.words.sentences import SecurpassWords

LANGUAGES: Final = find_words(__name__, __path__, SecurpassWords)

Sentence: TypeAlias = Callable[[SecurpassWords], str]
"""One of the sentences, in whichever language."""

LOG_ON_CODE: Final[Sentence] = attrgetter("log_on_code")
ACTIVATION_CODE: Final[Sentence] = attrgetter("activation_code")
INITIATED: Final[Sentence] = attrgetter("initiated")
ACTIVATED: Final[Sentence] = attrgetter("activated")
LIFTED: Final[Sentence] = attrgetter("lifted")
SUSPENDED: Final[Sentence] = attrgetter("suspended")
CLOSED: Final[Sentence] = attrgetter("closed")
CODE_CHANGED: Final[Sentence] = attrgetter("code_changed")
BIOMETRICS_CHANGED: Final[Sentence] = attrgetter("biometrics_changed")


def write_text(sentence: Sentence, language: str, **values: str) -> str:
    """A message."""
    return sentence(choose_words(LANGUAGES, language)).format(**values)
