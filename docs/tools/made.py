"""A file below docs/ that is made from the program: what it should be, whether it is that, and how it becomes so."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PIL import Image

DOCS = Path(__file__).resolve().parents[1]
COMMAND = "python -m docs.tools"


class Made(Protocol):
    """A made file. `name` is its path below docs/."""

    @property
    def name(self) -> str: ...  # noqa: D102

    def stale(self) -> bool:
        """Whether the file that is there is not what would be made now."""
        ...

    def write(self) -> None:
        """Make it."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """A page of Markdown; `source` is what to edit in its place."""

    name: str
    body: Callable[[], str]
    source: str

    @property
    def text(self) -> str:
        """What the file should be."""
        return f"<!-- Made by `{COMMAND}` from {self.source}; edit that instead. -->\n\n{self.body()}"

    def stale(self) -> bool:
        """By its text."""
        path = DOCS / self.name
        return not path.exists() or path.read_text(encoding="utf-8") != self.text

    def write(self) -> None:
        """Make it."""
        (DOCS / self.name).write_text(self.text, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture."""

    name: str
    image: Callable[[], Image.Image]

    def stale(self) -> bool:
        """By its pixels."""
        path = DOCS / self.name
        return not path.exists() or pixels(path) != _pixels(self.image())

    def write(self) -> None:
        """Make it."""
        self.image().save(DOCS / self.name, optimize=True)


Pixels = tuple[tuple[int, int], bytes]


def pixels(path: Path) -> Pixels:
    """A picture's size and colours, however it is compressed."""
    with Image.open(path) as picture:
        return _pixels(picture)


def _pixels(picture: Image.Image) -> Pixels:
    return picture.size, picture.convert("RGB").tobytes()
