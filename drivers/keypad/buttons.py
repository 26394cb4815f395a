"""Direct buttons: one pulled-up input a key, closed to ground. No ghosts, any number at once."""

from collections.abc import Callable, Mapping

from drivers.debounce import TIMING, Timing
from drivers.errors import KeypadError
from drivers.gpio.pins import InputLine, Pins
from drivers.keypad.scan import ScannedKeypad
from sesame_core.events import Key


class ButtonContacts:
    """The `Contacts` of direct buttons. `buttons`: place -> GPIO number and what the pin is called in messages."""

    def __init__(self, pins: Pins, buttons: Mapping[int, tuple[int, str]]) -> None:
        self._pins = pins
        self._buttons = dict(buttons)
        self._lines: dict[int, InputLine] = {}

    @property
    def max_trusted(self) -> int:
        """All of them: buttons do not see one another."""
        return len(self._buttons)

    def start(self, changed: Callable[[], None]) -> None:
        """Claim and watch every input."""
        for place, (gpio, name) in self._buttons.items():
            self._lines[place] = self._pins.input(gpio, name)
            self._lines[place].watch(changed)

    def scan_keys(self) -> frozenset[int]:
        """The buttons that are closed."""
        return frozenset(place for place, line in self._lines.items() if line.low())

    def let_rest(self) -> None:
        """Nothing to do: an input always gives edges."""

    def edge_lines(self) -> frozenset[int]:
        """The same: each button has its own line."""
        return self.scan_keys()

    def expect_edges(self, closed: frozenset[int]) -> frozenset[int]:
        """Those that are closed."""
        return closed

    def close(self) -> None:
        """Let go of the inputs."""
        for line in self._lines.values():
            line.close()
        self._lines = {}


def button_keypad(pins: Pins, buttons: Mapping[Key, int], timing: Timing = TIMING) -> ScannedKeypad:
    """A keypad of direct buttons: key -> GPIO number. Raises KeypadError when two keys share a pin."""
    if len(set(buttons.values())) < len(buttons):
        raise KeypadError("keypad: two buttons are on the same GPIO; give each its own")
    places = {place: (gpio, f"keypad button {place + 1}") for place, gpio in enumerate(buttons.values())}
    return ScannedKeypad(ButtonContacts(pins, places), dict(enumerate(buttons)), timing)
