"""What a page hears that waits for a telephone: with each change whether there is anything left to wait for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from typing import cast

from starlette.responses import StreamingResponse

from bank.demo.database import open_in_memory
from bank.web.coopanet.following import stream_changes
from bank.web.feed import OperationFeed


class ToldFeed(OperationFeed):
    """The last change of all, a beat, and two changes."""

    async def list_changes(
        self, customer_id: int, beat_s: float, since: int | None = None
    ) -> AsyncIterator[int | None]:
        """See OperationFeed."""
        for seq in (customer_id, None, customer_id + 1, customer_id + 2):
            yield seq


def hear(*left: bool) -> list[str]:
    """What the page hears that has something left to wait for at each look."""
    looks = list(left)

    async def listen(feed: OperationFeed) -> list[str]:
        answer = cast("StreamingResponse", stream_changes(feed, 7, lambda: looks.pop(0)))
        return [str(part) async for part in answer.body_iterator]

    with closing(open_in_memory()) as store:
        heard = asyncio.run(listen(ToldFeed(store)))
    assert not looks
    return heard


def test_the_last_event_says_that_nothing_is_left_to_wait_for() -> None:
    assert hear(True, True, True, False) == [
        "retry: 1000\n\n",
        ": here\n\n",
        ": here\n\n",
        'event: changed\ndata: {"waits": true}\n\n',
        'event: changed\ndata: {"waits": false}\n\n',
    ]


def test_what_was_decided_between_the_page_and_its_stream_is_told_at_once() -> None:
    assert hear(False) == ["retry: 1000\n\n", 'event: changed\ndata: {"waits": false}\n\n']
