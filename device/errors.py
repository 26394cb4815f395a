"""What can be wrong with how the device is set up."""

from sesame_core.errors import SesameError


class ConfigError(SesameError):
    """The configuration cannot be used; the message says what to change, one line a fault."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class MirrorError(SesameError):
    """The mirror's socket cannot be made; the message says what to change."""
