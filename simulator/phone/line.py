"""A telephone's line to the bank: the app's verbs, asked in this very process, with the cookies that a browser keeps.

No socket is between them: a script in simulated time has no server to speak to. What the bank's guard and its
verbs see is a browser's request.
"""

import asyncio
import json
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, Final

from starlette.types import ASGIApp, Message, Scope

from sesame_core.errors import SesameError

Json = dict[str, Any]

HOST: Final = "localhost"
HERE: Final = ("127.0.0.1", 0)
NO_CONTENT: Final = 204
FIRST_REFUSAL: Final = 400
FIRST_FAILURE: Final = 500


class UnreachedError(SesameError):
    """The bank was not reached, or its books cannot be used."""


class AppRefusedError(SesameError):
    """The bank says no. `status` and `answer` as docs/dev/securpass-api.md has them."""

    def __init__(self, status: int, answer: Json) -> None:
        super().__init__(f"the bank refuses: {answer.get('error', status)}")
        self.status = status
        self.answer = answer


@dataclass
class AppLine:
    """To the application below `/app`. `online`: whether the telephone has a network; `language`: the browser's."""

    app: ASGIApp
    language: str = "fr"
    online: bool = True
    cookies: dict[str, str] = field(default_factory=dict, repr=False)

    def get(self, path: str) -> Json:
        """Look. Raises UnreachedError, AppRefusedError."""
        return self._ask("GET", path, b"")

    def post(self, path: str, said: Json | None = None) -> Json:
        """Have something done. Raises UnreachedError, AppRefusedError."""
        return self._ask("POST", path, json.dumps(said or {}).encode())

    def _ask(self, method: str, path: str, body: bytes) -> Json:
        if not self.online:
            raise UnreachedError("the telephone has no network: phone online")
        status, answer = asyncio.run(self._exchange(self._scope(method, path, body), body))
        if status >= FIRST_FAILURE:
            raise UnreachedError(f"the bank fails ({status})")
        told: Json = {} if status == NO_CONTENT else json.loads(answer)
        if status >= FIRST_REFUSAL:
            raise AppRefusedError(status, told)
        return told

    def _scope(self, method: str, path: str, body: bytes) -> Scope:
        name, _, query = path.partition("?")
        headers = {
            "host": HOST,
            "accept-language": self.language,
            "content-type": "application/json",
            "content-length": str(len(body)),
            "x-coopanet-app": "1",
            "cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()),
        }
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": f"/api/{name}",
            "raw_path": f"/api/{name}".encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(key.encode(), value.encode()) for key, value in headers.items() if value],
            "client": HERE,
            "server": (HOST, 80),
        }

    async def _exchange(self, scope: Scope, body: bytes) -> tuple[int, bytes]:
        status, parts = 0, bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._keep_cookies(message)
            else:
                parts.extend(message.get("body", b""))

        await self.app(scope, receive, send)
        return status, bytes(parts)

    def _keep_cookies(self, message: Message) -> None:
        for name, value in message.get("headers", ()):
            if name == b"set-cookie":
                for key, morsel in SimpleCookie(value.decode("latin-1")).items():
                    self.cookies[key] = morsel.value
                    if not morsel.value:
                        del self.cookies[key]
