"""Server-sent events for a page that waits for a telephone (HTML standard, 9.2): that something changed, no more."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from bank.web.feed import OperationFeed

BEAT_S: Final = 10.0


def stream_changes(feed: OperationFeed, customer_id: int, waits: Callable[[], bool]) -> Response:
    """`changed` with each change of the customer's operations, and whether the page still has something to wait for; as
    long as it has."""

    async def events() -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        began = False
        async for seq in feed.list_changes(customer_id, BEAT_S, since=0):
            still = await run_in_threadpool(waits)
            told = json.dumps({"waits": still})
            # The first is the last change of all, whenever that was: it may have come between the page and its stream.
            news = seq is not None and (began or not still)
            yield f"event: changed\ndata: {told}\n\n" if news else ": here\n\n"
            began = True
            if not still:
                return

    return StreamingResponse(events(), media_type="text/event-stream")
