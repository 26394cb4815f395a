"""What can be wrong with how the device is set up."""

from sesame_core.errors import SesameError


class ConfigError(SesameError):
    """The configuration cannot be used; the message says what to change."""


class MirrorError(SesameError):
    """The mirror's socket cannot be made; the message says what to change."""
