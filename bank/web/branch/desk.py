"""Signing on at the branch: a staff card in the reader, and the post that the books know."""

import asyncio
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from bank.books.clock import pass_time, wall_ms
from bank.books.people import Post, StaffMember
from bank.books.records import user_code
from bank.books.store_sql import SqlStore
from bank.emv.codes import normalise_code
from bank.journal.keeping import append_line
from bank.people.staff import find_staff
from bank.verification import Verifier
from bank.web.coopanet.sign_in import Clock, Pause, PlaceLimit, RefusalTime
from bank.web.shared import BookSourceLimit
from web.clock import elapsed

NOBODY = "nobody"
"""Who acts in the journal where nobody was let in."""


@dataclass(frozen=True)
class StaffDesk:
    """Where a staff code, a post and a code are taken. Every refusal is in the same words and takes the same time."""

    store: SqlStore
    verifier: Verifier
    sources: PlaceLimit
    now: Clock = elapsed
    pause: Pause = asyncio.sleep
    refusal: RefusalTime = field(default_factory=lambda: RefusalTime(elapsed))

    async def sign_on(self, code: str, post: str, sesame: str, source: str) -> StaffMember | None:
        """Who works here under that code and at that post, if the code is his card's and unused. Raises StateError."""
        begin = self.now()
        member = await run_in_threadpool(self._look, code, post, sesame, source) if normalise_code(sesame) else None
        if member is None:
            await self.pause(max(0.0, self.refusal.end(begin) - self.now()))
        return member

    def _look(self, code: str, post: str, sesame: str, source: str) -> StaffMember | None:
        if not self.sources.admit_source(source):
            if self.sources.newly_closed(source):
                self._journal(NOBODY, "sign-on closed to a place")
            return None
        with self.store.reading() as connection:
            found = find_staff(connection, user_code(code))
        member, card = found or (None, "")
        accepted = self.verifier.verify(card, sesame, source=source).accepted
        if member is None or not accepted or member.post.value != post:
            self._journal(name_actor(member) if member else NOBODY, "sign-on refused")
            return None
        self.sources.give_back(source)
        self._journal(name_actor(member), "signed on")
        return member

    def _journal(self, actor: str, event: str) -> None:
        with self.store.writing() as connection:
            append_line(connection, pass_time(connection, wall_ms()), actor, "branch", event)


def open_staff_desk(store: SqlStore, verifier: Verifier) -> StaffDesk:
    """The desk, which shares with every other process what it holds against whom."""
    return StaffDesk(store, verifier, BookSourceLimit(store, prefix="staff-source/"))


def name_actor(member: StaffMember) -> str:
    """How the journal calls somebody who works here."""
    return f"staff {member.staff_code} ({member.post.value})"


def list_posts() -> tuple[Post, ...]:
    """Every post, in the order of the form."""
    return tuple(Post)
