"""The monochrome OLED panels that are known: which controller, how many pixels."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from drivers.errors import DisplayError


class Controller(Enum):
    """The chip behind the glass. The value is the name that the configuration uses."""

    SSD1305 = "ssd1305"
    SSD1306 = "ssd1306"
    SSD1309 = "ssd1309"
    SH1106 = "sh1106"


@dataclass(frozen=True, slots=True)
class Panel:
    """A controller with its glass, `width` x `height` pixels as it is built (before any rotation)."""

    controller: Controller
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.controller.value} {self.width}x{self.height}"


PANELS: Final = (
    Panel(Controller.SSD1306, 128, 64),
    Panel(Controller.SSD1306, 128, 32),
    Panel(Controller.SSD1306, 64, 48),
    Panel(Controller.SSD1306, 64, 32),
    Panel(Controller.SSD1305, 128, 64),
    Panel(Controller.SSD1305, 128, 32),
    Panel(Controller.SSD1309, 128, 64),
    Panel(Controller.SH1106, 128, 64),
)
"""What is sold and what luma.oled knows how to initialise."""

SSD1306_128X64: Final = PANELS[0]


def panel(controller: str, width: int, height: int) -> Panel:
    """The panel of that name and size. Raises DisplayError, naming those there are."""
    for each in PANELS:
        if (each.controller.value, each.width, each.height) == (controller, width, height):
            return each
    raise DisplayError(f"no display {controller} {width}x{height}; there are: {', '.join(map(str, PANELS))}")
