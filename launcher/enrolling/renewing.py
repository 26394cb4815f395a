"""The next certificate, for a key that has one: when it is time, and how nothing is lost wherever it is cut.

The new key is made in a retired slot and certified there; the former one goes on working in 9A. When the new
certificate is in the key, too, the keys change places (MOVE KEY, Yubico's extension), each move whole or not at all.
Whatever the key holds at any moment says how to go on, so that any launcher can, on any computer.

| in 9A | in 82, its certificate | how it goes on |
| --- | --- | --- |
| old | nothing, or a key without certificate | the old one works; renewed when somebody wishes it |
| old | new, certificate | the old one works; the keys change places when somebody wishes it |
| nothing | new, certificate | the old key is in 83; the new one moves on |
| new | nothing, certificate | the certificate follows its key into 9A |
"""

import base64
from datetime import datetime, timedelta
from typing import Final

from launcher.card.piv_client import AUTHENTICATION, FORMER, NEXT, SIGNATURE, PivClient
from launcher.course.state import RenewalState
from launcher.enrolling.certificates import read_public_key, split_certificate
from launcher.enrolling.est_client import OF_ANOTHER, IssuingService, is_certificate_of, read_answer
from launcher.enrolling.request import make_request
from launcher.enrolling.signed import sign_request
from launcher.troubles import LaunchError, LaunchTrouble

RENEW: Final = "/.well-known/est/fullcmc"
REQUEST_TYPE: Final = "application/pkcs7-mime; smime-type=CMC-request"

RENEWAL: Final = timedelta(days=30)
"""So long before its end the bank renews a certificate (docs/esecure.md)."""


def judge_renewal(key: PivClient, now: datetime) -> tuple[RenewalState, int]:
    """Whether it is time, and how many days are left. Nobody is asked for a PIN. Where a certificate cannot be read, it
    is not one that is renewed here."""
    try:
        if _is_changing(key):
            return RenewalState.BEGUN, 0
        left = split_certificate(key.read_certificate()).until - now
    except LaunchError as error:
        if error.trouble is not LaunchTrouble.INSTALLATION:
            raise
        return RenewalState.NONE, 0
    due = timedelta(0) < left <= RENEWAL and key.has_key(AUTHENTICATION)
    return (RenewalState.DUE, left.days) if due else (RenewalState.NONE, 0)


def renew_certificate(key: PivClient, service: IssuingService, pin: str) -> None:
    """Have a new key certified, and put it into the place of the former. What was begun before is gone on with. Raises
    LaunchError."""
    key.verify_pin(pin)
    key.prove_management()
    if not _is_changing(key):
        _fetch_next(key, service)
    _change_places(key)


def _fetch_next(key: PivClient, service: IssuingService) -> None:
    """A key in 82, of the same algorithm as the former, and its certificate beside it, unless that is there."""
    old, algorithm = key.read_certificate(), key.find_algorithm(AUTHENTICATION)
    if key.find_algorithm(NEXT) != algorithm:
        key.make_key(NEXT, algorithm)
    new = key.read_certificate(NEXT)
    public = read_public_key(key.attest_key(NEXT))
    if is_certificate_of(public, new) and split_certificate(new).until > split_certificate(old).until:
        return
    request = make_request(key, NEXT, split_certificate(old).subject, (NEXT, SIGNATURE))
    body = base64.b64encode(sign_request(key, old, request))
    head = {"Content-Type": REQUEST_TYPE, "Accept-Language": service.language}
    new = read_answer(service.net.ask_server(service.site + RENEW, body, head))
    if not is_certificate_of(public, new):
        raise LaunchError(LaunchTrouble.ISSUER, OF_ANOTHER)
    key.write_certificate(new, NEXT)


def _change_places(key: PivClient) -> None:
    """9A to 83, 82 to 9A, the certificate after it; at the end the former key is destroyed."""
    if key.find_algorithm(NEXT):
        if key.find_algorithm(AUTHENTICATION):
            _destroy_former(key)
            key.move_key(AUTHENTICATION, FORMER)
        key.move_key(NEXT, AUTHENTICATION)
    key.write_certificate(key.read_certificate(NEXT))
    key.write_certificate(b"", NEXT)
    _destroy_former(key)


def _destroy_former(key: PivClient) -> None:
    if key.find_algorithm(FORMER):
        key.destroy_key(FORMER)


def _is_changing(key: PivClient) -> bool:
    """The keys are about to change places: one of the two slots is empty, and the next certificate is of the key in the
    other."""
    filled = [slot for slot in (AUTHENTICATION, NEXT) if key.has_key(slot)]
    if len(filled) != 1:
        return False
    new = key.read_certificate(NEXT)
    return bool(new) and is_certificate_of(read_public_key(key.attest_key(filled[0])), new)
