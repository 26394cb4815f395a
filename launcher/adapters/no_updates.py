"""Where no update is served."""

from collections.abc import Callable

from launcher.ports import Card


class NoUpdates:
    """See UpdateSource."""

    def find_update(self, _card: Card, _version: str) -> str:
        """See UpdateSource: none."""
        return ""

    def fetch_update(self, _card: Card, _advance: Callable[[int], bool]) -> bool:
        """See UpdateSource: there is nothing to fetch."""
        return False
