"""The app's courses: a telephone that nobody knows becomes one that approves. One call is what its holder does at once.

Each signed request is written down before it is sent, and repeated unchanged until it is answered, as in acts.js.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature

from bank.base64url import decode_base64url, encode_base64url
from bank.securpass.proofs.octets import PhoneAct, ProofKind
from sesame_core.errors import SesameError
from simulator.phone.keys import CODE, PhoneKeys, check_bank, tell_envelope
from simulator.phone.line import AppLine, AppRefusedError, Json, UnreachedError

LABEL: Final = "Téléphone simulé"
SIGNED_OUT: Final = 401


class Inbox(Protocol):
    """Where the codes come that the bank sends."""

    def read_text(self) -> str:
        """The code in the latest text message."""
        ...

    def read_mail(self) -> str:
        """The code in the latest e-mail."""
        ...


class UnansweredError(SesameError):
    """The request is written down, and perhaps sent; the bank has not answered."""


class ForgedError(SesameError):
    """The bank has not signed what was to be shown."""


class NotPossibleError(SesameError):
    """The bank does not let this customer's telephone be activated, or not in this way."""


@dataclass(frozen=True, slots=True)
class SignedAct:
    """What a request is for. `about`: the octets it is about; `code`: the proof besides the device key, "" for none;
    `match`: the number that the terminal shows."""

    act: PhoneAct
    about: bytes = field(repr=False)
    code: str = field(default="", repr=False)
    match: str = ""


@dataclass
class PhoneApp:
    """The app on one telephone. `unanswered`: path and body of the request that the bank has not answered yet."""

    line: AppLine
    keys: PhoneKeys = field(default_factory=PhoneKeys)
    bank_key: bytes = b""
    unanswered: tuple[str, Json] | None = field(default=None, repr=False)

    # A telephone that is not known

    def log_on(self, user: str, password: str, inbox: Inbox) -> None:
        """By password and text message. Raises AppRefusedError, UnreachedError."""
        step = self.line.post("log-on", {"user": user, "password": password})["step"]
        self.line.post(f"log-on/{step}", {"code": inbox.read_text()})

    def activate(self, inbox: Inbox, code: str = CODE) -> Json:
        """The whole course: how Sécur'Pass stands then. Raises NotPossibleError, AppRefusedError, UnreachedError."""
        found = self.line.get("eligibility")
        if not found["eligible"]:
            missing = ", ".join(one["condition"] for one in found["missing"])
            raise NotPossibleError(f"the bank does not let this customer have Sécur'Pass; missing: {missing}")
        if found["seconds"] and "mail" not in found["seconds"]:
            raise NotPossibleError("the customer has no e-mail address: only a person with a reader can confirm that")
        second = "mail" if found["seconds"] else None
        offer = self._offer(code, second)
        octets = decode_base64url(offer["octets"])
        said = {
            "sms": inbox.read_text(),
            "second": inbox.read_mail() if second else "",
            "device_signature": encode_base64url(self.keys.sign(octets)),
            "code_signature": encode_base64url(self.keys.code_key(code).sign(octets)),
        }
        status: Json = self.line.post(f"activation/{offer['activation']}", said)["securpass"]
        self.keys.device_id, self.bank_key = offer["device"], decode_base64url(offer["bank_key"])
        return status

    def _offer(self, code: str, second: str | None) -> Json:
        device, by_code = encode_base64url(self.keys.device_key), encode_base64url(self.keys.code_public(code))
        said = {"device_key": device, "code_key": by_code, "label": LABEL, "second": second}
        offer = self.line.post("activation", said)
        self._check(decode_base64url(offer["bank_key"]), offer)
        return offer

    # What waits, and what is decided

    def open(self) -> Json:
        """This telephone is here, by its device key: how Sécur'Pass stands. See `perform` for what it raises."""
        challenge = self.line.post("challenge")["challenge"]
        wanted = SignedAct(PhoneAct.OPEN, decode_base64url(challenge))
        return self.perform("phone", wanted, {"challenge": challenge})

    def list_waiting(self) -> list[Json]:
        """What waits for this telephone, oldest first. Raises AppRefusedError, UnreachedError."""
        return [one for one in self.list_operations() if one["waiting"]]

    def list_operations(self) -> list[Json]:
        """All that are still told of, oldest change first. Raises AppRefusedError, UnreachedError."""
        try:
            found: list[Json] = self.line.get("operations")["operations"]
        except AppRefusedError as error:
            if error.status != SIGNED_OUT:
                raise
            self.open()
            found = self.line.get("operations")["operations"]
        return found

    def read_octets(self, operation_id: str) -> bytes:
        """The operation's octets, which the bank has signed. Raises ForgedError, AppRefusedError, UnreachedError."""
        whole = self.line.get(f"operations/{operation_id}")
        return self._check(self.bank_key, whole)

    def decide(self, operation_id: str, wanted: SignedAct) -> Json:
        """Approve or turn down, about the octets that were shown. Raises as `perform`."""
        return self.perform(f"operations/{operation_id}/decision", wanted)

    def perform(self, path: str, wanted: SignedAct, more: Json | None = None) -> Json:
        """One signed request, once the one before it is answered. Raises UnansweredError, AppRefusedError."""
        self.settle()
        by = ProofKind.CODE if wanted.code else ProofKind.DEVICE
        request = self.keys.write(wanted.act, wanted.about, by, wanted.match)
        envelope = self.keys.seal(request, by, wanted.code)
        self.unanswered = (path, {**(more or {}), "envelope": tell_envelope(envelope)})
        return self.settle()

    def settle(self) -> Json:
        """Send what the bank has not answered, unchanged; nothing where there is none. Raises as `perform`."""
        if self.unanswered is None:
            return {}
        try:
            answer = self.line.post(*self.unanswered)
        except UnreachedError as error:
            raise UnansweredError(str(error)) from None
        except AppRefusedError:
            self.unanswered = None
            raise
        self.unanswered = None
        return answer

    def _check(self, key: bytes, told: Json) -> bytes:
        octets = decode_base64url(told["octets"])
        try:
            check_bank(key, octets, decode_base64url(told["signature"]))
        except InvalidSignature:
            raise ForgedError(
                "the bank has not signed what was to be shown: nothing is shown and nothing signed"
            ) from None
        return octets
