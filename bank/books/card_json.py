"""An issued card as JSON, for a store to seal and keep. The card's own keys are not in it: they are derived anew."""

from collections.abc import Mapping
from dataclasses import asdict
from enum import Enum
from typing import Any

from bank.books.records import IssuedCard
from bank.emv.issuer import CryptogramVersion

BYTES = ("aid", "aip", "pdol", "cdol1", "ipb", "iaf", "tail")


def card_to_dict(card: IssuedCard) -> dict[str, Any]:
    """An issued card as JSON takes it."""
    return {name: _plain(value) for name, value in asdict(card).items()}


def card_from_dict(fields: Mapping[str, Any]) -> IssuedCard:
    """The way back. Raises ValueError, TypeError or IssuingError for what is no card."""
    values = dict(fields)
    for name in BYTES:
        values[name] = None if values[name] is None else bytes.fromhex(values[name])
    values["version"] = CryptogramVersion(values["version"])
    return IssuedCard(**values)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return value.value if isinstance(value, Enum) else value
