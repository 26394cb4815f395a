"""What is counted for Prometheus, over all workers of a server, and the line of the log that each request gets.

Where `PROMETHEUS_MULTIPROC_DIR` names a folder when this is loaded, each worker counts there, and any of them tells the
sum (prometheus_client, "Multiprocess Mode").
"""

import logging
import os
import time
from dataclasses import dataclass, field
from inspect import isroutine
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
KIND: Final = CONTENT_TYPE_LATEST
UNMATCHED: Final = "unmatched"
"""The route of what is no address of ours: a stranger must not be able to invent names that are kept."""

NO_ANSWER: Final = 499
"""The status in the log where whoever asked had gone before there was an answer, as nginx has it."""


class Meters:
    """The counters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("sesame_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram(
            "sesame_request_seconds", "Seconds until a request was answered.", ("route",), registry=self._registry
        )

    def note_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request, answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def render(self) -> bytes:
        """All that was counted, in Prometheus' text format."""
        if not os.environ.get(FOLDER_VARIABLE):
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"))


@dataclass(frozen=True)
class Metered:
    """ASGI middleware: counts each request and writes a line about it. Neither has an address's own values, a query, a
    body or who asked."""

    app: ASGIApp
    meters: Meters = field(default_factory=Meters)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, and note what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, begun = NO_ANSWER, time.perf_counter()
        path = scope["path"]

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, seen)
        finally:
            seconds = time.perf_counter() - begun
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = route_of(scope, path, status)
            self.meters.note_request(method, route, status, seconds)
            fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
            log.info("request", extra={"fields": fields})


def route_of(scope: Scope, path: str, status: int) -> str:
    """The address with names in place of its values: `/{language}/accounts`. An application that is mounted is an
    endpoint too, when none of its own addresses was meant."""
    endpoint = scope.get("endpoint")
    if status in (404, 421) or not (isroutine(endpoint) or isinstance(endpoint, StaticFiles)):
        return UNMATCHED
    named = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items() if value}
    return "/".join(named.get(part, part) for part in path.split("/"))
