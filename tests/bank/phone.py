"""A telephone with the app, as docs/dev/securpass-api.md has it, with no code of the bank's but its values: keys of its
own, a counter, requests that are signed and can be sent again unchanged. And a finger: a WebAuthn authenticator."""

import json
import os
from dataclasses import dataclass, field, replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData
from sqlalchemy import select

from bank.base64url import encode_base64url
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
from simulator.phone.bank_side import find_code
from simulator.phone.keys import CODE, PLACE, PhoneKeys

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
        told = {
            "type": kind,
            "challenge": encode_base64url(challenge),
            "origin": self.place.origin,
            "crossOrigin": False,
        }
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
class Phone(PhoneKeys):
    """One telephone of one customer: the simulator's, at the bank's service itself, and a finger besides."""

    service: SecurPassService
    customer_id: int
    label: str = "Pixel 7"
    finger: Finger = field(default_factory=Finger)

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
        return find_code(texts)

    def read_mail(self) -> str:
        query = select(MAIL_OUTBOX.c.text).where(MAIL_OUTBOX.c.customer_id == self.customer_id)
        with self.service.frame.store.reading() as connection:
            texts = connection.execute(query.order_by(MAIL_OUTBOX.c.id.desc())).scalars().all()
        return find_code(texts)

    def reader_code(self, challenge: str) -> str:
        """What the customer's reader shows for *Défi*."""
        store = self.service.frame.store
        card = store.find_card("bank-card")
        assert card is not None
        search = Search(card, card_key(store.issuer_key(card.key_name), card.pan, card.psn), CodeRequest(challenge))
        return search.code(store.card_status(card.card_id).last_atc + 1)

    # Requests

    def envelope(
        self, act: PhoneAct, about: bytes, by: ProofKind = ProofKind.CODE, match: str = "", code: str = CODE
    ) -> Envelope:
        return self.seal(self.write(act, about, by, match), by, code)

    def seal(self, request: bytes, by: ProofKind = ProofKind.CODE, code: str = CODE) -> Envelope:
        """Sign a request, by the finger too."""
        envelope = super().seal(request, by, code)
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
