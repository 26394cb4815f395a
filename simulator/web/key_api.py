"""The access key and its PC over HTTP, in the words of the scripts: `simulator.web.openapi` describes it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bank.errors import BankError
from device.mirror import encode_pixels
from sesame_core.errors import SesameError
from simulator.key.desk import KeyDesk, encode_desk
from simulator.key.statements import KeyStatementError, act_on_key, act_on_site
from simulator.web.openapi import LONGEST_WORD, MOST_KEY_WORDS
from simulator.web.reading import given_value
from simulator.web.stream import HERE, KEEP_ALIVE_S, RETRY_MS, encode_event

Act = Callable[[KeyDesk, list[str]], None]

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeyApi:
    """The verbs, over one desk; without one every answer is that there is none."""

    desk: KeyDesk | None

    def list_routes(self) -> list[Route]:
        """Every address, below the path that it is mounted at."""
        return [
            Route("/key", self.tell_desk, methods=["GET"]),
            Route("/key", self._acting(act_on_key), methods=["POST"]),
            Route("/key/glass", self.tell_glass, methods=["GET"]),
            Route("/key/letters", self.tell_letters, methods=["GET"]),
            Route("/key/events", self.stream_desk, methods=["GET"]),
            Route("/site", self._acting(act_on_site), methods=["POST"]),
        ]

    async def tell_desk(self, _request: Request) -> Response:
        """How key, PC and launcher are."""
        return JSONResponse(encode_desk(self._find_desk().look()))

    async def tell_glass(self, _request: Request) -> Response:
        """The key's glass as rows of bits."""
        picture = self._find_desk().glass()
        if picture is None:
            raise HTTPException(503, "the key has not begun yet: ask again")
        return JSONResponse(encode_pixels(picture))

    async def tell_letters(self, _request: Request) -> Response:
        """What came by post."""
        desk = self._find_desk()
        return JSONResponse(asdict(await run_in_threadpool(self._told, desk.post.read_letters)))

    async def stream_desk(self, _request: Request) -> Response:
        """What changes, as it changes."""
        return StreamingResponse(stream_desk(self._find_desk()), media_type="text/event-stream")

    def _acting(self, act: Act) -> Callable[[Request], Any]:
        async def acted(request: Request) -> Response:
            words = read_key_words(await given_value(request, "words"))
            desk = self._find_desk()
            await run_in_threadpool(self._told, lambda: act(desk, words))
            return JSONResponse(encode_desk(desk.look()))

        return acted

    def _find_desk(self) -> KeyDesk:
        if self.desk is None:
            raise HTTPException(404, "there is no access key beside this reader")
        return self.desk

    def _told(self, tell: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is told
        try:
            return tell()
        except KeyStatementError as error:
            raise HTTPException(400, str(error)) from None
        except (SesameError, TimeoutError) as error:
            raise HTTPException(409, str(error) or "it takes too long: look at the key") from None
        except BankError as error:
            log.error("%s", error)  # where files are is for whoever started this, and nobody else
            raise HTTPException(503, "the bank's books cannot be used; the terminal of this program says why") from None


def read_key_words(value: object) -> list[str]:
    """The words of a statement after its first. Raises HTTPException."""
    if (
        not isinstance(value, list)
        or not 1 <= len(value) <= MOST_KEY_WORDS
        or not all(isinstance(word, str) and len(word) <= LONGEST_WORD for word in value)
    ):
        raise HTTPException(400, f"words is a list of 1 to {MOST_KEY_WORDS} words, as a script has them")
    return [str(word) for word in value]


async def stream_desk(desk: KeyDesk) -> AsyncIterator[str]:
    """Glass and desk, from how they are now on; of each only what has changed."""
    here, news = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        with suppress(RuntimeError):  # this event loop has ended before the key
            here.call_soon_threadsafe(news.set)

    desk.listen_to(wake)
    told: dict[str, str] = {}
    try:
        yield f"retry: {RETRY_MS}\n\n"
        while True:
            news.clear()  # before the look, so that what comes after it is not missed
            fresh = [event for event in _events_of(desk) if told.get(event.partition("\n")[0]) != event]
            for event in fresh:
                told[event.partition("\n")[0]] = event
                yield event
            try:
                await asyncio.wait_for(news.wait(), KEEP_ALIVE_S)
            except TimeoutError:
                yield HERE
    finally:
        desk.leave(wake)


def _events_of(desk: KeyDesk) -> list[str]:
    picture = desk.glass()
    glass = [encode_event("glass", encode_pixels(picture))] if picture is not None else []
    return [*glass, encode_event("desk", encode_desk(desk.look()))]
