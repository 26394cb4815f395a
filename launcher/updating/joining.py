"""The update behind the launcher's own port: its errors are rows of the error table, its names are numbers."""

from collections.abc import Callable
from typing import Final

from launcher.ports import Card
from launcher.troubles import CardGoneError, LaunchError, LaunchTrouble
from launcher.updating.answers import UpdateFailedError, UpdateTrouble
from launcher.updating.carrying import CarryEnd, UpdateCarrier
from launcher.updating.serving import ProgramFiles

PATH: Final = "/updates"
"""Below the bank's business site."""

ROWS: Final = {UpdateTrouble.NO_SERVER: LaunchTrouble.NOT_FOUND, UpdateTrouble.TOO_SLOW: LaunchTrouble.TIMED_OUT}


class CarriedUpdates:
    """See UpdateSource. `files`: `HttpSource(settings.site + PATH, ...)`."""

    def __init__(self, files: ProgramFiles) -> None:
        self._files = files

    def find_update(self, card: Card, _version: str) -> str:
        """The number of the newer release; empty where there is none, or this key takes none. The key knows its own
        version."""
        try:
            found = UpdateCarrier(card, self._files).look_for_update()
        except UpdateFailedError as failure:
            if failure.trouble is UpdateTrouble.NOT_TAKEN:
                return ""
            raise _row_of(failure) from failure
        return str(found.offered) if found else ""

    def fetch_update(self, card: Card, advance: Callable[[int], bool]) -> bool:
        """See UpdateSource."""
        going = True

        def report(percent: int) -> None:
            nonlocal going
            going = advance(percent) and going

        try:
            ended = UpdateCarrier(card, self._files).carry_update(report, lambda: not going)
        except UpdateFailedError as failure:
            raise _row_of(failure) from failure
        return ended is CarryEnd.REPLUG


def _row_of(failure: UpdateFailedError) -> LaunchError:
    if failure.trouble is UpdateTrouble.KEY_GONE:
        return CardGoneError()
    return LaunchError(ROWS.get(failure.trouble, LaunchTrouble.UPDATE), str(failure))
