"""What is printed on the keys: French, as on the pad that docs/hardware has an overlay for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sesame_core.events import Key

FRENCH_LEGENDS: Final[Mapping[Key, str]] = MappingProxyType(
    {Key.CHALLENGE: "Défi", Key.SIGN: "Signer", Key.CLEAR: "C", Key.OFF: "Arrêt"}
)
"""Where the legend differs from the key's own name, which configuration and scripts use."""


def legend_of(key: Key) -> str:
    """What is printed on the key."""
    return FRENCH_LEGENDS.get(key, key.value)
