"""What the page of a cash code says. One value a language, so that none can lack a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from bank.street.ports import CashFault


@dataclass(frozen=True, slots=True)
class CashWords:
    """All sentences in one language; amounts, times and numbers are filled in."""

    title: str
    intro: str
    amount: str
    give: str
    given: str
    shown: str
    code: str
    sum: str
    until: str
    only: str
    replaces: str
    faults: Mapping[CashFault, str]
