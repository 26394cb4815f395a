"""3-D Secure as a shop needs it: what its requestor asks, and what its 3DS server hears. Its own reading of EMV's core
specification, which shares no line with the bank's.
"""

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from merchant.errors import NetworkError

VERSIONS: Final = ("2.3.1", "2.2.0")
"""Asked in this order, until the bank knows one."""

REFERENCE: Final = "SESAME_DEMONSTRATION_SHOP"
UNSUPPORTED: Final = "102"
UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_BYTES: Final = 32_768
WINDOW: Final = "03"
"""500 by 600 pixels."""
WHOLE_PAGE: Final = "05"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BrowserFacts:
    """What a browser says of itself, as far as it does. `script`: whether it runs scripts; the others come with it."""

    accept: str
    agent: str
    language: str
    address: str
    script: bool = False
    depth: str = ""
    height: str = ""
    width: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """Who asks. `origin`: of the shop's own pages."""

    code: str
    name: str
    origin: str
    category: str = "5943"
    country: str = "250"
    acquirer: str = "999900"


@dataclass(frozen=True, slots=True)
class PurchaseFacts:
    """What is to be paid, with which card. `at`: YYYYMMDDHHMMSS in UTC."""

    server_id: str
    number: str = field(repr=False)
    expires: str = field(repr=False)
    cents: int
    at: str


def write_areq(shop: ShopFacts, payment: PurchaseFacts, browser: BrowserFacts, version: str) -> Json:
    """The authentication request."""
    plain: Json = {
        "messageType": "AReq",
        "messageVersion": version,
        "messageCategory": "01",
        "deviceChannel": "02",
        "threeDSCompInd": "U",
        "threeDSServerTransID": payment.server_id,
        "threeDSServerRefNumber": REFERENCE,
        "threeDSServerURL": f"{shop.origin}/3ds/results",
        "threeDSRequestorID": shop.code,
        "threeDSRequestorName": shop.name,
        "threeDSRequestorURL": f"{shop.origin}/",
        "threeDSRequestorAuthenticationInd": "01",
        "acquirerBIN": shop.acquirer,
        "acquirerMerchantID": shop.code,
        "merchantName": shop.name,
        "merchantCountryCode": shop.country,
        "mcc": shop.category,
        "acctNumber": payment.number,
        "cardExpiryDate": payment.expires,
        "purchaseAmount": str(payment.cents),
        "purchaseCurrency": "978",
        "purchaseExponent": "2",
        "purchaseDate": payment.at,
        "transType": "01",
        "notificationURL": f"{shop.origin}/3ds/notification",
    }
    return plain | _browser_elements(browser)


def _browser_elements(browser: BrowserFacts) -> Json:
    plain: Json = {
        "browserAcceptHeader": _cut(browser.accept, 2048) or "*/*",
        "browserUserAgent": _cut(browser.agent, 2048) or "unknown",
        "browserLanguage": _cut(browser.language, 8) or "fr",
        "browserIP": _cut(browser.address, 45) or "127.0.0.1",
        "browserJavascriptEnabled": browser.script,
    }
    if browser.script:
        more = {
            "browserColorDepth": browser.depth if browser.depth in {"24", "32", "48", "16"} else "24",
            "browserScreenHeight": _number(browser.height),
            "browserScreenWidth": _number(browser.width),
            "browserTZ": browser.zone if re.fullmatch(r"-?[0-9]{1,4}", browser.zone, re.ASCII) else "0",
        }
        plain |= {"browserJavaEnabled": False, **more}
    return plain


def _cut(text: str, most: int) -> str:
    return "".join(sign for sign in text if sign.isprintable())[:most]


def _number(text: str) -> str:
    return text if text.isascii() and text.isdecimal() and len(text) <= 6 else "0"


def write_creq(server_id: str, acs_id: str, version: str, window: str) -> str:
    """The challenge request as a browser takes it along."""
    plain = {
        "messageType": "CReq",
        "messageVersion": version,
        "threeDSServerTransID": server_id,
        "acsTransID": acs_id,
        "challengeWindowSize": window,
    }
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).rstrip(b"=").decode()


def read_json(octets: bytes) -> Json:
    """An object. Raises NetworkError."""
    try:
        plain = json.loads(octets) if len(octets) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict):
        raise NetworkError("the bank's answer is no message")
    return plain


def read_answer(octets: bytes, server_id: str) -> Json:
    """An ARes to that request, or an Erro. Raises NetworkError for anything else."""
    plain = read_json(octets)
    if plain.get("messageType") == "Erro":
        return plain
    ids = (plain.get("acsTransID"), plain.get("dsTransID"))
    whole = all(isinstance(one, str) and UUID.fullmatch(one.lower()) for one in ids)
    ours = plain.get("messageType") == "ARes" and plain.get("threeDSServerTransID") == server_id
    if not (ours and whole and isinstance(plain.get("transStatus"), str)):
        raise NetworkError("the bank's answer is none to this request")
    return plain


@dataclass(frozen=True, slots=True)
class HeardResult:
    """What an RReq says."""

    server_id: str
    ds_id: str
    acs_id: str
    version: str
    status: str
    reason: str
    cancel: str
    eci: str
    value: str = field(repr=False)


SAID: Final = {
    "status": "transStatus",
    "reason": "transStatusReason",
    "cancel": "challengeCancel",
    "eci": "eci",
    "value": "authenticationValue",
}


def read_result(octets: bytes) -> HeardResult | None:
    """An RReq; None for what is none."""
    try:
        plain = read_json(octets)
    except NetworkError:
        return None
    ids = tuple(plain.get(name) for name in ("threeDSServerTransID", "dsTransID", "acsTransID"))
    if plain.get("messageType") != "RReq" or plain.get("messageVersion") not in VERSIONS:
        return None
    if not all(isinstance(one, str) and UUID.fullmatch(one.lower()) for one in ids):
        return None
    said = {name: plain.get(element, "") for name, element in SAID.items()}
    if not all(isinstance(text, str) and len(text) <= (28 if name == "value" else 2) for name, text in said.items()):
        return None
    server_id, ds_id, acs_id = (str(one).lower() for one in ids)
    return HeardResult(server_id, ds_id, acs_id, plain["messageVersion"], **said)


def write_receipt(result: HeardResult) -> Json:
    """The RRes."""
    return {
        "messageType": "RRes",
        "messageVersion": result.version,
        "threeDSServerTransID": result.server_id,
        "dsTransID": result.ds_id,
        "acsTransID": result.acs_id,
        "resultsStatus": "01",
    }


def write_error(code: str, description: str, detail: str) -> Json:
    """An Erro of the 3DS server's."""
    return {
        "messageType": "Erro",
        "messageVersion": VERSIONS[-1],
        "errorCode": code,
        "errorComponent": "S",
        "errorDescription": description,
        "errorDetail": detail,
        "errorMessageType": "RReq",
    }
