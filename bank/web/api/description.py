"""The description of the bank's verbs (OpenAPI 3.1), made from the catalogue: a kind that becomes live is in it."""

from collections.abc import Mapping
from typing import Any, Final

from bank.books.records import CustomerKind
from bank.ledger.entries import AccountKind, MovementKind
from bank.operations.catalogue import (
    CATALOGUE,
    MONTHLY,
    SCREENS,
    FieldKind,
    Means,
    OperationKind,
    TerminalKind,
    live_kinds,
)
from bank.operations.guarding import LONGEST_TERMINAL
from bank.operations.policy import LONGEST_CONSENT_DAYS
from bank.operations.ports import AskingFault, ConfirmOutcome, SmsOutcome
from bank.operations.table import OperationState
from bank.operations.words import LANGUAGES
from bank.web.api.telling import word_of
from web.sessions import LONGEST_TOKEN

Json = dict[str, Any]

TITLE: Final = "Coop@net, the demonstration bank"
ABOUT: Final = """A customer's own accounts and operations. Moments are milliseconds since 1970, money is euro cents.

Sign in with POST /session and send its token as `Authorization: Bearer`. A page of the bank's own sends its cookie
instead, and with every verb that changes something the header `X-CSRF-Token` (GET /session tells it, as the field
`mark` of every form does). A session ends after five minutes without use. A refusal is an object with a code for
programs, a sentence in English for whoever writes them, and the field where it is about one.
"""


def list_askable_kinds() -> tuple[OperationKind, ...]:
    """What can be asked for here: all that the bank carries out and that is asked for at a screen of the customer's.
    Logging on is its own verb."""
    asked = (kind for kind in OperationKind if kind in live_kinds() and CATALOGUE[kind].terminals & SCREENS)
    return tuple(kind for kind in asked if kind is not OperationKind.LOG_ON)


def describe_bank_api(path: str) -> Json:
    """The whole description. `path`: where the verbs are."""
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1", "description": ABOUT},
        "servers": [{"url": path}],
        "security": [{"bearer": []}, {"cookie": []}],
        "paths": {**_visits(), **_accounts(), **_operations(), **_decisions()},
        "components": {"schemas": _schemas(), "securitySchemes": SCHEMES},
    }


def _object(**members: Json) -> Json:
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


TEXT: Final[Json] = {"type": "string"}
CENTS: Final[Json] = {"type": "integer"}
MOMENT: Final[Json] = {"type": "integer", "minimum": 0}
DIGITS: Final[Json] = {"type": "string", "pattern": "^[0-9]{8}$"}
NOTHING: Final = _object()
TERMINAL: Final[Json] = {
    "type": "string",
    "maxLength": LONGEST_TERMINAL,
    "description": "Keep it and send it with the next sign-in: the customer is told of one without.",
}
CODE: Final[Json] = {"type": "string", "maxLength": 32, "description": "8 digits; spaces between them do not matter."}
CODES: Final = ("body", "signed-off", "stale", "missing", "method", "refused", "slip", "broken")
"""What else than an AskingFault a refusal may be."""

SCHEMES: Final[Json] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The token of POST /session."},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "coopanet", "description": "The pages' own."},
}

FIELD_SCHEMAS: Final[Mapping[FieldKind, Json]] = {
    FieldKind.CENTS: {"type": "integer", "minimum": 0, "maximum": 10**9},
    FieldKind.IBAN: {"type": "string", "maxLength": 64, "examples": ["FR7630006000011234567890189"]},
    FieldKind.IBAN_OF_FRANCE: {"type": "string", "maxLength": 64, "examples": ["FR7630006000011234567890189"]},
    FieldKind.IBAN_ABROAD: {"type": "string", "maxLength": 64, "examples": ["DE89370400440532013000"]},
    FieldKind.NAME: {"type": "string", "minLength": 1, "maxLength": 70},
    FieldKind.EMAIL: {"type": "string", "maxLength": 254, "examples": ["prenom.nom@example.org"]},
    FieldKind.ADDRESS: {"type": "string", "minLength": 1, "maxLength": 200},
    FieldKind.DAYS: {"type": "integer", "minimum": 1, "maximum": LONGEST_CONSENT_DAYS},
    FieldKind.DAY: {
        "type": "string",
        "format": "date",
        "description": "A day of the bank's own calendar, from tomorrow on, within a year: a transfer is made then.",
    },
    FieldKind.RHYTHM: {
        "const": MONTHLY,
        "description": "Every month on the day of the first, or on a shorter one's last.",
    },
    FieldKind.CARD: {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
}


def name_fault(fault: AskingFault) -> str:
    """A fault as programs read it: `same-account`."""
    return fault.name.lower().replace("_", "-")


def _asking(kind: OperationKind) -> Json:
    rules = CATALOGUE[kind].fields
    fields = _object(**{rule.name: FIELD_SCHEMAS[rule.kind] for rule in rules})
    fields["required"] = [rule.name for rule in rules if not rule.optional]
    asked = _object(kind={"const": kind.value}, fields=fields, language={"enum": list(LANGUAGES)})
    return asked | {"required": ["kind", "fields"]}


def _schemas() -> Json:
    line = _object(label=TEXT, value=TEXT)
    return {
        "Session": _object(token={"type": "string", "maxLength": LONGEST_TOKEN}, terminal=TERMINAL),
        "Customer": _object(user=TEXT, name=TEXT, kind={"enum": [each.value for each in CustomerKind]}, csrf=TEXT),
        "Accounts": _object(accounts=_list(_account())),
        "Movements": _object(movements=_list(_movement())),
        "Asking": {"oneOf": [_asking(kind) for kind in list_askable_kinds()]},
        "Operation": _object(
            id={"type": "string", "pattern": "^[0-9a-f]{32}$"},
            seq={"type": "integer", "description": "Grows with every change of any operation."},
            kind={"enum": [kind.value for kind in OperationKind]},
            state={"enum": [state.value for state in OperationState]},
            terminal={"enum": [terminal.value for terminal in TerminalKind]},
            language={"enum": list(LANGUAGES)},
            shown=_list(line) | {"description": "The very lines that are confirmed."},
            fields={"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
            created_ms=MOMENT,
            until_ms=MOMENT,
            decided_ms=_or_null(MOMENT),
            means=_or_null({"enum": [means.value for means in Means]}),
        ),
        "Operations": _object(operations=_list(_ref("Operation"))),
        "Offers": _object(means=_list(_offer())),
        "Confirmation": _object(
            outcome={"enum": [word_of(each) for each in ConfirmOutcome]}, operation=_ref("Operation")
        ),
        "Sending": _object(outcome={"enum": [word_of(each) for each in SmsOutcome]}, number_end=TEXT, until_ms=MOMENT),
        "Error": _object(
            error=TEXT, code={"enum": [*CODES, *(name_fault(fault) for fault in AskingFault)]}, field=TEXT
        ),
    }


def _account() -> Json:
    kinds = [kind.value for kind in AccountKind]
    return _object(iban=TEXT, kind={"enum": kinds}, balance_cents=CENTS, opened_ms=MOMENT)


def _movement() -> Json:
    return _object(at_ms=MOMENT, kind={"enum": [kind.value for kind in MovementKind]}, label=TEXT, cents=CENTS)


def _offer() -> Json:
    """What is typed on the reader is told with its key; nothing of it with the others."""
    means = {"enum": [means.value for means in Means]}
    return _object(means=means, challenge=_or_null(DIGITS), amount_cents=_or_null(CENTS), account=_or_null(DIGITS))


def _ref(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


def _json(schema: str) -> Json:
    return {"application/json": {"schema": _ref(schema)}}


PLAIN: Final[Json] = {"text/plain": {"schema": TEXT}}


def _refusals(*statuses: int) -> Json:
    """What any verb may be answered, and of the others those."""
    return {
        str(status): {"description": meaning, "content": _json("Error") | (PLAIN if status in BY_GUARD else {})}
        for status, meaning in MEANINGS.items()
        if status in (403, 421, 503) or status in statuses
    }


MEANINGS: Final[Mapping[int, str]] = {
    400: "Not as it is described.",
    401: "Nobody is signed in with that.",
    403: "Another site asks, X-CSRF-Token is not the session's, or a code is refused.",
    404: "There is no such thing of this customer.",
    411: "The body's length is not told.",
    413: "The body is too long.",
    415: "The body is not JSON.",
    421: "Asked by another name than the bank's own.",
    422: "The bank does not take it: `code` says why.",
    503: "The books cannot be used: nothing was decided.",
}
BY_GUARD: Final = frozenset({403, 411, 413, 421})
"""Answered before anything is looked at, in plain text."""


def _verb(summary: str, schema: str, *statuses: int, done: int = 200, **more: Any) -> Json:  # noqa: ANN401
    done_answer: Json = {"description": "So it is now."} | ({"content": _json(schema)} if schema else {})
    return {"summary": summary, "responses": {str(done): done_answer, **_refusals(401, *statuses)}, **more}


def _sent(schema: Json) -> Json:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


WITH_BODY: Final = (400, 411, 413, 415)


def _parameter(name: str, where: str, schema: Json, summary: str) -> Json:
    return {"name": name, "in": where, "required": where == "path", "schema": schema, "description": summary}


NUMBER: Final = _parameter("number", "path", {"type": "string", "pattern": "^[0-9a-f]{32}$"}, "The operation's id.")
IBAN: Final = _parameter("iban", "path", {"type": "string", "pattern": "^[A-Z0-9]{5,34}$"}, "An account's own.")
AFTER: Final = _parameter("after", "query", {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}, "A `seq`.")
ONCE: Final = _parameter(
    "Idempotency-Key", "header", {"type": "string", "pattern": "^[!-~]{1,64}$"}, "Sent again, it is one operation."
)


def _visits() -> Json:
    credentials = _object(user={"type": "string", "maxLength": 16}, code=CODE, terminal=TERMINAL)
    credentials |= {"required": ["user", "code"]}
    sign_in = _verb("Sign in by user code and Sésame code.", "Session", 422, *WITH_BODY, done=201, **_sent(credentials))
    del sign_in["responses"]["401"]
    visit = {
        "post": sign_in | {"security": []},
        "get": _verb("Who is signed in.", "Customer"),
        "delete": _verb("Sign off.", "", done=204),
    }
    return {"/session": visit}


def _accounts() -> Json:
    return {
        "/accounts": {"get": _verb("The customer's accounts, oldest first.", "Accounts")},
        "/accounts/{iban}/movements": {
            "get": _verb("An account's latest movements, newest first.", "Movements", 404, parameters=[IBAN])
        },
    }


def _operations() -> Json:
    listed = "Those that changed after `after`, in the order of their changes; without it, the latest."
    asked = _verb(
        "Ask for one. It waits for its confirmation.", "Operation", 422, *WITH_BODY, done=201, parameters=[ONCE]
    )
    return {
        "/operations": {
            "get": _verb(listed, "Operations", 400, parameters=[AFTER]),
            "post": asked | _sent(_ref("Asking")),
        },
        "/operations/{number}": {"get": _verb("One, as it stands.", "Operation", 404, parameters=[NUMBER])},
        "/operations/{number}/means": {
            "get": _verb("How the customer may confirm it now.", "Offers", 404, parameters=[NUMBER])
        },
    }


def _decisions() -> Json:
    means = {"enum": ["reader", "sms"]}
    confirmed = _verb("Confirm it by a code.", "Confirmation", 404, 422, *WITH_BODY, parameters=[NUMBER])
    sent = _verb("Have a code sent to the secure telephone.", "Sending", 404, *WITH_BODY, parameters=[NUMBER])
    verbs = {"confirm": confirmed | _sent(_object(means=means, code=CODE)), "sms": sent | _sent(NOTHING)}
    for name, summary in (
        ("refuse", "The customer does not want it."),
        ("withdraw", "Whoever asked gives it up."),
        ("fraud", "The customer had no part in it, decided or not: everybody is signed off."),
    ):
        verbs[name] = _verb(summary, "Operation", 404, *WITH_BODY, parameters=[NUMBER]) | _sent(NOTHING)
    return {f"/operations/{{number}}/{name}": {"post": verb} for name, verb in verbs.items()}
