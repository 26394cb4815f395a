"""What to press on the reader to confirm an operation, step by step, with the reader's own screens and keys."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bank.operations.catalogue import Means
from bank.operations.ports import ReaderInstruction
from bank.operations.words import notation_of
from bank.web.coopanet.space.words import StepWords

KEY_OK: Final = "key-ok.svg"
KEYS: Final = {Means.READER_SIGN: "key-sign.svg", Means.READER_CHALLENGE: "key-challenge.svg"}


@dataclass(frozen=True, slots=True)
class StepPicture:
    """A picture of a step. `shows`: what is on it, or nothing where the sentence says it."""

    file: str
    shows: str = ""


@dataclass(frozen=True, slots=True)
class ReaderStep:
    """One thing to do. `digits`: what is typed, in groups of four; `after`: what is done then."""

    text: str
    pictures: tuple[StepPicture, ...]
    digits: str = field(default="", repr=False)
    after: str = ""
    note: str = ""


def list_steps(instruction: ReaderInstruction, words: StepWords, language: str) -> tuple[ReaderStep, ...]:
    """Every step in order."""
    return tuple(_steps(instruction, words, language))


def _steps(instruction: ReaderInstruction, words: StepWords, language: str) -> Iterator[ReaderStep]:
    def screen(name: str) -> StepPicture:
        return StepPicture(f"steps/{name}-{language}.png", words.screens[name])

    ok = StepPicture(KEY_OK)
    yield ReaderStep(words.insert, (screen("insert"),))
    press = words.press_sign if instruction.means is Means.READER_SIGN else words.press_challenge
    yield ReaderStep(press, (screen("ready"), StepPicture(KEYS[instruction.means])))
    if instruction.cents is not None:
        amount = write_as_reader(instruction.cents, language)
        typed = str(instruction.cents)
        yield ReaderStep(words.amount.format(amount=amount), (screen("amount"), ok), typed, words.ok)
        account = group_digits(instruction.account)
        yield ReaderStep(words.account, (screen("account"), ok), account, words.ok, words.compare)
    else:
        challenge = group_digits(instruction.challenge)
        yield ReaderStep(words.challenge, (screen("challenge"), ok), challenge, words.ok)
    yield ReaderStep(words.pin, (screen("pin"), ok), after=words.ok)
    yield ReaderStep(words.copy, (screen("code"),))


def group_digits(digits: str) -> str:
    """In groups of four, as the reader shows them."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def write_as_reader(cents: int, language: str) -> str:
    """An amount as the reader shows it while it is typed."""
    return notation_of(language).write_number(cents)
