"""The way to the bank, by the standard library's HTTPS: one authority is believed, and proxies are those of the
environment."""

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from launcher.adapters.browser_codes import find_browser_code
from launcher.limit import STEP_S, SocketLimit
from launcher.ports import NetAnswer
from launcher.troubles import LaunchError, LaunchTrouble

PATIENCE_S: Final = 20.0
LONGEST_ANSWER: Final = 1 << 20

BY_DATE: Final = frozenset({9, 10})
"""Verifications that failed by the computer's clock, which may be what is wrong: not yet valid, over (OpenSSL)."""


class _AsAnswered(urllib.request.HTTPErrorProcessor):
    """Each answer is one, whatever its status: a site that refuses, or sends one elsewhere, has been reached."""

    def https_response(
        self, _request: urllib.request.Request, response: http.client.HTTPResponse
    ) -> http.client.HTTPResponse:
        """As it came."""
        return response


class _LimitedHandler(urllib.request.HTTPSHandler):
    """The library's own, whose connections are watched."""

    def __init__(self, context: ssl.SSLContext, limit: SocketLimit) -> None:
        super().__init__()
        self._trusting, self._limit = context, limit

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Instead of the library's."""
        return self.do_open(self._connect, req)

    def _connect(self, host: str, /, **how: Any) -> http.client.HTTPSConnection:  # noqa: ANN401 - the library's words
        limit = self._limit

        class Watched(http.client.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                limit.watch(self.sock)

        return Watched(host, context=self._trusting, **how)


class HttpsNet:
    """See Net. `authority`: PEM. `patience_s`: for each piece; `longest_s`: for an answer in all."""

    def __init__(self, authority: str, patience_s: float = PATIENCE_S, longest_s: float = STEP_S) -> None:
        self._patience_s, self._longest_s = patience_s, longest_s
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.load_verify_locations(cadata=authority)

    def reach_site(self, url: str) -> None:
        """See Net."""
        self.ask_server(url)

    def ask_server(self, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> NetAnswer:
        """See Net."""
        with SocketLimit(self._longest_s) as limit:
            try:
                request = urllib.request.Request(url, body, dict(headers or {}))  # noqa: S310 - checked: https
                answer = self._read_answer(request, limit)
            except urllib.error.URLError as error:
                raise self._explain(error.reason, url, limit) from None
            except (OSError, ValueError, http.client.HTTPException) as error:
                raise self._explain(error, url, limit) from None
        if limit.passed:  # what was there by then is no whole answer
            raise self._explain(TimeoutError(), url, limit)
        return answer

    def _read_answer(self, request: urllib.request.Request, limit: SocketLimit) -> NetAnswer:
        opener = urllib.request.build_opener(_LimitedHandler(self._context, limit), _AsAnswered())
        with opener.open(request, timeout=self._patience_s) as answer:
            return NetAnswer(answer.status, answer.read(LONGEST_ANSWER))

    def _explain(self, reason: object, url: str, limit: SocketLimit) -> LaunchError:
        return explain_error(TimeoutError() if limit.passed else reason, url)


def explain_error(reason: object, url: str) -> LaunchError:
    """The row of the error table, with what the computer said of it, and Firefox's number where it has one."""
    kinds: tuple[tuple[type | tuple[type, ...], LaunchTrouble], ...] = (
        ((socket.gaierror, UnicodeError), LaunchTrouble.NOT_FOUND),
        (TimeoutError, LaunchTrouble.TIMED_OUT),
        (ConnectionRefusedError, LaunchTrouble.REFUSED),
        ((ssl.SSLError, ConnectionError), LaunchTrouble.SSL),
        ((http.client.HTTPException, ValueError), LaunchTrouble.REFUSED),
    )
    trouble = next((trouble for kind, trouble in kinds if isinstance(reason, kind)), LaunchTrouble.TIMED_OUT)
    said = getattr(reason, "verify_message", "") or getattr(reason, "strerror", "") or type(reason).__name__
    if getattr(reason, "verify_code", 0) in BY_DATE:
        said = f"{said}; this computer's date is {datetime.now(UTC):%Y-%m-%d}"
    code = find_browser_code(reason)
    return LaunchError(trouble, f"{url}: {said}" + (f" ({code})" if code is not None else ""))
