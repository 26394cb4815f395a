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
        async for seq in feed.list_changes(customer_id, BEAT_S):
            still = await run_in_threadpool(waits)
            told = json.dumps({"waits": still})
            yield f"event: changed\ndata: {told}\n\n" if seq is not None else ": here\n\n"
            if not still:
                return

    return StreamingResponse(events(), media_type="text/event-stream")
