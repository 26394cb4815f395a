"""The way to the bank, by the standard library's HTTPS: one authority is believed, and proxies are those of the
environment."""

import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Final

from launcher.adapters.browser_codes import find_browser_code
from launcher.ports import NetAnswer
from launcher.troubles import LaunchError, LaunchTrouble

PATIENCE_S: Final = 20.0
LONGEST_ANSWER: Final = 1 << 20


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A site that sends one elsewhere has been reached."""

    def redirect_request(self, *_: object) -> None:
        """None is followed."""


class HttpsNet:
    """See Net. `authority`: PEM."""

    def __init__(self, authority: str, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(cadata=authority)
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirects())

    def reach_site(self, url: str) -> None:
        """See Net."""
        self.ask_server(url)

    def ask_server(self, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> NetAnswer:
        """See Net."""
        request = urllib.request.Request(url, body, dict(headers or {}))  # noqa: S310 - checked: https
        try:
            with self._opener.open(request, timeout=self._patience_s) as answer:
                return NetAnswer(answer.status, answer.read(LONGEST_ANSWER))
        except urllib.error.HTTPError as answer:
            with answer:
                return NetAnswer(answer.code, answer.read(LONGEST_ANSWER))
        except urllib.error.URLError as error:
            raise explain_error(error.reason, url) from None
        except (OSError, ValueError) as error:
            raise explain_error(error, url) from None


def explain_error(reason: object, url: str) -> LaunchError:
    """The row of the error table, with what the computer said of it, and Firefox's number where it has one."""
    kinds: tuple[tuple[type | tuple[type, ...], LaunchTrouble], ...] = (
        (socket.gaierror, LaunchTrouble.NOT_FOUND),
        (TimeoutError, LaunchTrouble.TIMED_OUT),
        (ConnectionRefusedError, LaunchTrouble.REFUSED),
        ((ssl.SSLError, ConnectionError), LaunchTrouble.SSL),
    )
    trouble = next((trouble for kind, trouble in kinds if isinstance(reason, kind)), LaunchTrouble.TIMED_OUT)
    said = getattr(reason, "verify_message", "") or getattr(reason, "strerror", "") or type(reason).__name__
    code = find_browser_code(reason)
    return LaunchError(trouble, f"{url}: {said}" + (f" ({code})" if code is not None else ""))
