"""An update as the key takes it: a command in, an answer out that says what is wanted next.

Nothing here waits or has a thread. What must outlive the power is on the disk or in the sealed memory when an answer is
given; all else is the computer's who began, and goes with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from drivers.updates.disk import UpdateDiskError
from drivers.updates.memory import UpdateKnowledge, UpdateMemory
from drivers.updates.offers import Judgement, ProgramOffer, UpdateRefusedError
from drivers.updates.waiting import WaitingRoom
from sesame_core.esecure.updating import (
    UpdateAnswer,
    UpdateIns,
    UpdateNeed,
    UpdateStatus,
    read_block,
    refuse_update,
)
from sesame_core.piv.status import PivRefusedError, PivStatus, refuse_unless
from sesame_core.piv.transport import PivCommand

LOOK, TAKE = 0, 1
"""P1 of begin."""
MORE, LAST = 0, 1
"""P1 of a block."""
WHOLE_PERCENT: Final = 100


class Judge(Protocol):
    """`judge_metadata` with its root: what can be said of the metadata that are here."""

    def __call__(self, accepted: "dict[str, bytes]", arrived: "dict[str, bytes | None]", moment: datetime) -> Judgement:
        """Raises UpdateRefusedError."""
        ...


@dataclass(frozen=True, slots=True)
class RunningProgram:
    """`release`: its number, 0 for one that was installed by hand. `tell_failed`: the folders of those that did not
    start."""

    release: int
    tell_failed: Callable[[], frozenset[str]]


class UpdateTaking:
    """For one computer at a time."""

    def __init__(self, judge: Judge, memory: UpdateMemory, room: WaitingRoom, program: RunningProgram) -> None:
        self._judge, self._memory, self._room, self._program = judge, memory, room, program
        self.taking = False
        self.forget()

    @property
    def _running(self) -> int:
        return self._program.release

    def forget(self) -> None:
        """Another computer, or none: what it said is gone, what has arrived of a program stays."""
        self._arrived: dict[str, bytes | None] = {}
        self._file = bytearray()
        self._judged: Judgement | None = None
        self.taking = False

    def take_command(self, command: PivCommand) -> UpdateAnswer:
        """Raises PivRefusedError, after which it must be begun again, and VaultError."""
        try:
            return self._obey(command)
        except UpdateRefusedError as refusal:
            self.forget()
            raise refuse_update(refusal.status) from refusal
        except UpdateDiskError as error:
            self.forget()
            raise refuse_update(UpdateStatus.NOT_STORED) from error
        except PivRefusedError:
            self.forget()
            raise

    def _obey(self, command: PivCommand) -> UpdateAnswer:
        refuse_unless(command.p2 == 0 and command.p1 in {0, 1}, PivStatus.WRONG_P1_P2)
        if command.ins == UpdateIns.BEGIN_UPDATE:
            refuse_unless(not command.data, PivStatus.WRONG_DATA)
            return self._begin(taking=command.p1 == TAKE)
        if command.ins == UpdateIns.STOP_UPDATE:
            self.forget()
            return UpdateAnswer(UpdateNeed.NOTHING, running=self._running)
        judged = self._judged
        if judged is None:
            raise PivRefusedError(PivStatus.CONDITIONS_NOT_SATISFIED)
        if command.ins == UpdateIns.DENY_FILE:
            refuse_unless(bool(judged.wanted), PivStatus.CONDITIONS_NOT_SATISFIED)
            return self._have(judged.wanted, None)
        offset, block = read_block(command.data)
        if judged.wanted:
            return self._take_metadata(judged, offset, block, last=command.p1 == LAST)
        return self._take_program(judged.offer, offset, block)

    def _begin(self, *, taking: bool) -> UpdateAnswer:
        judged = self._judged if taking else None
        if self._room.is_ready:
            return UpdateAnswer(UpdateNeed.REPLUG, WHOLE_PERCENT, self._running)
        if judged is None or judged.offer is None:
            self.forget()
            self.taking = taking
            return self._go_on()
        self.taking = True
        return self._want(judged)

    # Metadata

    def _take_metadata(self, judged: Judgement, offset: int, block: bytes, *, last: bool) -> UpdateAnswer:
        fits = offset == len(self._file) and offset + len(block) <= judged.limit
        refuse_unless(fits, PivStatus.WRONG_DATA)
        self._file += block
        if last:
            return self._have(judged.wanted, bytes(self._file))
        return self._want(judged)

    def _have(self, name: str, content: bytes | None) -> UpdateAnswer:
        self._file.clear()
        self._arrived[name] = content
        return self._go_on()

    def _go_on(self) -> UpdateAnswer:
        known = self._memory.knowledge
        judged = self._judge(dict(known.accepted), self._arrived, known.moment)
        self._memory.keep(UpdateKnowledge(known.floor, judged.moment, judged.accepted))
        self._judged = judged
        return self._want(judged)

    def _want(self, judged: Judgement) -> UpdateAnswer:
        if judged.wanted:
            return UpdateAnswer(
                UpdateNeed.METADATA,
                running=self._running,
                offset=len(self._file),
                limit=judged.limit,
                name=judged.wanted,
            )
        offer = judged.offer
        if offer is None or not self._is_newer(offer):
            self.forget()
            return UpdateAnswer(UpdateNeed.NOTHING, running=self._running)
        if not self.taking:
            return UpdateAnswer(UpdateNeed.DECISION, running=self._running, offered=offer.release, limit=offer.size)
        return self._want_program(offer, self._room.begin(offer))

    def _is_newer(self, offer: ProgramOffer) -> bool:
        """Raises UpdateRefusedError: older than one that ran here."""
        floor = max(self._memory.knowledge.floor, self._program.release)
        if offer.release < floor:
            raise UpdateRefusedError(UpdateStatus.ROLLED_BACK, "the program is older than one that ran here")
        return offer.release > floor and offer.name not in self._program.tell_failed()

    # The program

    def _take_program(self, offer: ProgramOffer | None, offset: int, block: bytes) -> UpdateAnswer:
        if offer is None or not self.taking:
            raise PivRefusedError(PivStatus.CONDITIONS_NOT_SATISFIED)
        here = self._room.count_bytes(offer)
        refuse_unless(bool(block) and offset == here and here + len(block) <= offer.size, PivStatus.WRONG_DATA)
        self._room.add_block(offer, offset, block)
        return self._want_program(offer, here + len(block))

    def _want_program(self, offer: ProgramOffer, here: int) -> UpdateAnswer:
        percent = here * WHOLE_PERCENT // offer.size
        if here < offer.size:
            return UpdateAnswer(UpdateNeed.PROGRAM, percent, self._running, offer.release, here, offer.size, offer.path)
        self._room.finish(offer, self._memory.knowledge.accepted)
        self.forget()
        return UpdateAnswer(UpdateNeed.REPLUG, WHOLE_PERCENT, self._running, offer.release)
