"""The table of figures with their sources (`hw/data/figures.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

TABLE: Final = Path(__file__).parent.parent / "data" / "figures.toml"
BASES: Final = frozenset({"data sheet", "maker", "standard", "measured", "typical", "assumed"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, its unit, where it comes from, and how much that is worth."""

    value: float
    unit: str
    basis: str
    source: str


class Figures:
    """The table; `figures.pi_vil_max` is a value. Raises AttributeError for a name that is not in it."""

    def __init__(self, entries: Mapping[str, Figure]) -> None:
        self.entries: Mapping[str, Figure] = MappingProxyType(dict(entries))

    def __getattr__(self, name: str) -> float:
        try:
            return self.entries[name].value
        except KeyError:
            raise AttributeError(f"no figure {name} in {TABLE.name}") from None

    def changed(self, **values: float) -> "Figures":
        """A copy with other values, for questions of the kind "what if"."""
        new = {name: Figure(value, self.entries[name].unit, "assumed", "what if") for name, value in values.items()}
        return Figures({**self.entries, **new})


def load(path: Path = TABLE) -> Figures:
    """Read the table. Raises ValueError for an entry without a source or with an unknown basis."""
    entries: dict[str, Figure] = {}
    for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
        figure = Figure(float(row["value"]), str(row["unit"]), str(row["basis"]), str(row["source"]))
        if figure.basis not in BASES or not figure.source.strip():
            raise ValueError(f"figure {name}: basis {figure.basis!r}, source {figure.source!r}")
        entries[name] = figure
    return Figures(entries)
