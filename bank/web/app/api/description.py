"""The description of the app's verbs (OpenAPI 3.1). docs/dev/securpass-api.md says what they mean."""

from collections.abc import Mapping
from typing import Any, Final

from bank.operations.card_services import SERVICES
from bank.operations.catalogue import Means, OperationKind, TerminalKind, live_kinds
from bank.operations.table import OperationState
from bank.operations.words import LANGUAGES
from bank.securpass.approving.trusting import Exemption
from bank.securpass.enrolment.eligibility import Condition, Remedy
from bank.securpass.enrolment.offering import AppOffer
from bank.securpass.enrolment.table import EnrolmentState
from bank.securpass.policy import EnrolmentPath
from bank.securpass.ports import DeviceState, PhoneOutcome, SecondProof

Json = dict[str, Any]

TITLE: Final = "Coop@net on the telephone"
ABOUT: Final = """What the bank's app asks. Octets are base64url without padding, moments milliseconds since 1970.

Whatever is not a GET has the header `X-Coopanet-App: 1`. Two cookies say who asks: `coopanet_app`, a customer's
session, and `coopanet_phone`, a telephone that has proved its key.
"""


def _object(**members: Json) -> Json:
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def _but(schema: Json, *optional: str) -> Json:
    """The same, where these members may be left out."""
    return schema | {"required": [name for name in schema["required"] if name not in optional]}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _octets(longest: int) -> Json:
    return {"type": "string", "pattern": "^[A-Za-z0-9_-]*$", "maxLength": -(-4 * longest // 3)}


def _words(values: Any) -> Json:  # noqa: ANN401 - an enumeration
    return {"enum": [each.value for each in values]}


def _text(longest: int) -> Json:
    return {"type": "string", "maxLength": longest}


MOMENT: Final[Json] = {"type": "integer", "minimum": 0}
YES: Final[Json] = {"type": "boolean"}
COUNT: Final[Json] = {"type": "integer", "minimum": 0}
IDENTIFIER: Final[Json] = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
DIGEST: Final[Json] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
STRING: Final[Json] = {"type": "string"}
NOTHING: Final = _object()
ASSERTION: Final = _object(
    **{name: _octets(2048) for name in ("credential", "authenticator_data", "client_data", "signature")}
)
ENVELOPE: Final = _but(
    _object(request=_octets(1024), device_signature=_octets(64), code_signature=_octets(64), assertion=ASSERTION),
    "code_signature",
    "assertion",
)
CHALLENGE: Final = _octets(40)

MEANINGS: Final[Mapping[int, str]] = {
    400: "Not as it is described.",
    401: "Nobody is signed in, or this telephone has not proved its key.",
    403: "Not right, or the header is missing.",
    404: "There is no such thing of this customer.",
    409: "The state does not allow it.",
    411: "The body's length is not told.",
    413: "The body is too long.",
    415: "The body is not JSON.",
    421: "Asked by another name than the bank's own.",
    422: "The bank does not take it: `code` says why.",
    429: "Too many: wait a little.",
    503: "The books cannot be used: nothing was decided, or it was decided whole.",
}
BY_GUARD: Final = frozenset({403, 411, 413, 421})
EVERYWHERE: Final = (403, 421, 503)
WITH_BODY: Final = (400, 411, 413, 415)


def describe_app_api(path: str) -> Json:
    """The whole description. `path`: where the verbs are."""
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1", "description": ABOUT},
        "servers": [{"url": path}],
        "security": [{"session": []}, {"phone": []}],
        "paths": {**_visits(), **_activation(), **_settings(), **_operations()},
        "components": {"schemas": _schemas(), "securitySchemes": SCHEMES},
    }


SCHEMES: Final[Json] = {
    "session": {"type": "apiKey", "in": "cookie", "name": "coopanet_app"},
    "phone": {"type": "apiKey", "in": "cookie", "name": "coopanet_phone"},
}


def _schemas() -> Json:
    return {
        "Error": {
            "type": "object",
            "properties": {"error": STRING, "code": STRING, "field": STRING},
            "required": ["error", "code", "field"],
        },
        "Session": _session(),
        "Step": _object(step=IDENTIFIER, until=MOMENT),
        "Challenge": _object(challenge=CHALLENGE, until=MOMENT),
        "Securpass": _securpass(),
        "Activated": _object(securpass=_securpass()),
        "Outcome": _object(outcome=_words(PhoneOutcome), securpass=_securpass()),
        "LoggedOn": _object(outcome=_words(PhoneOutcome), session=_or_null(_session())),
        "Eligibility": _eligibility(),
        "Activation": _offer(),
        "PushKey": _object(key=_octets(65)),
        "Devices": _object(devices=_list(_device())),
        "Operations": _object(head=COUNT, operations=_list(_operation())),
        "Whole": _operation(octets=_octets(8192), signature=_octets(64)),
        "Asked": _operation(exemption=_or_null(_words(Exemption))),
        "Decision": _object(outcome=_words(PhoneOutcome), operation=_operation()),
        "Result": _but(
            _object(seconds=COUNT, pin=STRING, number=STRING, expires=STRING, security_code=STRING),
            *("pin", "number", "expires", "security_code"),
        ),
        "Accounts": _object(accounts=_list(_object(iban=STRING, kind=STRING, balance={"type": "integer"}))),
        "Cards": _object(cards=_list(_object(id=COUNT, state=STRING, services=_list(STRING)))),
    }


def _session() -> Json:
    customer = _object(name=STRING, user=STRING)
    return _object(
        signed_in=YES,
        phone=YES,
        now=MOMENT,
        customer=_or_null(customer),
        bank_key=_octets(32),
        offer=_or_null(_words(AppOffer)),
    )


def _securpass() -> Json:
    device = _object(
        id=IDENTIFIER,
        label=STRING,
        since=MOMENT,
        counter=COUNT,
        trusted=YES,
        bio_log_on=YES,
        bio_approve=YES,
        credential=_or_null(_octets(1023)),
    )
    return _object(
        state=_words(EnrolmentState),
        path=_words(EnrolmentPath),
        since=_or_null(MOMENT),
        usable_from=_or_null(MOMENT),
        usable=YES,
        until=_or_null(MOMENT),
        tries_left=COUNT,
        device=_or_null(device),
    )


def _eligibility() -> Json:
    return _object(
        eligible=YES,
        path=_words(EnrolmentPath),
        missing=_list(_object(condition=_words(Condition), remedy=_words(Remedy))),
        seconds=_list(_words(SecondProof)),
        latency_ms=MOMENT,
    )


def _offer() -> Json:
    return _object(
        activation=IDENTIFIER,
        device=IDENTIFIER,
        octets=_octets(2048),
        signature=_octets(64),
        bank_key=_octets(32),
        challenge=STRING,
        telephone_end=STRING,
        email_hint=STRING,
        until=MOMENT,
    )


def _device() -> Json:
    return _object(id=IDENTIFIER, label=STRING, state=_words(DeviceState), since=MOMENT, ended=_or_null(MOMENT))


def _operation(**more: Json) -> Json:
    return _object(
        id=IDENTIFIER,
        seq=COUNT,
        kind=_words(OperationKind),
        state=_words(OperationState),
        waiting=YES,
        shown=_list(_list(STRING)),
        terminal=_words(TerminalKind),
        own=YES,
        match=YES,
        created=MOMENT,
        until=MOMENT,
        decided=_or_null(MOMENT),
        means=_or_null(_words(Means)),
        digest=DIGEST,
        **more,
    )


def _ref(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _refusals(*statuses: int) -> Json:
    plain: Json = {"text/plain": {"schema": STRING}}
    return {
        str(status): {"description": meaning, "content": _ref("Error") | (plain if status in BY_GUARD else {})}
        for status, meaning in MEANINGS.items()
        if status in EVERYWHERE or status in statuses
    }


def _answer(schema: str) -> Json:
    return {"description": "So it is now."} | ({"content": _ref(schema)} if schema else {})


def _get(summary: str, schema: str, *statuses: int, **more: Any) -> Json:  # noqa: ANN401
    return {"get": {"summary": summary, "responses": {"200": _answer(schema), **_refusals(401, *statuses)}, **more}}


def _post(summary: str, body: Json, schema: str, *statuses: int, done: int = 200, **more: Any) -> Json:  # noqa: ANN401
    answers = {str(done): _answer(schema), **_refusals(401, *WITH_BODY, *statuses)}
    sent = {"required": True, "content": {"application/json": {"schema": body}}}
    return {
        "post": {
            "summary": summary,
            "requestBody": sent,
            "responses": answers,
            **more,
            "parameters": [*more.get("parameters", []), APP],
        }
    }


def _parameter(name: str, where: str, schema: Json) -> Json:
    return {"name": name, "in": where, "required": where == "path" or name.startswith("X-"), "schema": schema}


APP: Final = _parameter("X-Coopanet-App", "header", {"const": "1"})
AFTER: Final = _parameter("after", "query", {"type": "integer", "minimum": 0, "maximum": 2**63 - 1})
DEVICE: Final = _parameter("device", "query", _text(32))
PUBLIC: Final[Json] = {"security": []}


def _at(name: str) -> Json:
    return {"parameters": [_parameter(name, "path", IDENTIFIER)]}


def _visits() -> Json:
    opened = _object(challenge=CHALLENGE, envelope=ENVELOPE)
    return {
        "/session": _get("Who is signed in.", "Session", parameters=[DEVICE], **PUBLIC),
        "/log-on": _post(
            "User code and password.", _object(user=_text(128), password=_text(128)), "Step", 429, done=202, **PUBLIC
        ),
        "/log-on/{step}": _post(
            "The code of the text message.", _object(code=_text(128)), "Session", 404, **PUBLIC, **_at("step")
        ),
        "/challenge": _post("Something new to sign.", NOTHING, "Challenge", **PUBLIC),
        "/phone": _post("This telephone is here.", opened, "Outcome", **PUBLIC),
        "/log-on-by-phone": _post("Log on by Sécur'Pass.", opened, "LoggedOn", **PUBLIC),
        "/log-off": _post("End the session.", NOTHING, "", done=204, **PUBLIC),
    }


def _activation() -> Json:
    keys = {"device_key": _octets(65), "code_key": _octets(32)}
    begun = _but(_object(**keys, label=_text(60), second=_or_null(_words(SecondProof))), "second")
    proof = _object(sms=_text(128), second=_text(128), device_signature=_octets(64), code_signature=_octets(64))
    one = _at("activation")
    return {
        "/eligibility": _get("What is missing.", "Eligibility"),
        "/later": _post("Later.", _object(offer=_words(AppOffer)), "", done=204),
        "/activation": _post("The keys of this telephone.", begun, "Activation", 422, 429, done=201),
        "/activation/{activation}": _post("The codes.", proof, "Activated", 404, 409, 422, **one),
        "/activation/{activation}/codes": _post("New codes.", NOTHING, "", 404, 429, done=204, **one),
    }


def _settings() -> Json:
    code = _object(code_key=_octets(32), envelope=ENVELOPE)
    biometrics = _object(settings=_octets(6000), challenge=CHALLENGE, envelope=ENVELOPE)
    subscription = _object(endpoint=_text(1024), p256dh=_octets(65), auth=_octets(16))
    return {
        "/securpass": _get("How it stands.", "Securpass"),
        "/devices": _get("Every telephone there was.", "Devices"),
        "/settings/code": _post("Another code.", code, "Outcome", 409, 422),
        "/settings/biometrics": _post("Finger or face.", biometrics, "Outcome", 409, 422),
        "/settings/close": _post("No more Sécur'Pass.", _object(envelope=ENVELOPE), "Outcome", 409),
        "/push": _get("What the browser subscribes with.", "PushKey", 404, **PUBLIC)
        | _post("Where this telephone is woken.", subscription, "", 422, done=204),
        "/push/forget": _post("Not any more.", _object(endpoint=_text(1024)), "", done=204),
    }


def _operations() -> Json:
    asked = _object(
        kind={"enum": sorted(kind.value for kind in live_kinds())},
        fields={"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
        language={"enum": list(LANGUAGES)},
        once=_text(64),
        device=_text(32),
    )
    asked = _but(asked, "device")
    service = _object(card=COUNT, kind={"enum": sorted(kind.value for kind in SERVICES)})
    number = _at("number")
    events = _get("Server-sent events.", "")
    events["get"]["responses"]["200"] = {
        "description": "Each change, as it happens.",
        "content": {"text/event-stream": {"schema": STRING}},
    }
    listed = _get("Those that changed since.", "Operations", 400, parameters=[AFTER])
    return {
        "/operations": listed | _post("Ask on the telephone.", asked, "Asked", 422, 429, done=201),
        "/operations/{number}": _get("One, with its octets.", "Whole", 404, **number),
        "/operations/{number}/decision": _post(
            "Approve, refuse, fraud.", _object(envelope=ENVELOPE), "Decision", 404, **number
        ),
        "/operations/{number}/result": _get("What an approved one shows, once.", "Result", 404, **number),
        "/accounts": _get("What is debited.", "Accounts"),
        "/cards": _get("The payment cards.", "Cards"),
        "/cards/end": _post("No more wallet, or money without the card.", service, "", 404, done=204),
        "/events": events,
    }
