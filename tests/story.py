"""Tests that read as the user guide does.

    reader.insert("bank-card")
    reader.press("Code 1 2 3 4 OK")
    assert reader.shows("3465 6023")

The bench below is the whole reader, drivers included, in simulated time.
"""

from sesame_core.events import Millis
from sesame_core.screens import group_digits
from simulator.bench import Bench
from simulator.script import key_named

FIRST_CODE = "Code 1 2 3 4 OK"
"""What the guide has everybody press first; every card of the gallery but two has this PIN."""


class Story:
    """A person with a reader."""

    def __init__(self, bench: Bench | None = None) -> None:
        self.bench = bench or Bench()

    def insert(self, card: str) -> None:
        """Put a card of the gallery in."""
        self.bench.insert_card(card)

    def pull(self) -> None:
        """Take it out."""
        self.bench.pull_card()

    def press(self, keys: str) -> None:
        """Press keys one after the other, by name or French legend."""
        for name in keys.split():
            self.bench.press_key(key_named(name))

    def wait(self, ms: Millis) -> None:
        """Let time pass."""
        self.bench.let_pass(ms)

    def shows(self, text: str) -> bool:
        """True when the lit screen says it, as a sentence or as a code in its groups."""
        return not self.bench.is_dark() and (
            text == group_digits(self.bench.shown_code()) or text in self.bench.shown_text()
        )

    def shows_a_code(self) -> bool:
        """True when digits are shown."""
        return not self.bench.is_dark() and bool(self.bench.shown_code())

    def dark(self) -> bool:
        """True when not one pixel is lit."""
        return self.bench.is_dark()
