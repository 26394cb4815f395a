"""Screens as values: what is said, not how it is drawn. Only the painter (`drivers.painter.raster`) knows pixels."""

from dataclasses import dataclass

from sesame_core.secrets import SecretDigits


@dataclass(frozen=True, slots=True)
class Masked:
    """A field where digits are typed unseen: `typed` marks of `length` places. Never more than `length` marks."""

    typed: int
    length: int


@dataclass(frozen=True, slots=True)
class Typed:
    """A field where digits are typed in sight (challenge, amount, account): the text so far, maybe empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A thin bar along the bottom edge: `left` of `of` parts remain. It shrinks as `left` goes to 0."""

    left: int
    of: int


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen. Every part is optional; the order from top to bottom is the order of the fields.

    `lines`: sentences, centred; the painter may break one at a space, never in a word.
    `code`: shown in groups of 4 from the right, in the largest digits that fit; its repr hides the digits.
    `notice`: one short sentence under the rest (tries left, what to press, a flat battery).
    """

    lines: tuple[str, ...] = ()
    code: SecretDigits | None = None
    field: Masked | Typed | None = None
    notice: str = ""
    bar: Bar | None = None

    @property
    def dark(self) -> bool:
        """True when nothing at all is lit."""
        return self == DARK

    @property
    def text(self) -> str:
        """All sentences and what is typed in sight, in one line; a code and a PIN are not in it."""
        typed = self.field.text if isinstance(self.field, Typed) else ""
        return " ".join(part for part in (*self.lines, typed, self.notice) if part)


DARK = Screen()


def group_digits(digits: str) -> str:
    """Digits in groups of four from the right: `0000 0000`, `12 3456 7890`."""
    head = len(digits) % 4
    groups = [digits[:head]] if head else []
    groups += [digits[at : at + 4] for at in range(head, len(digits), 4)]
    return " ".join(groups)


def grouped_as_typed(digits: str) -> str:
    """Digits in groups of four from the left: what is on the screen already stays where it is while more are typed."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
