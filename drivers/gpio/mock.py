"""gpiozero's mock pin factory with a board behind it: the driver's pins drive and hear the wires of a `Circuit`."""

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from gpiozero.exc import PinInvalidFunction, PinSetInput  # type: ignore[import-untyped]
from gpiozero.pins.mock import MockFactory, MockPin, PinState  # type: ignore[import-untyped]

from drivers.circuit import Circuit, Drive
from drivers.gpio.zero import ZeroPin

ZERO_2_W = "902120"
"""A revision code of the Raspberry Pi Zero 2 W (Raspberry Pi documentation, "Raspberry Pi revision codes")."""

HISTORY: Final = 4

PULLS = {"up": Drive.PULL_UP, "down": Drive.PULL_DOWN, "floating": Drive.FLOATING}

if TYPE_CHECKING:
    # gpiozero has no types: without this the base classes would be Any and nothing here would be checked.
    class _Pin:
        _function: str
        _state: bool
        _pull: str
        when_changed: object

        def __init__(self, factory: object, info: Any) -> None: ...  # noqa: ANN401
        def _set_pull(self, value: str) -> None: ...
        def drive_high(self) -> None: ...
        def drive_low(self) -> None: ...

    class _Factory:
        def __init__(self, revision: str, pin_class: type[_Pin]) -> None: ...
        def pin(self, name: int) -> ZeroPin: ...
        def close(self) -> None: ...
else:
    _Pin, _Factory = MockPin, MockFactory


class TwinPin(_Pin):
    """A mock pin whose level is its wire's; its history is short, for a simulated reader may run for days."""

    def __init__(self, factory: "TwinFactory", info: Any) -> None:  # noqa: ANN401 -- gpiozero's PinInfo, untyped
        self._latch = False
        self._wire = int(info.name.removeprefix("GPIO"))
        self._circuit = factory.circuit
        self._fixed_pull = info.pull or "floating"
        super().__init__(factory, info)
        factory.attach(self._wire, self)
        self._set_function("input")
        self._state = self._circuit.level_of(self._wire)

    def heard(self, level: bool) -> None:
        """The wire has changed: an input gives an edge."""
        self.states.append(PinState(0.0, level))
        if self._function == "output":
            self._state = level
        elif level:
            self.drive_high()
        else:
            self.drive_low()

    def close(self) -> None:
        """Reset the pin as lgpio's does: an input without a pull of the Pi's own."""
        self.when_changed = None
        self._pull = self._fixed_pull
        self._set_function("input")

    def clear_states(self) -> None:
        """Begin the history anew: the last few levels, enough to tell a pulse."""
        self.states: deque[PinState] = deque(maxlen=HISTORY)

    def _change_state(self, value: bool) -> bool:
        changed, self._state = self._state != value, value
        self._last_change = 0.0
        return changed

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise PinInvalidFunction("function must be input or output")
        self._function = value
        self._apply()

    def _set_state(self, value: float) -> None:
        if self._function == "input":
            raise PinSetInput(f"cannot set state of pin {self!r}")
        self._latch = bool(value)
        self._apply()

    def _set_pull(self, value: str) -> None:
        """The mock's checks, but the level is the wire's and not the pull's."""
        level = self._state
        super()._set_pull(value)
        self._state = level
        self._apply()

    def _apply(self) -> None:
        if self._function == "output":
            self._circuit.apply_levels(self._wire, Drive.HIGH if self._latch else Drive.LOW)
        else:
            self._circuit.apply_levels(self._wire, PULLS[self._pull])


class TwinFactory(_Factory):
    """A pin factory for one board. Each board has its own; gpiozero's global factory is never touched."""

    def __init__(self, circuit: Circuit, revision: str = ZERO_2_W) -> None:
        super().__init__(revision, TwinPin)
        self.circuit = circuit
        self._attached: dict[int, TwinPin] = {}
        circuit.listen_to(self._heard)

    def attach(self, wire: int, pin: TwinPin) -> None:
        """From now on this pin hears its wire."""
        self._attached[wire] = pin

    def _heard(self, wire: int, level: bool) -> None:
        if wire in self._attached:
            self._attached[wire].heard(level)
