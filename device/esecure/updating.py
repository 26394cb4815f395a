"""The update between computer and glass: its commands as steps of the card's worker, and what the table is told."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from device.esecure.jobs import CardSteps
from drivers.errors import DriverError
from sesame_core.esecure import events as own
from sesame_core.esecure.updating import UpdateIns, UpdateNeed, is_for_update, read_update, write_answer
from sesame_core.events import Event, Millis
from sesame_core.piv.status import PivRefusedError, PivStatus
from sesame_core.piv.transport import Chains, refusal_of
from sesame_core.piv.vault import VaultError

if TYPE_CHECKING:
    from drivers.updates.taking import UpdateTaking

log = logging.getLogger(__name__)

LONGEST_ROOT: Final = 8192


class UpdateRootError(DriverError):
    """The file with the root of updates cannot be used."""


class UpdateDesk:
    """Takes the update's commands from the computer. Without a root every one is answered 6A81."""

    def __init__(self, open_taking: "Callable[[], UpdateTaking] | None" = None) -> None:
        """`open_taking`: called at the first command, since its libraries take seconds on a small board."""
        self._open = open_taking
        self._taking: UpdateTaking | None = None
        self._chains = Chains()
        self._shown = False
        self._told: list[Callable[[Millis], Event]] = []

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def begin_anew(self) -> None:
        """The key's program starts: what was taken until now, another may have taken."""
        self.leave_host()
        self._taking = None

    def takes_command(self, apdu: bytes) -> bool:
        """True for one of its own."""
        return is_for_update(apdu)

    def exchange(self, apdu: bytes) -> CardSteps:
        """As the card's: the response at the end; nothing is asked."""
        yield from ()
        try:
            return self._answer(apdu)
        except PivRefusedError as refusal:
            self._end()
            return refusal_of(refusal)
        except VaultError as error:
            log.warning("no update can be taken: %s", error)
            self._end()
            return PivStatus.MEMORY_FAILURE.to_bytes(2, "big")

    def forget_chain(self) -> None:
        """The card has power anew: whoever was half through a command is gone."""
        self._chains.forget()

    def leave_host(self) -> None:
        """Another computer, or none: what has arrived stays, all else goes."""
        self._chains.forget()
        self._shown = False
        self._told.clear()
        if self._taking is not None:
            self._taking.forget()

    def take_events(self, at: Millis) -> list[Event]:
        """What the table is to know of the last command."""
        told, self._told = self._told, []
        return [make(at) for make in told]

    def _answer(self, apdu: bytes) -> bytes:
        """Raises PivRefusedError, VaultError."""
        if self._open is None:
            raise PivRefusedError(PivStatus.FUNCTION_NOT_SUPPORTED)
        whole = self._chains.join_links(read_update(apdu))
        if whole is None:
            return PivStatus.SUCCESS.to_bytes(2, "big")
        if self._taking is None:
            self._taking = self._open_taking(self._open)
        answer = self._taking.take_command(whole)
        if answer.need is UpdateNeed.REPLUG:
            self._shown = False
            self._told.append(own.UpdateEnded)
        elif answer.need is UpdateNeed.PROGRAM:
            self._shown = True
            self._told.append(partial(own.UpdateMoved, percent=answer.percent))
        elif whole.ins == UpdateIns.STOP_UPDATE:
            self._end()
        return write_answer(answer) + PivStatus.SUCCESS.to_bytes(2, "big")

    def _open_taking(self, open_taking: "Callable[[], UpdateTaking]") -> "UpdateTaking":
        """Raises PivRefusedError: it cannot judge any; VaultError."""
        try:
            return open_taking()
        except DriverError as error:
            log.warning("no update can be taken: %s", error)
            raise PivRefusedError(PivStatus.FUNCTION_NOT_SUPPORTED) from error

    def _end(self) -> None:
        """It does not go on; the glass says so where it said anything."""
        if self._shown:
            self._shown = False
            self._told.append(own.UpdateStopped)


def read_root(path: Path) -> bytes:
    """The root of updates. Raises UpdateRootError."""
    try:
        with path.open("rb") as file:
            root = file.read(LONGEST_ROOT + 1)
    except OSError as cause:
        raise UpdateRootError(
            f"cannot read the root of updates {path}: {cause.strerror}; set key.updates to its file, or to nothing"
        ) from cause
    if len(root) > LONGEST_ROOT:
        raise UpdateRootError(f"{path} is no root of updates: it has more than {LONGEST_ROOT} bytes")
    return root
