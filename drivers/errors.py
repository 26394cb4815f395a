"""Every OSError, PC/SC, GPIO or luma error ends here: the only errors a port may raise.

Messages say what to do next and never quote what travelled over the wire.
"""

from sesame_core.errors import SesameError


class DriverError(SesameError):
    """Something of the hardware, or of what the system gives us to reach it."""


class SlotError(DriverError):
    """The smart-card reader or its service (PC/SC) cannot be used."""


class NoReaderError(SlotError):
    """No smart-card reader is connected, or none of the name asked for."""


class NoCardError(SlotError):
    """A reader is there but no card is in it."""


class DisplayError(DriverError):
    """The display does not answer after every bounded retry and re-initialisation."""


class KeypadError(DriverError):
    """The keypad's pins cannot be claimed or read."""


class PowerError(DriverError):
    """The supply cannot be switched or measured."""
