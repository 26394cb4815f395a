"""The keys as scripts write them: by name or by French legend, in any case."""

from typing import Final
from unicodedata import normalize

from drivers.keypad.legends import FRENCH_LEGENDS
from sesame_core.events import Key

LEGEND_NAMES: Final = (
    {legend.lower(): key for key, legend in FRENCH_LEGENDS.items()}
    | {"defi": Key.CHALLENGE, "arret": Key.OFF}
    | {key.value.lower(): key for key in Key}
)


def find_key(name: str) -> Key | None:
    """The key of that name; None where there is none."""
    return LEGEND_NAMES.get(normalize("NFC", name).lower())


def write_unknown(name: str) -> str:
    """What is said then."""
    return f"there is no key {name!r}; keys are {', '.join(key.value for key in Key)}"
