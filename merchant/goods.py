"""What the shop sells: pure. Names and descriptions are in its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Good:
    """Something for sale. `code`: as the address and the words call it; `cents`: its price."""

    code: str
    cents: int


GOODS: Final[Mapping[str, Good]] = {
    good.code: good
    for good in (
        Good("lamp", 4199),
        Good("notebook", 990),
        Good("pen", 2450),
        Good("pencils", 720),
        Good("bag", 8900),
        Good("ink", 1240),
    )
}
"""In the order of showing."""

MOST_OF_ONE: Final = 9
"""Of one good in a basket."""


@dataclass(frozen=True, slots=True)
class BasketLine:
    """So many of one good."""

    good: Good
    count: int

    @property
    def cents(self) -> int:
        """For all of them."""
        return self.good.cents * self.count


@dataclass(frozen=True, slots=True)
class Basket:
    """What a visitor has chosen, in the order of showing."""

    counts: Mapping[str, int]

    @property
    def lines(self) -> tuple[BasketLine, ...]:
        """The goods of which there is at least one."""
        return tuple(BasketLine(GOODS[code], self.counts[code]) for code in GOODS if self.counts.get(code, 0) > 0)

    @property
    def cents(self) -> int:
        """The total."""
        return sum(line.cents for line in self.lines)

    def with_count(self, code: str, count: int) -> "Basket":
        """The same with so many of one good, within what may be of one. An unknown one is passed over."""
        if code not in GOODS:
            return self
        return Basket({**self.counts, code: max(0, min(count, MOST_OF_ONE))})
