"""Every check by name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from hw.checks import budget, guards, keys, levels, wake, wiring
from hw.checks.figures import Figures
from hw.kicad.netlist import Netlist

Check: TypeAlias = Callable[[Netlist, Figures], list[str]]


def _plain(check: Callable[[Netlist], list[str]]) -> Check:
    def with_figures(netlist: Netlist, _: Figures) -> list[str]:
        return check(netlist)

    return with_figures


CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "every signal of the pin file is wired": _plain(wiring.missing_signals),
        "every wired GPIO is in the pin file": _plain(wiring.unknown_wires),
        "every signal ends at its contact": _plain(wiring.wrong_far_ends),
        "the ribbon is the maker's": _plain(wiring.wrong_ribbon),
        "no conflict with boot, console or bus": _plain(wiring.conflicts),
        "every part can be ordered": _plain(wiring.incomplete_parts),
        "supplies are apart": _plain(levels.rails_joined),
        "no GPIO sees more than 3.3 V": _plain(levels.overvoltage),
        "I2C is pulled up once": levels.i2c,
        "keys read right": keys.keys_read_right,
        "everything is defined at boot": levels.boot,
        "closed contacts read low": levels.closed_contacts,
        "a contact wakes once": wake.wake,
        "fingers and cables meet a resistor first": guards.sparks,
        "cables and windows meet a diode array": _plain(guards.arrayed),
        "the buzzer has its own charge": guards.buffered,
        "no rail is overloaded": budget.overloads,
    }
)


def findings(netlist: Netlist, figures: Figures) -> dict[str, list[str]]:
    """What each check found; only those that found something."""
    results = {name: check(netlist, figures) for name, check in CHECKS.items()}
    return {name: found for name, found in results.items() if found}
