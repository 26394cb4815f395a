"""What is said of one kind of operation. One value a language, so that none can lack a kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from bank.operations.catalogue import OperationKind


@dataclass(frozen=True, slots=True)
class KindWords:
    """One kind of operation. `ask`: the form's heading; `verb`: its button; `done`: what holds once it is approved;
    `where`: the link to where that is to be seen."""

    name: str
    ask: str
    intro: str
    verb: str
    done: str
    where: str


@dataclass(frozen=True, slots=True)
class EveryKind:
    """All kinds in one language."""

    kinds: Mapping[OperationKind, KindWords]
