"""Updates from the bank's repository (docs/esecure.md, Updates): what `launcher.updating` carries, as the course asks
for it."""

import ssl
from collections.abc import Callable
from typing import Final

from launcher.ports import Card
from launcher.troubles import CardGoneError, LaunchError, LaunchTrouble
from launcher.updating.answers import UpdateFailedError, UpdateTrouble
from launcher.updating.carrying import CarryEnd, UpdateCarrier
from launcher.updating.serving import HttpSource, ProgramFiles

ROWS: Final = {UpdateTrouble.NO_SERVER: LaunchTrouble.NOT_FOUND, UpdateTrouble.TOO_SLOW: LaunchTrouble.TIMED_OUT}
"""What the guide's table has a row of its own for."""


class RepositoryUpdates:
    """See UpdateSource. `source`: where the files come from; None where the bank serves none."""

    def __init__(self, source: ProgramFiles | None) -> None:
        self._source = source

    def find_update(self, card: Card, _version: str) -> str:
        """See UpdateSource. The key itself says which program it has, and which is newer; one that takes none has
        none."""
        if self._source is None:
            return ""
        try:
            found = UpdateCarrier(card, self._source).look_for_update()
        except UpdateFailedError as failure:
            if failure.trouble is UpdateTrouble.NOT_TAKEN:
                return ""
            raise explain_failure(failure) from None
        return str(found.offered) if found is not None else ""

    def fetch_update(self, card: Card, advance: Callable[[int], bool]) -> bool:
        """See UpdateSource."""
        if self._source is None:
            return False
        cancelled = False

        def report(percent: int) -> None:
            nonlocal cancelled
            cancelled = not advance(percent) or cancelled

        try:
            ended = UpdateCarrier(card, self._source).carry_update(report, lambda: cancelled)
        except UpdateFailedError as failure:
            raise explain_failure(failure) from None
        if ended is CarryEnd.NOTHING:  # taken back since it was offered: a window at 0 per cent would wait for ever
            raise LaunchError(LaunchTrouble.UPDATE, ended.value)
        return ended is CarryEnd.REPLUG


def open_updates(address: str, authority: str) -> RepositoryUpdates:
    """From this address, by HTTPS with our authority alone; none where it is empty. The key judges what comes, so that
    HTTP is no danger; whoever listens knows then which release a key takes."""
    if not address:
        return RepositoryUpdates(None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority)
    return RepositoryUpdates(HttpSource(address, context))


def explain_failure(failure: UpdateFailedError) -> LaunchError:
    """As a row of the table."""
    if failure.trouble is UpdateTrouble.KEY_GONE:
        return CardGoneError("during the update")
    return LaunchError(ROWS.get(failure.trouble, LaunchTrouble.UPDATE), str(failure))
