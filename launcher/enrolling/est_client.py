"""The certificate issuing service (EST, RFC 7030): what is posted, and what its answers mean in the error table."""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from launcher.card.octets import find_octets, split_octets, write_octets
from launcher.card.piv_client import AUTHENTICATION, SIGNATURE, PivClient
from launcher.card.signing import P256
from launcher.enrolling.certificates import SEQUENCE, read_public_key, split_certificate
from launcher.enrolling.request import make_key_request
from launcher.ports import KeyMemory, Net, NetAnswer
from launcher.troubles import LaunchError, LaunchTrouble

ENROLL: Final = "/.well-known/est/simpleenroll"
REQUEST_TYPE: Final = "application/pkcs10"

LONGEST_SAID: Final = 300
SERIAL_SAID: Final = ("serial number", "numéro de série")
"""What tells one 403 from the others: RFC 7030 numbers no reasons, and the service's sentence is the guide's."""

OF_ANOTHER: Final = "what was issued is for another key"

OK, DENIED, FORBIDDEN, TOO_MANY = 200, 401, 403, 429


@dataclass(frozen=True, slots=True)
class EnrolmentForm:
    """What was typed. Nothing of it but the user ID is in the repr or in a message."""

    user: str
    code: str
    pin: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.user}>"


@dataclass(frozen=True, slots=True)
class IssuingService:
    """Where certificates come from, and where one waits that the key does not have yet."""

    net: Net
    site: str
    memory: KeyMemory
    language: str


def enrol_access_key(key: PivClient, service: IssuingService, form: EnrolmentForm) -> None:
    """Have the key certified, and put the certificate into it. What was begun before is gone on with: keys that are
    there are used, and so is a certificate for them that was issued already. Raises LaunchError."""
    serial = key.read_serial()
    key.verify_pin(form.pin)
    key.prove_management()
    if not key.has_key(AUTHENTICATION):
        key.make_key(AUTHENTICATION)
    if key.find_algorithm(SIGNATURE) != P256:  # which the bank's sentences are signed by
        key.make_key(SIGNATURE)
    public = read_public_key(key.attest_key(AUTHENTICATION))
    certificate = service.memory.find_certificate(serial)
    if not is_certificate_of(public, certificate):
        certificate = _fetch_certificate(key, service, form)
        if not is_certificate_of(public, certificate):
            raise LaunchError(LaunchTrouble.ISSUER, OF_ANOTHER)
        service.memory.keep_certificate(serial, certificate)
    key.write_certificate(certificate)
    service.memory.keep_certificate(serial, b"")


def is_certificate_of(public: bytes, certificate: bytes) -> bool:
    """Whether it is one, and of that public key. A file and a server may have said anything."""
    try:
        return bool(certificate) and read_public_key(certificate) == public
    except LaunchError:
        return False


def _fetch_certificate(key: PivClient, service: IssuingService, form: EnrolmentForm) -> bytes:
    request = base64.b64encode(make_key_request(key, form.user))
    return read_answer(service.net.ask_server(service.site + ENROLL, request, _write_head(form, service.language)))


def read_answer(answer: NetAnswer) -> bytes:
    """The certificate in the answer of simpleenroll, DER. Raises LaunchError: CODE, SERIAL, NOT_ISSUED, ISSUER."""
    if answer.status == OK:
        return _take_certificate(answer.body)
    said = answer.body.decode("utf-8", "replace").strip()[:LONGEST_SAID]
    detail = f"EST {answer.status}: {said}" if said.isprintable() else f"EST {answer.status}"
    if answer.status == DENIED:
        raise LaunchError(LaunchTrouble.CODE, detail)
    if answer.status == FORBIDDEN and any(each in said for each in SERIAL_SAID):
        raise LaunchError(LaunchTrouble.SERIAL, detail)
    if answer.status in {FORBIDDEN, TOO_MANY}:
        raise LaunchError(LaunchTrouble.NOT_ISSUED, detail)
    raise LaunchError(LaunchTrouble.ISSUER, detail)


def _write_head(form: EnrolmentForm, language: str) -> dict[str, str]:
    """HTTP Basic (RFC 7617): user ID and activation code."""
    # Half a sign, which some keyboards' programs hand over, is none: the service says that it knows no such user.
    login = f"{form.user.strip()}:{form.code.strip()}".encode(errors="replace")
    token = base64.b64encode(login).decode()
    return {"Authorization": f"Basic {token}", "Content-Type": REQUEST_TYPE, "Accept-Language": language}


def _take_certificate(body: bytes) -> bytes:
    """The first certificate of a CMS that signs nothing (RFC 5652, 5.1): ContentInfo, [0], SignedData, [0]."""
    try:
        octets = base64.b64decode(b"".join(body.split()), validate=True)
        fields = dict(split_octets(find_octets(octets, SEQUENCE, 0xA0, SEQUENCE)))
        ((tag, value), *_others) = split_octets(fields[0xA0])
        certificate = write_octets(tag, value)
        split_certificate(certificate)
    except (binascii.Error, ValueError, KeyError, LaunchError):
        raise LaunchError(LaunchTrouble.ISSUER, "what was issued is no certificate") from None
    return certificate
