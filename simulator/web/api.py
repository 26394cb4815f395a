"""The reader over HTTP: verbs in, JSON out. `simulator.web.openapi` describes every one of them."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import Final, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bank.cards import gallery
from bank.cards.words import LANGUAGES
from bank.errors import BankError, UnknownCardError
from device.mirror import encode_pixels
from drivers.board_twin import NoSuchKeyError
from drivers.errors import SlotError
from drivers.painter.raster import encode_png
from sesame_core.events import Key
from simulator.key.desk import KeyDesk
from simulator.live import EndedError
from simulator.phone.hands import PhoneHands
from simulator.web import openapi
from simulator.web.bench import BusyError, PageBench
from simulator.web.key_api import KeyApi
from simulator.web.openapi import MOST_KEYS, MOST_SCALE
from simulator.web.phone_api import PhoneApi
from simulator.web.reading import given_value
from simulator.web.stream import stream_events

PATIENCE_S: Final = 20.0
"""How long the reader may take: longer than the longest wait that it accepts."""

KEYS: Final = {key.value: key for key in Key}

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Api:
    """The verbs, over one bench."""

    bench: PageBench

    def list_routes(self) -> list[Route]:
        """Every address, below the path that it is mounted at."""
        return [
            Route("/openapi.json", self.describe_verbs, name="openapi"),
            Route("/state", self.tell_state),
            Route("/screenshot.png", self.take_screenshot),
            Route("/glass", self.tell_glass),
            Route("/gallery", self.tell_gallery),
            Route("/trace", self.tell_trace),
            Route("/events", self.stream_changes, methods=["GET"]),
            Route("/press", self.press, methods=["POST"]),
            Route("/insert", self.insert, methods=["POST"]),
            self._simple("pull", self.bench.pull_card),
            self._simple("plug", self.bench.plug_reader),
            self._simple("unplug", self.bench.unplug_reader),
            Route("/next", self.bring_next_customer, methods=["POST"]),
        ]

    async def describe_verbs(self, _request: Request) -> Response:
        """The OpenAPI document."""
        return JSONResponse(openapi.describe_api())

    async def tell_state(self, _request: Request) -> Response:
        """How the reader is."""
        return JSONResponse(asdict(await self._done(self.bench.submit(self.bench.look_now))))

    async def take_screenshot(self, request: Request) -> Response:
        """The glass as a PNG file."""
        scale = request.query_params.get("scale", "4")
        if not (scale.isascii() and scale.isdecimal() and len(scale) < 3 and 1 <= int(scale) <= MOST_SCALE):
            raise HTTPException(400, f"scale is a whole number from 1 to {MOST_SCALE}")
        picture = await self._done(self.bench.submit(self.bench.glass))
        return Response(encode_png(picture, int(scale)), media_type="image/png")

    async def tell_glass(self, _request: Request) -> Response:
        """The glass as rows of bits."""
        return JSONResponse(encode_pixels(await self._done(self.bench.submit(self.bench.glass))))

    async def tell_gallery(self, _request: Request) -> Response:
        """The cards to put in."""
        shown = [
            {"name": card.name, "pin": card.pin, "described": {code: card.describe(code) for code in LANGUAGES}}
            for card in gallery.GALLERY.values()
        ]
        return JSONResponse({"cards": shown})

    async def tell_trace(self, _request: Request) -> Response:
        """What card and reader said."""
        exchanges = await self._done(self.bench.submit(lambda: self.bench.exchanges))
        return JSONResponse({"exchanges": [asdict(exchange) for exchange in exchanges]})

    async def stream_changes(self, _request: Request) -> Response:
        """What changes, as it changes."""
        return StreamingResponse(stream_events(self.bench), media_type="text/event-stream")

    async def press(self, request: Request) -> Response:
        """Press keys one after the other; answered when the last is let go."""
        keys = keys_of(await given_value(request, "keys"))
        await self._done(self.bench.press_all(keys))
        return await self.tell_state(request)

    async def insert(self, request: Request) -> Response:
        """Put a card in."""
        name = await given_value(request, "card")
        if not isinstance(name, str):
            raise HTTPException(400, "card is the name of a card of the gallery")
        await self._done(self.bench.submit(lambda: self.bench.insert_card(name)))
        return await self.tell_state(request)

    async def bring_next_customer(self, request: Request) -> Response:
        """The next customer; answered when the finger is off the key Off: a card that is put in before is switched off
        with the last customer's reader."""
        await given_value(request)
        await self._done(await self._done(self.bench.submit(self.bench.begin_next_customer)))
        return await self.tell_state(request)

    def _simple(self, name: str, act_of: Callable[[], None]) -> Route:
        async def act(request: Request) -> Response:
            await given_value(request)
            await self._done(self.bench.submit(act_of))
            return await self.tell_state(request)

        return Route(f"/{name}", act, methods=["POST"])

    async def _done(self, future: "Future[T]") -> T:
        """The result. The future itself is not cancelled with the request: the act takes place in any case."""
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), PATIENCE_S)
        except (EndedError, TimeoutError):
            raise HTTPException(503, "the reader has ended: start it again") from None
        except UnknownCardError:
            raise HTTPException(404, "no such card in the gallery; GET gallery lists them") from None
        except SlotError:
            raise HTTPException(409, "a card is in the slot already: pull it first") from None
        except BusyError:
            raise HTTPException(429, "too many presses are waiting: wait for an answer") from None
        except NoSuchKeyError as error:
            raise HTTPException(409, str(error)) from None
        except BankError as error:
            log.error("%s", error)  # where files are is for whoever started this, and nobody else
            raise HTTPException(
                503, "the card's memory cannot be used; the terminal of this program says why"
            ) from None


def make_api(bench: PageBench, telephone: PhoneHands | None = None, key: KeyDesk | None = None) -> Starlette:
    """The application. It can be mounted below any path; put a `Guard` around it."""
    routes = [*Api(bench).list_routes(), *PhoneApi(telephone).list_routes(), *KeyApi(key).list_routes()]
    return Starlette(routes=routes, exception_handlers={HTTPException: refuse_request})


async def refuse_request(_request: Request, error: Exception) -> Response:
    """Every refusal is an object with one sentence."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def keys_of(value: object) -> tuple[Key, ...]:
    """The keys of a request."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_KEYS:
        raise HTTPException(400, f"keys is a list of 1 to {MOST_KEYS} keys")
    if not all(isinstance(name, str) and name in KEYS for name in value):
        raise HTTPException(400, f"a key is one of {', '.join(KEYS)}")
    return tuple(KEYS[name] for name in value)
