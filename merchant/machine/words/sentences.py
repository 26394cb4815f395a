"""What the cash machine says. One value a language, so that none can lack a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from merchant.machine.books import CashOutcome, MachineCondition


@dataclass(frozen=True, slots=True)
class MachineWords:
    """All sentences of one language. `outcomes`: heading and sentence. `amount`: how one is written, with `{whole}`."""

    language: str
    name: str
    demonstration: str
    skip: str
    title: str
    intro: str
    code: str
    hint: str
    go: str
    slip: str
    amount: str
    notes: str
    note: str
    again: str
    outcomes: Mapping[CashOutcome, tuple[str, str]]
    keeper: str
    keeper_text: str
    conditions: Mapping[MachineCondition, str]
    change: str
    missing_title: str
    missing: str
    broken_title: str
    broken: str
