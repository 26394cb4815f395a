"""What a partner sends: who it is, a form with each field once, what it asks for in detail. All raise PartnerError."""

import base64
import json
import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request

from bank.partners.ports import PartnerAsking, PartnerError, PartnerFault, Scope

F = PartnerFault

FORM: Final = "application/x-www-form-urlencoded"
MOST_FIELDS: Final = 20
PRESENT: Final = "PSU-IP-Address"
LONGEST_ID: Final = 200
LONGEST_ONCE: Final = 64
LANGUAGES: Final = ("fr", "en")
MONEY: Final = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
DETAIL_TYPES: Final[Mapping[Scope, str]] = {Scope.ACCOUNTS: "account_information", Scope.TRANSFER: "transfer"}
"""RFC 9396, 2: what a detail is about."""

Form = Mapping[str, str]


async def read_form(request: Request) -> Form:
    """The fields; one that stands twice is none of ours (RFC 6749, 3.2)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise PartnerError(F.INVALID_REQUEST, f"send {FORM}")
    try:
        pairs = parse_qsl((await request.body()).decode("ascii"), max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as cause:
        raise PartnerError(
            F.INVALID_REQUEST, f"a form of at most {MOST_FIELDS} fields, percent-encoded UTF-8"
        ) from cause
    if len(dict(pairs)) != len(pairs):
        raise PartnerError(F.INVALID_REQUEST, "a field stands twice")
    return dict(pairs)


def read_client(request: Request, form: Form) -> tuple[str, str]:
    """Identifier and secret: in the Authorization header, or in the form, and not in both (RFC 6749, 2.3.1)."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    in_form = "client_secret" in form
    if scheme.lower() == "basic" and not in_form:
        return _read_basic(given)
    if not scheme and in_form:
        return form.get("client_id", ""), form["client_secret"]
    raise PartnerError(F.INVALID_CLIENT, "client_id and client_secret by HTTP Basic or in the form, once")


def _read_basic(given: str) -> tuple[str, str]:
    try:
        plain = base64.b64decode(given.strip(), validate=True).decode("ascii")
    except ValueError as cause:
        raise PartnerError(F.INVALID_CLIENT, "no HTTP Basic (RFC 7617)") from cause
    client_id, _, secret = plain.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def read_bearer(request: Request) -> str:
    """The token of the Authorization header (RFC 6750, 2.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.isascii() or len(token) > LONGEST_ID:
        raise PartnerError(F.INVALID_TOKEN, "send the token as Authorization: Bearer")
    return token.strip()


def is_alone(request: Request) -> bool:
    """Whether the partner reads without its user waiting for it: one who does is named by his address (NextGenPSD2,
    4.8). What is no address is an error: it decides what is counted."""
    given = request.headers.get(PRESENT)
    if given is None:
        return True
    try:
        ip_address(given.strip())
    except ValueError as cause:
        raise PartnerError(
            F.INVALID_REQUEST, f"{PRESENT}: the user's address (IPv4 or IPv6), or leave it out"
        ) from cause
    return False


def read_asking(form: Form, scope: Scope, once: str) -> PartnerAsking:
    """What the customer is to be asked (CIBA, 7.1; RFC 9396)."""
    if form.get("scope", "").split() != [scope.value]:
        raise PartnerError(F.INVALID_SCOPE, f"scope: {scope.value}; no identity token is given, so no openid")
    if len(once) > LONGEST_ONCE or not once.isprintable():
        raise PartnerError(F.INVALID_REQUEST, f"Idempotency-Key has at most {LONGEST_ONCE} signs")
    detail = _read_detail(form.get("authorization_details", ""), scope)
    language = form.get("ui_locales", LANGUAGES[0]).partition(" ")[0].partition("-")[0].lower()
    common: dict[str, Any] = {
        "user": form.get("login_hint", ""),
        "message": form.get("binding_message", ""),
        "language": language if language in LANGUAGES else LANGUAGES[0],
        "once": once,
    }
    if scope is Scope.ACCOUNTS:
        return PartnerAsking(**common, days=_read_days(detail))
    return PartnerAsking(**common, cents=_read_cents(detail), account=_read_account(detail))


def _read_detail(text: str, scope: Scope) -> Mapping[str, Any]:
    """The one detail that there is. Nothing in it is passed over."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as cause:
        raise PartnerError(F.INVALID_DETAILS, "authorization_details: a JSON list of one object") from cause
    if not (isinstance(given, list) and len(given) == 1 and isinstance(given[0], dict)):
        raise PartnerError(F.INVALID_DETAILS, "authorization_details: a JSON list of one object")
    detail: Mapping[str, Any] = given[0]
    wanted = {"type", "days"} if scope is Scope.ACCOUNTS else {"type", "instructedAmount"}
    there = set(detail) - ({"debtorAccount"} if scope is Scope.TRANSFER else set())
    if detail.get("type") != DETAIL_TYPES[scope] or there != wanted:
        raise PartnerError(F.INVALID_DETAILS, f"authorization_details: type {DETAIL_TYPES[scope]}, {sorted(wanted)}")
    return detail


def _read_days(detail: Mapping[str, Any]) -> int:
    days = detail["days"]
    if type(days) is not int:
        raise PartnerError(F.INVALID_DETAILS, "days: a whole number")
    return days


def _read_cents(detail: Mapping[str, Any]) -> int:
    amount = detail["instructedAmount"]
    exact = isinstance(amount, dict) and set(amount) == {"currency", "amount"} and amount["currency"] == "EUR"
    if not exact or not isinstance(amount["amount"], str) or not MONEY.fullmatch(amount["amount"]):
        raise PartnerError(F.INVALID_DETAILS, 'instructedAmount: {"currency": "EUR", "amount": "12.30"}')
    return int(amount["amount"].replace(".", ""))


def _read_account(detail: Mapping[str, Any]) -> str:
    account = detail.get("debtorAccount", {"iban": ""})
    exact = isinstance(account, dict) and set(account) == {"iban"} and isinstance(account["iban"], str)
    if not exact or len(account["iban"]) > 64:
        raise PartnerError(F.INVALID_DETAILS, 'debtorAccount: {"iban": "FR76..."}')
    return str(account["iban"])
