"""A telephone with the app, as docs/dev/securpass-api.md has it, with no code of the bank's but its values: keys of its
own, a counter, requests that are signed and can be sent again unchanged. And a finger: a WebAuthn authenticator."""

import base64
import hmac
import json
import os
import re
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData
from sqlalchemy import select

from bank.books.schema_securpass import MAIL_OUTBOX
from bank.emv.keys import card_key
from bank.emv.terminal import CodeRequest
from bank.operations.octets import make_octets
from bank.operations.ports import Operation
from bank.securpass.phone.settings import BiometricSettings
from bank.securpass.ports import (
    ActivationOffer,
    ActivationProof,
    Envelope,
    NewPhone,
    PhoneAnswer,
    PhoneOutcome,
    SecondProof,
    SecurPassStatus,
)
from bank.securpass.proofs.octets import PhoneAct, ProofKind
from bank.securpass.proofs.webauthn import Assertion, Origin
from bank.securpass.service import SecurPassService
from bank.verification import Search

PLACE = Origin("http://localhost:8035", "localhost")
CODE = "2580"
RAW = (Encoding.Raw, PublicFormat.Raw)
POINT = (Encoding.X962, PublicFormat.UncompressedPoint)
FLAG = AuthenticatorData.FLAG


@dataclass
class Finger:
    """What a telephone's own authenticator does, for one credential."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: os.urandom(16))
    flags: FLAG = FLAG.UP | FLAG.UV
    place: Origin = PLACE
    count: int = 0

    def client_data(self, kind: str, challenge: bytes) -> bytes:
        told = {"type": kind, "challenge": encode(challenge), "origin": self.place.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def register(self, challenge: bytes) -> tuple[bytes, bytes]:
        """Attestation object and client data."""
        made = AttestedCredentialData.create(
            bytes(16),
            self.credential,
            ES256.from_cryptography_key(self.key.public_key()),  # type: ignore[no-untyped-call]
        )
        data = AuthenticatorData.create(self._rp(), self.flags | FLAG.AT, self.count, made)
        return bytes(AttestationObject.create("none", data, {})), self.client_data("webauthn.create", challenge)

    def touch(self, signed: bytes) -> Assertion:
        """An assertion about exactly these octets."""
        data = bytes(AuthenticatorData.create(self._rp(), self.flags, self.count))
        client = self.client_data("webauthn.get", sha256(signed).digest())
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return Assertion(self.credential, data, client, signature)

    def _rp(self) -> bytes:
        return sha256(self.place.rp_id.encode()).digest()


@dataclass
class Phone:
    """One telephone of one customer."""

    service: SecurPassService
    customer_id: int
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    pepper: bytes = field(default_factory=lambda: os.urandom(32))
    salt: bytes = field(default_factory=lambda: os.urandom(16))
    counter: int = 0
    device_id: str = ""
    label: str = "Pixel 7"
    finger: Finger = field(default_factory=Finger)

    @property
    def device_key(self) -> bytes:
        return self.key.public_key().public_bytes(*POINT)

    def code_key(self, code: str = CODE) -> Ed25519PrivateKey:
        seed = hmac.digest(self.pepper, b"securpass code" + self.salt + code.encode(), sha256)
        return Ed25519PrivateKey.from_private_bytes(seed)

    def code_public(self, code: str = CODE) -> bytes:
        return self.code_key(code).public_key().public_bytes(*RAW)

    def sign(self, octets: bytes) -> bytes:
        r, s = decode_dss_signature(self.key.sign(octets, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    # Activation

    def begin(self, second: SecondProof | None = SecondProof.READER) -> ActivationOffer:
        phone = NewPhone(self.device_key, self.code_public(), self.label, second)
        return self.service.begin_activation(self.customer_id, phone)

    def proof(self, offer: ActivationOffer, sms: str = "", second: str = "") -> ActivationProof:
        return ActivationProof(
            sms or self.read_sms(), second, self.sign(offer.octets), self.code_key().sign(offer.octets)
        )

    def activate(self, second: SecondProof | None = SecondProof.READER) -> SecurPassStatus:
        """The whole course."""
        offer = self.begin(second)
        code = ""
        if second is SecondProof.READER:
            code = self.reader_code(offer.challenge)
        elif second is SecondProof.MAIL:
            code = self.read_mail()
        status = self.service.finish_activation(self.customer_id, offer.activation_id, self.proof(offer, second=code))
        self.device_id = offer.device_id
        return status

    def read_sms(self) -> str:
        """The code in the latest message that has one."""
        texts = (one.text for one in self.service.operations.list_messages(self.customer_id))
        return next(found for found in map(find_code, texts) if found)

    def read_mail(self) -> str:
        query = select(MAIL_OUTBOX.c.text).where(MAIL_OUTBOX.c.customer_id == self.customer_id)
        with self.service.frame.store.reading() as connection:
            texts = connection.execute(query.order_by(MAIL_OUTBOX.c.id.desc())).scalars().all()
        return next(found for found in map(find_code, texts) if found)

    def reader_code(self, challenge: str) -> str:
        """What the customer's reader shows for *Défi*."""
        store = self.service.frame.store
        card = store.find_card("bank-card")
        assert card is not None
        search = Search(card, card_key(store.issuer_key(card.key_name), card.pan, card.psn), CodeRequest(challenge))
        return search.code(store.card_status(card.card_id).last_atc + 1)

    # Requests

    def write(self, act: PhoneAct, about: bytes, by: ProofKind, match: str = "", counter: int | None = None) -> bytes:
        """A request as it is signed and sent; the counter goes up first, as on the telephone."""
        self.counter = self.counter + 1 if counter is None else counter
        return write_request(
            act=act.value,
            about=sha256(about).hexdigest(),
            match=match,
            device=self.device_id,
            counter=self.counter,
            by=by.value,
        )

    def envelope(
        self, act: PhoneAct, about: bytes, by: ProofKind = ProofKind.CODE, match: str = "", code: str = CODE
    ) -> Envelope:
        return self.seal(self.write(act, about, by, match), by, code)

    def seal(self, request: bytes, by: ProofKind = ProofKind.CODE, code: str = CODE) -> Envelope:
        """Sign a request."""
        envelope = Envelope(request, self.sign(request), PLACE)
        if by is ProofKind.CODE:
            return replace(envelope, code_signature=self.code_key(code).sign(request))
        return replace(envelope, assertion=self.finger.touch(request)) if by is ProofKind.BIOMETRICS else envelope

    def approve(
        self, operation: Operation, match: str = "", code: str = CODE, by: ProofKind = ProofKind.CODE
    ) -> PhoneAnswer:
        octets = make_octets(operation.content)
        envelope = self.envelope(PhoneAct.APPROVE, octets, by, match, code)
        return self.service.decide_on_phone(operation.operation_id, envelope)

    def approval(self, operation: Operation) -> Envelope:
        """The terminal asks, and the customer approves: what is sent."""
        return self.envelope(PhoneAct.APPROVE, make_octets(operation.content), match=self.prompt(operation))

    def turn_down(self, operation: Operation, act: PhoneAct = PhoneAct.REFUSE) -> PhoneAnswer:
        envelope = self.envelope(act, make_octets(operation.content), ProofKind.DEVICE)
        return self.service.decide_on_phone(operation.operation_id, envelope)

    def prompt(self, operation: Operation) -> str:
        """The terminal asks: the number that it shows."""
        answer = self.service.prompt_phone(self.customer_id, operation.operation_id)
        assert answer.asked
        return answer.match

    def log_on(self, code: str = CODE, by: ProofKind = ProofKind.CODE) -> PhoneOutcome:
        challenge, _ = self.service.draw_challenge()
        envelope = self.envelope(PhoneAct.LOG_ON, challenge, by, code=code)
        return self.service.log_on_by_phone(challenge, envelope).answer.outcome

    def set_biometrics(self, *, log_on: bool, approve: bool, register: bool = True) -> PhoneAnswer:
        challenge, _ = self.service.draw_challenge()
        made = self.finger.register(challenge) if register else (None, None)
        octets = json.dumps({"log_on": log_on, "approve": approve, "register": register}).encode()
        chosen = BiometricSettings(octets, challenge, log_on, approve, *made)
        return self.service.set_biometrics(chosen, self.envelope(PhoneAct.SET_BIOMETRICS, octets), "fr")

    def copy(self) -> "Phone":
        """A copied profile: the same keys, the same counter, from now on by itself."""
        return replace(self)


def write_request(**changed: Any) -> bytes:  # noqa: ANN401 - JSON
    """A request with those members."""
    return json.dumps({"version": 1, "at": 1_767_268_800_000} | changed).encode()


def find_code(text: str) -> str:
    """The eight digits in a message; nothing where there are none."""
    found = re.search(r"(?:est|is) (\d{4}) (\d{4})\b", text)
    return "".join(found.groups()) if found else ""


def encode(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The octets of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
