"""EST (RFC 7030, as RFC 8951 corrects it): cacerts, csrattrs, simpleenroll, simplereenroll, fullcmc.

The first enrolment is by HTTP Basic: user ID and activation code; the next by the certificate before it, in TLS
(simplereenroll) or by its signature around the request (fullcmc). What is refused is said in a sentence that the key's
launcher shows as it is (RFC 7030, 4.2.3).
"""

import base64
import binascii
import logging
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography import x509
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bank.errors import StateError
from bank.esecure.enrolling import EnrolError, EnrolFault, KeyEnrolment
from bank.esecure.frame import EsecureFrame
from bank.languages import local_moment
from bank.operations.words import notation_of
from bank.pki.est import CERTIFICATES, ONE_CERTIFICATE, WISHES, pack_certificates, pack_wishes
from bank.pki.foreign import CsrError, decode_body
from bank.web.coopanet.frame import prefer_language, source_of
from bank.web.est.words import EstWords, list_est_words
from bank.web.shared import BookSourceLimit
from web.certified import certificate_of

log = logging.getLogger(__name__)

PATH: Final = "/.well-known/est"
LONGEST_CREDENTIALS: Final = 512
SIGNS: Final = "base64"

STATUSES: Final = {EnrolFault.CODE: 401, EnrolFault.REQUEST: 400}
"""All others are 403: the client is known, and may not."""


@dataclass(frozen=True)
class EstApi:
    """The verbs. Every answer but a refusal is base64 without line breaks."""

    frame: EsecureFrame
    limit: BookSourceLimit = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "limit", BookSourceLimit(self.frame.store, wall=self.frame.wall, prefix="est/"))

    def list_routes(self) -> list[Route]:
        """Every address."""
        return [
            Route(f"{PATH}/cacerts", self.give_authorities),
            Route(f"{PATH}/csrattrs", self.give_wishes),
            Route(f"{PATH}/simpleenroll", self.enrol_key, methods=["POST"]),
            Route(f"{PATH}/simplereenroll", self.renew_certificate, methods=["POST"]),
            Route(f"{PATH}/fullcmc", self.renew_signed, methods=["POST"]),
        ]

    async def give_authorities(self, _request: Request) -> Response:
        """RFC 7030, 4.1: what issues, and its root."""
        authorities = await run_in_threadpool(self.frame.open_authorities)
        return _packed(pack_certificates(authorities.chain), CERTIFICATES)

    async def give_wishes(self, _request: Request) -> Response:
        """RFC 7030, 4.5."""
        return _packed(pack_wishes(), WISHES)

    async def enrol_key(self, request: Request) -> Response:
        """RFC 7030, 4.2.1."""
        words, source = _words(request), source_of(request)
        if request.url.scheme != "https":
            return PlainTextResponse(words.no_tls + "\n", 403)
        user, code = _read_credentials(request)
        if not user:  # who asks without any is told what to ask for, as every client begins
            return _refuse(words, EnrolError(EnrolFault.CODE))
        if not await run_in_threadpool(self.limit.admit_source, source):
            return PlainTextResponse(words.too_many + "\n", 429, {"Retry-After": "600"})
        body = await request.body()
        try:
            made = await run_in_threadpool(self._enrol, user, code, body)
        except EnrolError as error:
            if error.fault is not EnrolFault.CODE:
                await run_in_threadpool(self.limit.give_back, source)
            return _refuse(words, error)
        await run_in_threadpool(self.limit.give_back, source)
        return _packed(pack_certificates([made]), ONE_CERTIFICATE)

    async def renew_certificate(self, request: Request) -> Response:
        """RFC 7030, 4.2.2."""
        body = await request.body()
        try:
            made = await run_in_threadpool(self._renew, certificate_of(request.scope), body)
        except EnrolError as error:
            return _refuse(_words(request), error)
        return _packed(pack_certificates([made]), ONE_CERTIFICATE)

    async def renew_signed(self, request: Request) -> Response:
        """RFC 7030, 4.3: renewal alone. What is issued is answered as CMC's Simple PKI Response (RFC 5272, 4.1), which
        is the same certs-only message; what is refused, by HTTP as elsewhere."""
        words = _words(request)
        if request.url.scheme != "https":
            return PlainTextResponse(words.no_tls + "\n", 403)
        body = await request.body()
        try:
            made = await run_in_threadpool(self._renew_signed, body)
        except EnrolError as error:
            return _refuse(words, error)
        return _packed(pack_certificates([made]), ONE_CERTIFICATE)

    async def show_broken(self, request: Request, error: Exception) -> Response:
        """The books cannot be used: where they are is for whoever started this."""
        log.error("%s", error)
        return PlainTextResponse(_words(request).broken + "\n", 503, {"Retry-After": "60"})

    def _enrol(self, user: str, code: str, body: bytes) -> x509.Certificate:
        return KeyEnrolment(self.frame).enrol_first(user, code, _decode(body))

    def _renew(self, certificate: bytes | None, body: bytes) -> x509.Certificate:
        return KeyEnrolment(self.frame).renew(certificate, _decode(body))

    def _renew_signed(self, body: bytes) -> x509.Certificate:
        return KeyEnrolment(self.frame).renew_signed(_decode(body))


def make_est(api: EstApi) -> Starlette:
    """The application. Put a `Guard` around it."""
    handlers: dict[Any, Any] = {StateError: api.show_broken}
    return Starlette(routes=api.list_routes(), exception_handlers=handlers)


def _decode(body: bytes) -> bytes:
    """Nothing for what is none: it is refused where a request is read, after the code."""
    try:
        return decode_body(body)
    except CsrError:
        return b""


def _packed(content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Transfer-Encoding": SIGNS})


def _words(request: Request) -> EstWords:
    languages = list_est_words()
    return languages[prefer_language(request, languages)]


def _refuse(words: EstWords, error: EnrolError) -> Response:
    sentence = words.faults[error.fault]
    if error.fault is EnrolFault.EARLY:
        language = next(code for code, each in list_est_words().items() if each is words)
        sentence = sentence.format(day=notation_of(language).write_day(local_moment(error.from_ms)))
    detail = f"\n{error.detail}" if error.fault is EnrolFault.REQUEST else ""
    # A header is ASCII: the English words name the realm in every language.
    challenge = {"WWW-Authenticate": f'Basic realm="{list_est_words()["en"].realm}", charset="UTF-8"'}
    status = STATUSES.get(error.fault, 403)
    return PlainTextResponse(f"{sentence}{detail}\n", status, challenge if status == 401 else None)


def _read_credentials(request: Request) -> tuple[str, str]:
    """User ID and activation code (RFC 7617); nothing where there are none that could be."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or len(encoded) > LONGEST_CREDENTIALS:
        return "", ""
    try:
        user, colon, code = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return (user, code) if colon else ("", "")
