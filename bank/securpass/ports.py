"""What a page, a desk or a command asks of Sécur'Pass: the values, and what can be wrong. Moments: ms since 1970."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from bank.errors import BankError
from bank.operations.ports import Operation
from bank.securpass.approving.asking import Hush
from bank.securpass.approving.trusting import Exemption
from bank.securpass.enrolment.eligibility import Missing
from bank.securpass.enrolment.table import EnrolmentStanding
from bank.securpass.policy import EnrolmentPath
from bank.securpass.proofs.octets import PhoneAct, PhoneRequest
from bank.securpass.proofs.webauthn import Assertion, Origin


class DeviceState(Enum):
    """A telephone's life. SUSPENDED: copied, or too many wrong codes; only an activation helps."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REPLACED = "replaced"
    CLOSED = "closed"


class SuspendReason(Enum):
    """Why Sécur'Pass approves nothing any more."""

    TRIES = "too many wrong codes"
    COPIED = "copied telephone"
    FRAUD = "log-on declared as fraud"


@dataclass(frozen=True, slots=True)
class PhoneDevice:
    """A telephone. `code_key` is sealed; `answer`: to the last request; `days`: different days of its `uses`."""

    device_id: str
    enrolment_id: int
    customer_id: int
    state: DeviceState
    label: str
    device_key: bytes = field(repr=False)
    code_key: bytes = field(repr=False)
    counter: int
    request: str = field(repr=False)
    answer: str
    tries: int
    bio_log_on: bool
    bio_approve: bool
    credential_id: bytes | None = field(repr=False)
    credential_key: bytes | None = field(repr=False)
    sign_count: int
    backed_up: bool
    rp_id: str
    since_ms: int
    ended_ms: int | None
    used_ms: int
    uses: int
    days: int


@dataclass(frozen=True, slots=True)
class SecurPassStatus:
    """What the books say of a customer's Sécur'Pass now. `device`: the one that is active or suspended."""

    standing: EnrolmentStanding
    usable: bool
    device: PhoneDevice | None
    tries_left: int
    trusted: bool
    reason: str = ""


class NotEligibleError(BankError):
    """The customer cannot have it: every condition that is missed."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__("not eligible: " + ", ".join(one.condition.value for one in missing))
        self.missing = tuple(missing)


class NotNowError(BankError):
    """The state does not allow it. `state`: which one it is."""

    def __init__(self, state: str) -> None:
        super().__init__(f"not in the state {state}")
        self.state = state


class ProofRefusedError(BankError):
    """A proof was not right; nobody is told which part of it. `left`: tries that are left, where they are counted."""

    def __init__(self, left: int | None = None) -> None:
        super().__init__("refused")
        self.left = left


class TooManyError(BankError):
    """Not so often: wait a little."""

    def __init__(self) -> None:
        super().__init__("too many: wait a little")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request as it came, with its signatures. `place`: where the app is served from, for finger and face."""

    request: bytes = field(repr=False)
    device_signature: bytes = field(repr=False)
    place: Origin
    code_signature: bytes = field(default=b"", repr=False)
    assertion: Assertion | None = field(default=None, repr=False)

    @property
    def second(self) -> bytes:
        """What is kept of the second proof."""
        return self.assertion.as_json() if self.assertion else self.code_signature


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """An envelope whose device signature is right: what it says, and whose telephone it is."""

    envelope: Envelope
    request: PhoneRequest
    device: PhoneDevice
    digest: str

    @property
    def act(self) -> PhoneAct:
        """What is asked for."""
        return self.request.act


class PhoneOutcome(Enum):
    """What came of a request. Whatever was wrong, WRONG is all that is told."""

    DONE = "done"
    WRONG = "wrong"
    WRONG_LAST = "wrong-last"
    BLOCKED = "blocked"
    SETTLED = "settled"
    UNFIT = "unfit"


Prompt = tuple[bool, str | None]
"""Of an operation that a telephone is asked for: whether a number must match, and which telephone asked by itself."""


@dataclass(frozen=True, slots=True)
class PhoneAnswer:
    """The outcome; the operation as it is then, where the request was about one; whether the bank owes something; and
    what the telephone is asked for it, as `find_prompt` has it."""

    outcome: PhoneOutcome
    customer_id: int
    operation: Operation | None = None
    owes: bool = False
    prompt: Prompt | None = None


class SecondProof(Enum):
    """With what an activation is confirmed besides the text message."""

    READER = "reader"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class NewPhone:
    """A telephone that is to be activated: its public keys, how its owner calls it."""

    device_key: bytes = field(repr=False)
    code_key: bytes = field(repr=False)
    label: str
    second: SecondProof | None
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class ActivationOffer:
    """What both keys of the telephone sign, and with what it is confirmed. `challenge`: for the reader's *Défi*."""

    activation_id: str
    device_id: str
    octets: bytes = field(repr=False)
    challenge: str
    telephone_end: str
    email_hint: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class ActivationProof:
    """What the customer typed, and the telephone's signatures over the activation's octets."""

    sms: str = field(repr=False)
    second: str = field(repr=False)
    device_signature: bytes = field(repr=False)
    code_signature: bytes = field(repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True)
class EligibilityAnswer:
    """By which path, what is missing, and with what an activation can be confirmed."""

    path: EnrolmentPath
    missing: tuple[Missing, ...]
    seconds: tuple[SecondProof, ...]


@dataclass(frozen=True, slots=True)
class PromptAnswer:
    """Whether the telephone is asked. `match`: the number that the terminal shows, "" where none is needed; `hush`: why
    it is not asked. Both empty: this operation cannot be decided by the telephone."""

    asked: bool
    match: str = ""
    hush: Hush | None = None


@dataclass(frozen=True, slots=True)
class AskedOnPhone:
    """An operation that was asked for on the telephone; `exemption`: it need not be confirmed, by that one."""

    operation: Operation
    exemption: Exemption | None = None


class PhoneWaker(Protocol):
    """Wakes a customer's telephones, as well as it can; never waits and never raises (`bank.push.worker`)."""

    def wake_phone(self, customer_id: int, about: str, until_ms: int) -> bool:
        """Leave word that something waits."""
        ...
