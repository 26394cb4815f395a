"""What anybody may ask about a certificate: the list of the revoked, an answer by OCSP, and the issuer's certificate.

By HTTP without TLS, as it is usual (RFC 5280, 8: each answer is signed, and a question must not lead to another).
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bank.errors import StateError
from bank.esecure.frame import EsecureFrame
from bank.esecure.revoking import RevocationDesk

PATH: Final = "/pki"
"""Where it is mounted."""

OCSP_ANSWER: Final = "application/ocsp-response"
LONGEST_QUESTION: Final = 2048


@dataclass(frozen=True)
class StandingApi:
    """The verbs."""

    desk: RevocationDesk

    def list_routes(self) -> list[Route]:
        """Every address, below the path that they are mounted at."""
        return [
            Route("/issuing.crl", self.give_list),
            Route("/issuing.cer", self.give_issuer),
            Route("/ocsp", self.answer_posted, methods=["POST"]),
            Route("/ocsp/{question:path}", self.answer_asked),
        ]

    async def give_list(self, _request: Request) -> Response:
        """RFC 5280, 5; the media type of RFC 2585."""
        return Response(await run_in_threadpool(self.desk.give_list), media_type="application/pkix-crl")

    async def give_issuer(self, _request: Request) -> Response:
        """Who issued (RFC 2585)."""
        return Response(await run_in_threadpool(self.desk.give_issuer), media_type="application/pkix-cert")

    async def answer_posted(self, request: Request) -> Response:
        """RFC 6960, appendix A.1, by POST."""
        return Response(await run_in_threadpool(self.desk.answer, await request.body()), media_type=OCSP_ANSWER)

    async def answer_asked(self, request: Request) -> Response:
        """The same by GET: base64 in the path."""
        text = unquote(request.path_params["question"])
        try:
            octets = base64.b64decode(text, validate=True) if len(text) <= LONGEST_QUESTION else b""
        except (binascii.Error, ValueError):
            octets = b""
        return Response(await run_in_threadpool(self.desk.answer, octets), media_type=OCSP_ANSWER)


def open_standing(frame: EsecureFrame) -> Starlette:
    """The application, for whoever mounts it behind a guard."""
    return Starlette(
        routes=StandingApi(RevocationDesk(frame)).list_routes(), exception_handlers={StateError: _show_broken}
    )


async def _show_broken(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("The books cannot be used; the bank's own terminal says why.\n", 503)
