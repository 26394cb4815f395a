"""The description of the partners' verbs (OpenAPI 3.1), and the metadata that the standard's clients look up."""

from collections.abc import Mapping
from typing import Any, Final

from bank.ledger.entries import AccountKind, MovementKind
from bank.operations.policy import LONGEST_CONSENT_DAYS
from bank.partners.ports import PartnerFault, Scope, TransferState

Json = dict[str, Any]
F = PartnerFault

TITLE: Final = "Coop@net for partners, the demonstration bank"
ABOUT: Final = """For aggregators and merchants, after OpenID CIBA Core 1.0 in poll mode. Ask with POST /bc-authorize;
the customer confirms in the bank with what he has for it; poll POST /token no sooner than `interval` says. Money is
euro cents, moments are milliseconds since 1970. Refusals are `error` and `error_description` (RFC 6749, 5.2).
"""
TEXT: Final[Json] = {"type": "string"}
CENTS: Final[Json] = {"type": "integer"}
MOMENT: Final[Json] = {"type": "integer", "minimum": 0}
COUNT: Final[Json] = {"type": "integer", "minimum": 0}
IDENTIFIER: Final[Json] = {"type": "string", "maxLength": 200}
SHOWN_NUMBER: Final[Json] = {
    "type": "string",
    "pattern": "^[0-9]{2}$",
    "description": "Show it to the customer: his telephone asks for it. Absent where no telephone is asked.",
}
IBAN: Final[Json] = {"type": "string", "pattern": "^[A-Z0-9]{5,34}$"}


def describe_metadata(issuer: str) -> Json:
    """OpenID Connect Discovery, with what CIBA adds (4)."""
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/token",
        "revocation_endpoint": f"{issuer}/revoke",
        "backchannel_authentication_endpoint": f"{issuer}/bc-authorize",
        "backchannel_token_delivery_modes_supported": ["poll"],
        "backchannel_user_code_parameter_supported": False,
        "grant_types_supported": ["urn:openid:params:grant-type:ciba"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": [scope.value for scope in Scope],
        "authorization_details_types_supported": ["account_information", "transfer"],
        "ui_locales_supported": ["fr", "en"],
    }


def describe_partner_api(path: str) -> Json:
    """The whole description. `path`: where the verbs are."""
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1", "description": ABOUT},
        "servers": [{"url": path}],
        "paths": {**_asking(), **_reading()},
        "components": {"schemas": _schemas(), "securitySchemes": SCHEMES},
    }


SCHEMES: Final[Json] = {
    "client": {"type": "http", "scheme": "basic", "description": "client_id and client_secret."},
    "token": {"type": "http", "scheme": "bearer", "description": "The token of POST /token."},
}
MEANINGS: Final[Mapping[int, str]] = {
    400: "Not as it is described, or the customer has not decided, or does not want it: `error` says which.",
    401: "No client proves itself so; this token is good for nothing here.",
    403: "A page of another site asks.",
    404: "There is no such account of this customer.",
    411: "The body's length is not told.",
    413: "The body is too long.",
    421: "Asked by another name than the bank's own.",
    429: "Too many requests of this client, or to this customer; or read too often without him.",
    503: "The books cannot be used: nothing was decided.",
}
BY_GUARD: Final = frozenset({403, 411, 413, 421})
"""Answered before anything is looked at, in plain text."""


def _object(needed: Json, optional: Json | None = None) -> Json:
    members = needed | (optional or {})
    return {"type": "object", "properties": members, "required": list(needed), "additionalProperties": False}


def _ref(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


def _answers(schema: str, *statuses: int) -> Json:
    error: Json = {"application/json": {"schema": _ref("Error")}}
    plain: Json = {"text/plain": {"schema": TEXT}}
    refusals = {
        str(status): {"description": MEANINGS[status], "content": plain if status in BY_GUARD else error}
        for status in sorted({401, 403, 421, 503, *statuses})
    }
    done = {"description": "So it is.", "content": {"application/json": {"schema": _ref(schema)}}}
    return {"200": done, **refusals}


def _post(summary: str, form: Json, schema: str, *statuses: int, **more: Any) -> Json:  # noqa: ANN401
    body = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}}
    answers = _answers(schema, 400, 411, 413, *statuses)
    return {
        "post": {"summary": summary, "security": [{"client": []}], "requestBody": body, "responses": answers} | more
    }


def _get(summary: str, schema: str, *statuses: int, **more: Any) -> Json:  # noqa: ANN401
    return {"get": {"summary": summary, "security": [{"token": []}], "responses": _answers(schema, *statuses)} | more}


def _asking() -> Json:
    once = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Sent again, it is one request.",
    }
    once |= {"schema": {"type": "string", "pattern": "^[!-~]{1,64}$"}}
    asked = _object(
        {
            "scope": {"enum": [scope.value for scope in Scope]},
            "login_hint": {"type": "string", "maxLength": 16, "description": "The customer's user code."},
            "binding_message": {
                "type": "string",
                "minLength": 1,
                "maxLength": 70,
                "description": "What the customer sees at you, and again in the bank.",
            },
            "authorization_details": {"type": "string", "description": DETAILS, "examples": list(EXAMPLES)},
        },
        {"ui_locales": {"type": "string", "maxLength": 40, "examples": ["fr"]}},
    )
    token = _object({"grant_type": {"const": "urn:openid:params:grant-type:ciba"}, "auth_req_id": IDENTIFIER})
    return {
        "/bc-authorize": _post("Have the customer asked.", asked, "Ticket", 429, parameters=[once]),
        "/token": _post("The token, once the customer has said yes.", token, "Token"),
        "/revoke": _post("The token is needed no more.", _object({"token": IDENTIFIER}), "Nothing"),
    }


DETAILS: Final = (
    "A JSON list of one object (RFC 9396). An aggregator's says for how many days, at most "
    f"{LONGEST_CONSENT_DAYS}; a merchant's the amount, and from which account where the customer has named one."
)
EXAMPLES: Final = (
    '[{"type": "account_information", "days": 90}]',
    '[{"type": "transfer", "instructedAmount": {"currency": "EUR", "amount": "12.30"}}]',
)


PRESENT_USER: Final[Json] = {
    "name": "PSU-IP-Address",
    "in": "header",
    "required": False,
    "description": "The address of your user, who is waiting for this. Without it, at most four times in 24 hours.",
    "schema": {"anyOf": [{"type": "string", "format": "ipv4"}, {"type": "string", "format": "ipv6"}]},
}


def _reading() -> Json:
    number = {"name": "iban", "in": "path", "required": True, "schema": IBAN, "description": "An account's own."}
    present = [PRESENT_USER]
    movements = _get(
        "Its movements of the last 90 days, newest first.", "Movements", 400, 404, 429, parameters=[number, *present]
    )
    return {
        "/accounts": _get("The customer's accounts.", "Accounts", 400, 429, parameters=present),
        "/accounts/{iban}/movements": movements,
        "/transfer": _get("How far the transfer is that the customer has approved.", "Transfer"),
    }


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _schemas() -> Json:
    account = {"enum": [kind.value for kind in AccountKind]}
    movement = {"enum": [kind.value for kind in MovementKind]}
    words = [fault.value for fault in PartnerFault] + ["not_found", "server_error"]
    return {
        "Ticket": _object(
            {"auth_req_id": IDENTIFIER, "expires_in": COUNT, "interval": COUNT}, {"shown_number": SHOWN_NUMBER}
        ),
        "Token": _object(
            {
                "access_token": IDENTIFIER,
                "token_type": {"const": "Bearer"},
                "expires_in": COUNT,
                "scope": {"enum": [scope.value for scope in Scope]},
            }
        ),
        "Nothing": _object({}),
        "Accounts": _object(
            {"accounts": _list(_object({"iban": TEXT, "kind": account, "balance_cents": CENTS, "opened_ms": MOMENT}))}
        ),
        "Movements": _object(
            {"movements": _list(_object({"at_ms": MOMENT, "kind": movement, "label": TEXT, "cents": CENTS}))}
        ),
        "Transfer": _object(
            {"amount_cents": CENTS, "message": TEXT, "state": {"enum": [state.value for state in TransferState]}}
        ),
        "Error": _object({"error": {"enum": words}, "error_description": TEXT}),
    }
