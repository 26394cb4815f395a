"""Carries an update from a server to a key: whatever the key asks for, from where it asks for it, until it has enough.

    carrier = UpdateCarrier(card, HttpSource(url))
    found = carrier.look_for_update()                          # None: the key has the newest program
    ended = carrier.carry_update(window.show_percent, window.was_cancelled)

It decides nothing: an update that was begun by another computer, or before the key was pulled, goes on where it was,
since it is the key that says from which byte.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from launcher.updating.answers import (
    BEGIN,
    DENY,
    GIVE,
    STOP,
    KeyAnswer,
    Need,
    UpdateFailedError,
    UpdateTrouble,
    read_answer,
    write_command,
)
from launcher.updating.serving import ProgramFiles

FOLDERS: Final = {Need.METADATA: "metadata", Need.PROGRAM: "programs"}
SERVERS: Final = (UpdateTrouble.NO_SERVER, UpdateTrouble.TOO_SLOW, UpdateTrouble.TOO_LONG)
"""Troubles that the key does not know of: it is told that no more comes."""
MOST_FILES: Final = 100
"""A key that asks for more has gone astray."""


class UpdateCard(Protocol):
    """The key, by its commands."""

    def transmit(self, apdu: bytes) -> bytes:
        """The response with its status word; empty where the key is gone."""
        ...


@dataclass(frozen=True, slots=True)
class UpdateFound:
    """`running`, `offered`: release numbers; `size` in bytes. `here`: it is in the key already, which has to be taken
    out and put in again."""

    running: int
    offered: int
    size: int
    here: bool = False


class CarryEnd(Enum):
    """How it ended, where nothing failed."""

    REPLUG = "take the key out and put it in again"
    CANCELLED = "cancelled"
    NOTHING = "there is none"


class UpdateCarrier:
    """For one key. Every method raises UpdateFailedError."""

    def __init__(self, card: UpdateCard, source: ProgramFiles) -> None:
        self._card, self._source = card, source

    def look_for_update(self) -> UpdateFound | None:
        """Whether there is a newer program; carries some kilobytes."""
        answer = self._bring_metadata(self._send(BEGIN))
        if answer.need is Need.DECISION:
            return UpdateFound(answer.running, answer.offered, answer.limit)
        if answer.need is Need.REPLUG:
            return UpdateFound(answer.running, answer.offered, 0, here=True)
        return None

    def carry_update(self, report: Callable[[int], None], is_cancelled: Callable[[], bool]) -> CarryEnd:
        """Bring it. `report` is told the per cent, whenever it is another; `is_cancelled` is asked after every
        block."""
        try:
            return self._carry(report, is_cancelled)
        except UpdateFailedError as failure:
            if failure.trouble in SERVERS:
                self._send(STOP)
            raise

    def _carry(self, report: Callable[[int], None], is_cancelled: Callable[[], bool]) -> CarryEnd:
        answer = self._bring_metadata(self._send(BEGIN, 1))
        told = -1
        if answer.need is Need.PROGRAM:
            blocks = self._source.fetch_blocks(f"{FOLDERS[answer.need]}/{answer.name}", answer.offset, answer.limit)
            if blocks is None:
                raise UpdateFailedError(UpdateTrouble.NO_SERVER, "the program is not there")
            with closing(blocks):
                for block in blocks:
                    if answer.percent > told:
                        told = answer.percent
                        report(told)
                    if is_cancelled():
                        self._send(STOP)
                        return CarryEnd.CANCELLED
                    answer = self._send(GIVE, 0, answer.offset.to_bytes(4, "big") + block)
        if answer.need is Need.PROGRAM:
            raise UpdateFailedError(UpdateTrouble.NO_SERVER, "the program ended too early")
        if answer.need is Need.REPLUG:
            report(100)
            return CarryEnd.REPLUG
        return CarryEnd.NOTHING

    def _bring_metadata(self, answer: KeyAnswer) -> KeyAnswer:
        for _ in range(MOST_FILES):
            if answer.need is not Need.METADATA:
                return answer
            answer = self._bring_file(answer)
        raise UpdateFailedError(UpdateTrouble.KEY_REFUSED, "it asks for one file after the other")

    def _bring_file(self, answer: KeyAnswer) -> KeyAnswer:
        blocks = self._source.fetch_blocks(f"{FOLDERS[answer.need]}/{answer.name}", 0, answer.limit)
        if blocks is None:
            return self._send(DENY)
        offset, held = 0, b""
        with closing(blocks):
            for block in blocks:
                if held:
                    self._send(GIVE, 0, offset.to_bytes(4, "big") + held)
                    offset += len(held)
                held = block
        return self._send(GIVE, 1, offset.to_bytes(4, "big") + held)

    def _send(self, ins: int, p1: int = 0, data: bytes = b"") -> KeyAnswer:
        return read_answer(self._card.transmit(write_command(ins, p1, data)))
