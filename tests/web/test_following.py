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
    """Two changes, and a beat between them."""

    async def list_changes(
        self, customer_id: int, beat_s: float, since: int | None = None
    ) -> AsyncIterator[int | None]:
        """See OperationFeed."""
        for seq in (customer_id, None, customer_id + 1, customer_id + 2):
            yield seq


def test_the_last_event_says_that_nothing_is_left_to_wait_for() -> None:
    left = [True, True, False]

    async def hear(feed: OperationFeed) -> list[str]:
        answer = cast("StreamingResponse", stream_changes(feed, 7, lambda: left.pop(0)))
        return [str(part) async for part in answer.body_iterator]

    with closing(open_in_memory()) as store:
        heard = asyncio.run(hear(ToldFeed(store)))
    assert heard == [
        "retry: 1000\n\n",
        'event: changed\ndata: {"waits": true}\n\n',
        ": here\n\n",
        'event: changed\ndata: {"waits": false}\n\n',
    ]
    assert left == []
