"""A little SVG: elements as text, numbers always written the same way, everything in millimetres."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final

FONT: Final = "Helvetica, Arial, 'DejaVu Sans', sans-serif"


def number(value: float) -> str:
    """At most two decimals, no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, attributes: Mapping[str, str | float], content: str = "") -> str:
    """One element; `_` in an attribute's name stands for `-`."""
    written = "".join(
        f' {key.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


@dataclass(slots=True)
class Picture:
    """A page being drawn; later elements cover earlier ones."""

    width: float
    height: float
    elements: list[str] = field(default_factory=list)

    def add(self, name: str, attributes: Mapping[str, str | float], content: str = "") -> None:
        """Append an element."""
        self.elements.append(element(name, attributes, content))

    def rect(self, x: float, y: float, width: float, height: float, **style: str | float) -> None:
        """A rectangle."""
        self.add("rect", {"x": x, "y": y, "width": width, "height": height, **style})

    def line(self, x1: float, y1: float, x2: float, y2: float, **style: str | float) -> None:
        """A line."""
        self.add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, **style})

    def circle(self, x: float, y: float, radius: float, **style: str | float) -> None:
        """A disc."""
        self.add("circle", {"cx": x, "cy": y, "r": radius, **style})

    def text(
        self, x: float, y: float, words: str, size: float = 3, anchor: str = "start", **style: str | float
    ) -> None:
        """One line of text; (x, y) is on its base line."""
        attributes = {"x": x, "y": y, "font_size": size, "text_anchor": anchor, **style}
        self.add("text", attributes, escape(words))

    def path(self, drawn: str, **style: str | float) -> None:
        """A path; `drawn` is the value of its `d`."""
        self.add("path", {"d": drawn, **style})

    def lines(self, x: float, y: float, words: Iterable[str], size: float = 3) -> None:
        """Several lines of text."""
        for index, line in enumerate(words):
            self.text(x, y + index * size * 1.4, line, size)

    def document(self) -> str:
        """The file."""
        size = f'width="{number(self.width)}mm" height="{number(self.height)}mm"'
        box = f'viewBox="0 0 {number(self.width)} {number(self.height)}"'
        start = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} font-family="{FONT}">'
        return "\n".join([start, *self.elements, "</svg>"]) + "\n"
