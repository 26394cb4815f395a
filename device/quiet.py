"""Parts that are not there: no supply to switch, nothing to sound."""

from collections.abc import Sequence

from drivers.ports import Notify
from sesame_core.events import Event, Millis


class _Nothing:
    def start(self, notify: Notify) -> None:
        """Nothing to claim."""

    def due(self) -> Millis | None:
        """Never."""
        return None

    def poll(self, now: Millis) -> Sequence[Event]:
        """No events."""
        return ()

    def close(self) -> None:
        """Nothing to let go of."""


class NoPower(_Nothing):
    """A `Power` that is always on."""

    def asleep(self) -> None:
        """Nothing to save."""

    def awake(self) -> None:
        """Nothing to switch."""


class NoSound(_Nothing):
    """A `Sound` that is silent."""

    def key(self) -> None:
        """Silence."""

    def right(self) -> None:
        """Silence."""

    def wrong(self) -> None:
        """Silence."""

    def off(self) -> None:
        """Silence."""
