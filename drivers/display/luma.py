"""The real display: an OLED through luma.oled, on any of luma's serial interfaces.

Only the rectangles that changed go over the bus. After any failed transfer nothing is taken for granted: the controller
is initialised anew and everything is sent again, a bounded number of times and for a bounded time. luma's own exit hook
is not used (it does not run on SIGTERM): `close` is what darkens the glass.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from luma.core.error import Error as LumaError  # type: ignore[import-untyped]

from drivers.display.bus import Bus, Wire
from drivers.display.chips import DisplayChip, initialise_controller
from drivers.display.frame import find_changes, pack_pages, turn_picture
from drivers.display.panels import SSD1306_128X64, Panel
from drivers.errors import DisplayError
from drivers.patience import Patience
from drivers.ports import Clock, Picture
from sesame_core.errors import UsageError

ATTEMPTS: Final = 3
"""How often one picture is tried, the controller initialised anew each time after the first."""

CONTRAST: Final = 0x7F
"""Half of what the controllers can do: easy to read indoors, and kind to the glass."""

FAILURES: Final = (OSError, LumaError)


class LumaDisplay:
    """A `drivers.ports.Display` on a real controller.

    `rotation`: how far the panel is turned, clockwise, in degrees (0, 90, 180, 270). `contrast`: 0 to 255.
    `clock`: on which its patience runs; the system's own where none is given. Raises UsageError for other values.
    """

    def __init__(
        self,
        bus: Bus,
        panel: Panel = SSD1306_128X64,
        *,
        rotation: int = 0,
        contrast: int = CONTRAST,
        clock: Clock | None = None,
    ) -> None:
        if rotation not in (0, 90, 180, 270) or not 0 <= contrast <= 255:
            raise UsageError(f"a rotation of {rotation} degrees and a contrast of {contrast}")
        self._bus = bus
        self._panel = panel
        self._rotation = rotation
        self._contrast = contrast
        self._patience = Patience(clock)
        self._wire: Wire | None = None
        self._chip: DisplayChip | None = None
        self._sent = bytearray()
        self._lit = False
        self._used = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as seen by the person."""
        width, height = self._panel.width, self._panel.height
        return (height, width) if self._rotation % 180 else (width, height)

    def start(self) -> None:
        """Open the bus and initialise the controller, dark. Raises DisplayError."""
        self._persist_in(lambda chip: None)

    def show_picture(self, picture: Picture) -> None:
        """Bring the picture to the glass and light it. Raises DisplayError, and UsageError for another size."""
        if (picture.width, picture.height) != self.size:
            raise UsageError(f"a picture of {picture.width} x {picture.height} on a display of {self.size}")
        frame = pack_pages(turn_picture(picture, -self._rotation))
        self._persist_in(lambda chip: self._send_changes(chip, frame))

    def switch_off(self) -> None:
        """Clear the controller's memory, then switch the panel off. Raises DisplayError.

        The next picture initialises the controller anew: one that lost its supply meanwhile cannot tell.
        """
        self._persist_in(_darken_chip)
        self._forget_frame()

    def close(self) -> None:
        """Leave the glass dark and the bus free. Never raises."""
        if self._used:
            with suppress(DisplayError):
                self.switch_off()
            self._used = False
        self._forget_frame()
        self._hang_up()

    def _send_changes(self, chip: DisplayChip, frame: bytearray) -> None:
        for window in find_changes(self._sent, frame, self._panel.width, chip.access):
            chip.write(window, window.cut(frame, self._panel.width))
        # Noted once all of it was sent: what fails in between is forgotten as a whole, and sent anew (`_persist_in`).
        self._sent[:] = frame
        # Lit only with a picture in memory: after a reset it holds noise, which would flash up.
        if not self._lit:
            chip.wake()
            self._lit = True

    def _persist_in(self, action: Callable[[DisplayChip], None]) -> None:
        """Do it, from the very beginning after each failure. Raises DisplayError, with the bus closed, once it
        was tried often enough, or long enough."""
        self._used = True
        self._patience.begin()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                action(self._ready_chip())
            except FAILURES as failure:
                self._forget_frame()
                if attempt == ATTEMPTS or self._patience.over:
                    self._hang_up()
                    raise DisplayError(f"the display does not answer: {self._bus.remedy}") from failure
            else:
                return

    def _ready_chip(self) -> DisplayChip:
        """The controller, initialised and black if it was not in use."""
        if self._wire is None:
            self._wire = _PatientWire(self._bus.open_wire(), self._patience)
            self._patience.begin()  # to open it may load a library from a slow card
        if self._chip is None:
            self._chip = initialise_controller(self._panel, self._wire, self._contrast)
            self._sent = bytearray(self._panel.width * self._panel.height // 8)
            self._lit = False
        return self._chip

    def _forget_frame(self) -> None:
        """What the controller holds is not known any more; what was sent is wiped, for it may have been a code."""
        self._chip = None
        self._sent[:] = bytes(len(self._sent))

    def _hang_up(self) -> None:
        if self._wire is not None:
            with suppress(*FAILURES):
                self._wire.cleanup()
            self._wire = None


class _PatientWire:
    """A wire on which no transfer begins once patience is over: each may succeed, as slow as if it hung."""

    def __init__(self, wire: Wire, patience: Patience) -> None:
        self._wire = wire
        self._patience = patience
        self.cleanup = wire.cleanup

    def command(self, *cmd: int) -> None:
        """Send command bytes. Raises OSError when it is too late."""
        self._patience.check()
        self._wire.command(*cmd)

    def data(self, data: list[int]) -> None:
        """Send picture bytes. Raises OSError when it is too late."""
        self._patience.check()
        self._wire.data(data)


def _darken_chip(chip: DisplayChip) -> None:
    chip.clear()
    chip.hide()
