"""What a telephone signs: a request, as the octets that it has sent. The bank parses them and never writes them anew.

One JSON object with the members of `PhoneRequest`, in any order; one that is missing, unknown or there twice is none of
ours. docs/dev/securpass-api.md tells how the telephone makes it.
"""

import json
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from bank.securpass.proofs.counter import MOST

VERSION: Final = 1
LONGEST: Final = 1024
"""Octets of a request: it has about 300."""
DIGEST_DIGITS: Final = 64
ID_DIGITS: Final = 32
HEXADECIMAL: Final = frozenset("0123456789abcdef")
CHALLENGE_DIGITS: Final = 8


class PhoneAct(Enum):
    """What a telephone asks for."""

    OPEN = "open"
    LOG_ON = "log-on"
    APPROVE = "approve"
    REFUSE = "refuse"
    FRAUD = "fraud"
    CHANGE_CODE = "change-code"
    SET_BIOMETRICS = "set-biometrics"
    CLOSE = "close"


class ProofKind(Enum):
    """What proves it besides the device key: nothing, the code, finger or face."""

    DEVICE = "device"
    CODE = "code"
    BIOMETRICS = "biometrics"


POSSESSION: Final = frozenset({ProofKind.DEVICE})
STRONG: Final = frozenset({ProofKind.CODE, ProofKind.BIOMETRICS})

ACCEPTED: Final = MappingProxyType(
    {
        PhoneAct.OPEN: POSSESSION,
        PhoneAct.LOG_ON: STRONG,
        PhoneAct.APPROVE: STRONG,
        PhoneAct.REFUSE: POSSESSION,  # refusing must be easy
        PhoneAct.FRAUD: POSSESSION,
        PhoneAct.CHANGE_CODE: STRONG,
        PhoneAct.SET_BIOMETRICS: frozenset({ProofKind.CODE}),  # who may use a finger is said by who knows the code
        PhoneAct.CLOSE: STRONG,
    }
)
"""By which proofs each act is taken."""


class RequestError(ValueError):
    """These octets are no request of a telephone."""


@dataclass(frozen=True, slots=True)
class PhoneRequest:
    """All that a request says. `about`: SHA-256 of what it is about, in hexadecimal; `match`: the number that the
    terminal shows; `at_ms`: the telephone's clock, which is believed for nothing."""

    act: PhoneAct
    about: str
    match: str
    device: str
    counter: int
    at_ms: int
    by: ProofKind


def read_request(octets: bytes) -> PhoneRequest:
    """What they say. Raises RequestError."""
    if len(octets) > LONGEST:
        raise RequestError("too long")
    try:
        plain = json.loads(octets.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
        return _read(plain)
    except (ValueError, KeyError, TypeError, RecursionError) as cause:
        raise RequestError("no request of a telephone") from cause


def digest_about(octets: bytes) -> str:
    """SHA-256 in hexadecimal: of what a request is about, and of a request itself."""
    return sha256(octets).hexdigest()


def make_key_challenge(device_key: bytes, code_key: bytes) -> str:
    """Eight digits for the reader's *Défi*: the chip card vouches for exactly these keys of a telephone."""
    number = int.from_bytes(sha256(device_key + code_key).digest()[:8], "big")
    return f"{number % 10**CHALLENGE_DIGITS:0{CHALLENGE_DIGITS}d}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is there twice")
    return found


def _no_constant(_name: str) -> float:
    raise ValueError("no number")


def _read(plain: Any) -> PhoneRequest:  # noqa: ANN401 - JSON
    names = {"version", "act", "about", "match", "device", "counter", "at", "by"}
    if not isinstance(plain, dict) or set(plain) != names or _number(plain["version"], VERSION) != VERSION:
        raise ValueError("another shape")
    request = PhoneRequest(
        act=PhoneAct(plain["act"]),
        about=_hexadecimal(plain["about"], DIGEST_DIGITS),
        match=_match(plain["match"]),
        device=_hexadecimal(plain["device"], ID_DIGITS),
        counter=_number(plain["counter"], 1),
        at_ms=_number(plain["at"], 0),
        by=ProofKind(plain["by"]),
    )
    if request.by not in ACCEPTED[request.act]:
        raise ValueError("not by this proof")
    return request


def _hexadecimal(value: object, digits: int) -> str:
    if not isinstance(value, str) or len(value) != digits or not set(value) <= HEXADECIMAL:
        raise ValueError("no hexadecimal digits")
    return value


def _match(value: object) -> str:
    if not isinstance(value, str) or len(value) not in (0, 2) or not (value.isascii() and (value or "0").isdecimal()):
        raise ValueError("no number to match")
    return value


def _number(value: object, least: int) -> int:
    if type(value) is not int or not least <= value <= MOST:
        raise ValueError("no counter")
    return value
