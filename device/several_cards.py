"""What is told where several cards were tried and none makes codes."""

from typing import Final

from sesame_core.errors import Fault

MEANT: Final = frozenset({Fault.BLOCKED})
"""Faults of a card that is the one for codes: no other is tried then. A blocked application is none of them, for some
cards answer 6A81 to every name that they do not have."""

LEAST_TELLING: Final = (Fault.UNSUPPORTED, Fault.IN_USE, Fault.MUTE)
"""From the least on: a card that is not meant for codes says nothing about the one that is, and one that does not
answer says less than one that does."""


def choose_fault(one: Fault | None, other: Fault) -> Fault:
    """Of the faults of two cards, the one that a person is better told; the first of two that are as good."""
    return other if one is None or _rank_fault(other) > _rank_fault(one) else one


def _rank_fault(fault: Fault) -> int:
    return LEAST_TELLING.index(fault) if fault in LEAST_TELLING else len(LEAST_TELLING)
