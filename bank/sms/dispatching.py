"""Takes what is in the outbox to a carrier, on a thread of its own: no decision waits for a telephone network."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bank.books.clock import WallClock, pass_time, wall_ms
from bank.books.store_sql import SqlStore
from bank.errors import StateError
from bank.sms.book import CarryPolicy, TakenText, note_failed, note_receipt, note_sent, put_off, take_on
from bank.sms.ports import CarryAnswer, CarryOutcome, NumberError, OutgoingText, TextCarrier, TextReceipt, parse_number

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
"""How often the outbox is looked into, in seconds."""
USUAL: Final = CarryPolicy()

EARLY_S: Final = (0.0, 0.2, 1.0, 5.0)
"""A receipt may overtake the answer that names its message, here or in another process: seconds before each look."""

MOST_EARLY: Final = 1_000
"""Receipts that are looked for at once: whoever sends more of messages that nobody knows is not waited for."""


class TextDispatcher:
    """One for each process that has a carrier."""

    def __init__(
        self,
        store: SqlStore,
        carrier: TextCarrier,
        policy: CarryPolicy = USUAL,
        wall: WallClock = wall_ms,
        look_s: float = LOOK_S,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._policy = policy
        self._wall = wall
        self._look_s = look_s
        self._early: set[asyncio.Task[None]] = set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Carry while the context lasts."""
        loop = asyncio.new_event_loop()
        ended = asyncio.Event()
        thread = threading.Thread(target=loop.run_until_complete, args=(self._serve(ended),), name="sms", daemon=True)
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join()
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    async def _serve(self, ended: asyncio.Event) -> None:
        async with self._carrier.connected(self._take_receipt):
            while not ended.is_set():
                busy = await self.carry_due()
                if not busy:
                    await _wait(ended, self._look_s)
        for each in tuple(self._early):
            each.cancel()

    async def carry_due(self) -> int:
        """Carry what is due now: how many messages were taken on. Books that are away are looked into again later."""
        try:
            taken = await asyncio.to_thread(self._take_on)
        except StateError as error:
            log.error("%s", error)
            return 0
        await asyncio.gather(*(self._carry(text) for text in taken))
        return len(taken)

    def _take_on(self) -> list[TakenText]:
        with self._store.writing() as connection:
            return list(take_on(connection, self._policy, pass_time(connection, self._wall())))

    async def _carry(self, text: TakenText) -> None:
        try:
            outgoing = OutgoingText(text.number, parse_number(text.telephone), text.text)
        except NumberError:
            answer = CarryAnswer(CarryOutcome.REFUSED)
        else:
            answer = await self._carrier.carry_text(outgoing)
        try:
            await asyncio.to_thread(self._note, text, answer)
        except StateError as error:
            log.error("%s", error)  # its lease runs out, and it is sent again

    def _note(self, text: TakenText, answer: CarryAnswer) -> None:
        with self._store.writing() as connection:
            now_ms = pass_time(connection, self._wall())
            if answer.outcome is CarryOutcome.TAKEN:
                note_sent(connection, text.number, answer.message_id, now_ms)
            elif answer.outcome is CarryOutcome.REFUSED:
                note_failed(connection, text.number, now_ms)
            else:
                put_off(connection, text.number, now_ms + self._policy.find_wait(text.tries), now_ms)

    def _take_receipt(self, receipt: TextReceipt) -> None:
        """On the carrier's loop, which is this one's: the books are written to beside it."""
        if len(self._early) < MOST_EARLY:
            task = asyncio.get_running_loop().create_task(self._note_in_time(receipt))
            self._early.add(task)
            task.add_done_callback(self._early.discard)

    async def _note_in_time(self, receipt: TextReceipt) -> None:
        """Until a message waits for it, or none is to be expected any more."""
        for seconds in EARLY_S:
            await asyncio.sleep(seconds)
            if await asyncio.to_thread(self._note_receipt, receipt):
                return

    def _note_receipt(self, receipt: TextReceipt) -> bool:
        try:
            with self._store.writing() as connection:
                return note_receipt(connection, receipt, pass_time(connection, self._wall()))
        except StateError as error:
            log.error("%s", error)
            return False


async def _wait(ended: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(ended.wait(), seconds)
    except TimeoutError:
        return
