"""What the cash machine says, one module a language: see `merchant.languages`."""

from collections.abc import Mapping

from merchant.languages import find_words
from merchant.machine.words.sentences import MachineWords


def list_machine_words() -> Mapping[str, MachineWords]:
    """Every language by its code; the first is the one for whoever asks for another."""
    return find_words(__name__, __path__, MachineWords)


__all__ = ["MachineWords", "list_machine_words"]
