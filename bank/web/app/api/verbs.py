"""The app's verbs: who is here, activation, settings. `bank.web.app.api.operations` has those about operations.

Whatever is refused is told in the same words and after the same time, as on the pages.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bank.errors import StateError
from bank.operations.ports import UnknownOperationError
from bank.push.ports import LONGEST_ENDPOINT, SubscriptionError
from bank.securpass.enrolment.offering import AppOffer
from bank.securpass.phone.opening import OpenedPhone
from bank.securpass.phone.settings import read_settings
from bank.securpass.phone.subscribing import PhoneSubscriptions
from bank.securpass.ports import (
    ActivationProof,
    NewPhone,
    NotEligibleError,
    NotNowError,
    PhoneAnswer,
    PhoneOutcome,
    ProofRefusedError,
    SecondProof,
    TooManyError,
)
from bank.securpass.proofs.keys import KeyFormatError
from bank.securpass.proofs.webauthn import CredentialError
from bank.securpass.service import SecurPassService
from bank.web.api.reading import ApiError, read_body
from bank.web.api.verbs import tell_broken
from bank.web.app.api.description import describe_app_api
from bank.web.app.api.operations import AppOperations
from bank.web.app.api.reading import (
    AppError,
    read_enveloped,
    read_identifier,
    read_octets,
    read_text,
    write_octets,
)
from bank.web.app.api.telling import (
    tell_activation,
    tell_device,
    tell_eligibility,
    tell_status,
)
from bank.web.app.api.visiting import PHONE_COOKIE, AppVisit, Visits, keep_cookie
from bank.web.coopanet.frame import root_of, source_of
from bank.web.coopanet.sign_in import Desk, PlaceLimit
from bank.web.feed import OperationFeed
from bank.web.shared import BookSessions

T = TypeVar("T")
Json = dict[str, Any]

log = logging.getLogger(__name__)

CHALLENGE_BYTES: Final = 40


@dataclass(frozen=True)
class AppApi:
    """The verbs. `desk` keeps refusals back; `places` bounds how many one place may have. `push_key`: where telephones
    are woken, the bank's key as a sender (RFC 8292, 4)."""

    service: SecurPassService
    sessions: BookSessions
    desk: Desk
    places: PlaceLimit
    feed: OperationFeed
    subscriptions: PhoneSubscriptions
    push_key: str = ""

    def list_routes(self) -> Sequence[Route]:
        """Every address, below the path that they are mounted at."""
        visits = self.visits
        own = visits.wrap
        return (
            Route("/openapi.json", self.describe_verbs),
            Route("/session", own(self.tell_session)),
            Route("/log-on", own(self.begin_log_on), methods=["POST"]),
            Route("/log-on/{step}", own(self.finish_log_on), methods=["POST"]),
            Route("/challenge", own(self.draw_challenge), methods=["POST"]),
            Route("/phone", own(self.open_phone), methods=["POST"]),
            Route("/log-on-by-phone", own(self.log_on_by_phone), methods=["POST"]),
            Route("/log-off", own(self.log_off), methods=["POST"]),
            Route("/eligibility", own(self.list_conditions)),
            Route("/later", own(self.put_off), methods=["POST"]),
            Route("/activation", own(self.begin_activation), methods=["POST"]),
            Route("/activation/{activation}", own(self.finish_activation), methods=["POST"]),
            Route("/activation/{activation}/codes", own(self.send_again), methods=["POST"]),
            Route("/securpass", own(self.tell_securpass)),
            Route("/devices", own(self.list_devices)),
            Route("/settings/code", own(self.change_code), methods=["POST"]),
            Route("/settings/biometrics", own(self.set_biometrics), methods=["POST"]),
            Route("/settings/close", own(self.close), methods=["POST"]),
            Route("/push", own(self.tell_push_key)),
            Route("/push", own(self.keep_subscription), methods=["POST"]),
            Route("/push/forget", own(self.drop_subscription), methods=["POST"]),
            *AppOperations(self.service, visits, self.feed).list_routes(),
        )

    @property
    def visits(self) -> Visits:
        """Who asks."""
        return Visits(self.service, self.sessions)

    async def describe_verbs(self, request: Request) -> Response:
        """The OpenAPI document."""
        return JSONResponse(describe_app_api(root_of(request)))

    # Who is here

    async def tell_session(self, visit: AppVisit) -> Response:
        """Who is signed in, and what the interstitial offers."""
        return JSONResponse(
            await run_in_threadpool(self._session, visit, visit.customer.user if visit.customer else "")
        )

    async def begin_log_on(self, visit: AppVisit) -> Response:
        """User code and password. Whatever comes of it, the answer is one, after one time."""
        given = await read_body(visit.request, {"user": str, "password": str})
        user, password = read_text(given, "user"), read_text(given, "password")
        begin = self.desk.now()
        await self._take_place(visit.request)
        offer = await run_in_threadpool(self.service.begin_log_on, user, password, visit.language)
        await self.desk.hold_refusal(begin)
        return JSONResponse({"step": offer.step_id, "until": offer.until_ms}, 202)

    async def finish_log_on(self, visit: AppVisit) -> Response:
        """The code of the text message."""
        given = await read_body(visit.request, {"code": str})
        step = read_identifier(visit.request.path_params["step"])
        begin = self.desk.now()
        try:
            customer = await run_in_threadpool(self.service.finish_log_on, step, read_text(given, "code"))
        except ProofRefusedError:
            await self.desk.hold_refusal(begin)
            raise
        await run_in_threadpool(self.places.give_back, source_of(visit.request))
        answer = JSONResponse(await run_in_threadpool(self._session, visit, customer.user))
        await run_in_threadpool(self.visits.sign_in, visit, customer.user, answer)
        return answer

    async def draw_challenge(self, visit: AppVisit) -> Response:
        """Something new to sign."""
        await read_body(visit.request, {})
        challenge, until_ms = await run_in_threadpool(self.service.draw_challenge)
        return JSONResponse({"challenge": write_octets(challenge), "until": until_ms})

    async def open_phone(self, visit: AppVisit) -> Response:
        """This telephone has its device key: what waits may be seen and decided."""
        given, envelope = await read_enveloped(visit.request, challenge=str)
        challenge = read_octets(given["challenge"], "challenge", CHALLENGE_BYTES)
        made = await self._held(self.service.open_phone, challenge, envelope)
        answer = JSONResponse(await run_in_threadpool(self._told, made.answer))
        if made.mark:
            keep_cookie(visit.request, answer, PHONE_COOKIE, made.mark)
        return answer

    async def log_on_by_phone(self, visit: AppVisit) -> Response:
        """Log on by code or biometrics."""
        given, envelope = await read_enveloped(visit.request, challenge=str)
        challenge = read_octets(given["challenge"], "challenge", CHALLENGE_BYTES)
        made = await self._held(self.service.log_on_by_phone, challenge, envelope)
        outcome = made.answer.outcome.value
        if not made.user:
            return JSONResponse({"outcome": outcome, "session": None})
        session = await run_in_threadpool(self._session, visit, made.user)
        answer = JSONResponse({"outcome": outcome, "session": session | {"phone": True}})
        await run_in_threadpool(self.visits.sign_in, visit, made.user, answer)
        keep_cookie(visit.request, answer, PHONE_COOKIE, made.mark)
        return answer

    async def log_off(self, visit: AppVisit) -> Response:
        """End the session."""
        await read_body(visit.request, {})
        answer = Response(status_code=204)
        await run_in_threadpool(self.visits.sign_off, visit, answer)
        return answer

    # Activation

    async def list_conditions(self, visit: AppVisit) -> Response:
        """What is missing, each condition with its remedy."""
        number = visit.signed_in.customer_id
        answer = await run_in_threadpool(self.service.list_conditions, number)
        return JSONResponse(tell_eligibility(answer, self.service.frame.policy.latencies[answer.path]))

    async def put_off(self, visit: AppVisit) -> Response:
        """« Plus tard »."""
        given = await read_body(visit.request, {"offer": str})
        offer = next((one for one in AppOffer if one.value == given["offer"]), None)
        if offer is None:
            raise ApiError(400, "body", "offer is activate, transfer or reinstall", "offer")
        await run_in_threadpool(self.service.put_off, visit.signed_in.customer_id, offer)
        return Response(status_code=204)

    async def begin_activation(self, visit: AppVisit) -> Response:
        """The keys of this telephone; codes are sent."""
        given = await read_body(
            visit.request, {"device_key": str, "code_key": str, "label": str}, {"second": (str, type(None))}
        )
        second = next((one for one in SecondProof if one.value == given.get("second")), None)
        if given.get("second") is not None and second is None:
            raise ApiError(400, "body", "second is reader, mail or null", "second")
        keys = (read_octets(given["device_key"], "device_key", 65), read_octets(given["code_key"], "code_key", 32))
        phone = NewPhone(*keys, read_text(given, "label"), second, visit.language)
        offer = await run_in_threadpool(self.service.begin_activation, visit.signed_in.customer_id, phone)
        key = self.service.frame.bank_key
        return JSONResponse(tell_activation(offer, key.sign_octets(offer.octets), key.public), 201)

    async def finish_activation(self, visit: AppVisit) -> Response:
        """The codes, and both keys' signatures."""
        names = ("sms", "second", "device_signature", "code_signature")
        given = await read_body(visit.request, dict.fromkeys(names, str))
        by_device, by_code = (read_octets(given[name], name, 64) for name in names[2:])
        codes = read_text(given, "sms"), read_text(given, "second")
        proof = ActivationProof(*codes, by_device, by_code, source_of(visit.request))
        step = read_identifier(visit.request.path_params["activation"])
        number = visit.signed_in.customer_id
        status = await self._held(self.service.finish_activation, number, step, proof)
        return JSONResponse({"securpass": tell_status(status)})

    async def send_again(self, visit: AppVisit) -> Response:
        """New codes."""
        await read_body(visit.request, {})
        step = read_identifier(visit.request.path_params["activation"])
        await run_in_threadpool(self.service.send_codes_again, visit.signed_in.customer_id, step)
        return Response(status_code=204)

    # Sécur'Pass

    async def tell_securpass(self, visit: AppVisit) -> Response:
        """How it stands."""
        return JSONResponse(tell_status(await run_in_threadpool(self.service.read_status, visit.customer_id)))

    async def list_devices(self, visit: AppVisit) -> Response:
        """Every telephone that the customer ever had."""
        devices = await run_in_threadpool(self.service.list_devices, visit.signed_in.customer_id)
        return JSONResponse({"devices": [tell_device(one) for one in devices]})

    async def change_code(self, visit: AppVisit) -> Response:
        """Another code."""
        given, envelope = await read_enveloped(visit.request, code_key=str)
        key = read_octets(given["code_key"], "code_key", 32)
        _ = visit.signed_in
        made = await self._held(self.service.change_code, key, envelope, visit.language)
        return JSONResponse(await run_in_threadpool(self._told, made))

    async def set_biometrics(self, visit: AppVisit) -> Response:
        """The two switches, and a credential where one was made."""
        given, envelope = await read_enveloped(visit.request, settings=str, challenge=str)
        octets = read_octets(given["settings"], "settings", 6000)
        challenge = read_octets(given["challenge"], "challenge", CHALLENGE_BYTES)
        try:
            chosen = read_settings(octets, challenge, lambda value: read_octets(value, "credential"))
        except (ValueError, RecursionError):
            raise ApiError(400, "body", "settings: log_on, approve, credential", "settings") from None
        _ = visit.signed_in
        made = await self._held(self.service.set_biometrics, chosen, envelope, visit.language)
        return JSONResponse(await run_in_threadpool(self._told, made))

    async def close(self, visit: AppVisit) -> Response:
        """« Clôture confirmée »."""
        _, envelope = await read_enveloped(visit.request)
        _ = visit.customer_id
        made = await self._held(self.service.close_on_phone, envelope, visit.language)
        return JSONResponse(await run_in_threadpool(self._told, made))

    async def tell_push_key(self, visit: AppVisit) -> Response:
        """What the browser subscribes with, where telephones are woken."""
        if not self.push_key:
            raise ApiError(404, "missing", "this bank wakes no telephones")
        return JSONResponse({"key": self.push_key})

    async def keep_subscription(self, visit: AppVisit) -> Response:
        """Where this telephone is woken."""
        given = await read_body(visit.request, {"endpoint": str, "p256dh": str, "auth": str})
        keys = read_octets(given["p256dh"], "p256dh", 65), read_octets(given["auth"], "auth", 16)
        endpoint, device = read_text(given, "endpoint", LONGEST_ENDPOINT), visit.proved_phone.device_id
        await run_in_threadpool(self.subscriptions.keep_subscription, device, endpoint, *keys)
        return Response(status_code=204)

    async def drop_subscription(self, visit: AppVisit) -> Response:
        """Not there any more."""
        given = await read_body(visit.request, {"endpoint": str})
        endpoint, device = read_text(given, "endpoint", LONGEST_ENDPOINT), visit.proved_phone.device_id
        await run_in_threadpool(self.subscriptions.drop_subscription, device, endpoint)
        return Response(status_code=204)

    # How it is done

    def _session(self, visit: AppVisit, user: str) -> Json:
        customer = self.visits.find_customer(user) if user else None
        device = visit.request.query_params.get("device", visit.device_id)
        offer = self.service.find_offer(customer.customer_id, device) if customer else None
        with self.service.frame.operations.reading() as (_, now_ms):
            pass
        return {
            "signed_in": customer is not None,
            "phone": visit.phone is not None,
            "now": now_ms,
            "customer": {"name": customer.name, "user": customer.user} if customer else None,
            "bank_key": write_octets(self.service.bank_key),
            "offer": offer.value if offer else None,
        }

    def _told(self, made: PhoneAnswer) -> Json:
        status = self.service.read_status(made.customer_id)
        return {"outcome": made.outcome.value, "securpass": tell_status(status)}

    async def _held(self, act: Callable[..., T], *arguments: object) -> T:
        """Do it; a no is told after a time that tells nothing."""
        begin = self.desk.now()
        try:
            done = await run_in_threadpool(act, *arguments)
        except ProofRefusedError:
            await self.desk.hold_refusal(begin)
            raise
        answer = done.answer if isinstance(done, OpenedPhone) else done
        if isinstance(answer, PhoneAnswer) and answer.outcome in WRONG:
            await self.desk.hold_refusal(begin)
        return done

    async def _take_place(self, request: Request) -> None:
        if not await run_in_threadpool(self.places.admit_source, source_of(request)):
            raise TooManyError


WRONG: Final = frozenset({PhoneOutcome.WRONG, PhoneOutcome.WRONG_LAST, PhoneOutcome.BLOCKED})


def make_app_api(api: AppApi) -> Starlette:
    """The application. It can be mounted below any path; put a `Guard` around it."""
    handlers: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
        HTTPException: refuse_app,
        StateError: tell_broken,
        UnknownOperationError: refuse_ours,
        ProofRefusedError: refuse_ours,
        NotNowError: refuse_ours,
        NotEligibleError: refuse_ours,
        TooManyError: refuse_ours,
        KeyFormatError: refuse_ours,
        CredentialError: refuse_ours,
        SubscriptionError: refuse_ours,
    }
    return Starlette(routes=list(api.list_routes()), exception_handlers=handlers)


async def refuse_app(_request: Request, error: Exception) -> Response:
    """Every refusal is an object: a sentence, a word for programs, the field it is about, and what else it tells."""
    assert isinstance(error, HTTPException)
    usual = {404: "missing", 405: "method"}.get(error.status_code, "body")
    told = {
        "error": error.detail,
        "code": getattr(error, "code", usual),
        "field": getattr(error, "field", ""),
        **getattr(error, "more", {}),
    }
    return JSONResponse(told, error.status_code, error.headers)


async def refuse_ours(request: Request, error: Exception) -> Response:
    """What Sécur'Pass refuses, as an object of the same form."""
    return await refuse_app(request, _as_refusal(error))


def _as_refusal(error: Exception) -> AppError:
    if isinstance(error, ProofRefusedError):
        return AppError(403, "refused", left=error.left)
    if isinstance(error, NotNowError):
        return AppError(409, "not-now", state=error.state)
    if isinstance(error, NotEligibleError):
        missing = [{"condition": one.condition.value, "remedy": one.remedy.value} for one in error.missing]
        return AppError(422, "not-eligible", missing=missing)
    if isinstance(error, TooManyError):
        return AppError(429, "too-many")
    if isinstance(error, UnknownOperationError):
        return AppError(404, "missing")
    return AppError(422, "body", str(error).partition(":")[0])
