"""Sécur'Pass on the bank's books: what the app, the desks and the commands ask for. The rules are in the pure modules.

Every method may be called from any thread and from any process. What decides is one transaction; nothing is answered
before it is on the disk.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from sqlalchemy import Connection

from bank.books.clock import WallClock, wall_ms
from bank.books.customers import find_customer
from bank.books.people import StaffMember
from bank.books.records import Customer
from bank.books.schema_securpass import PROMPTS
from bank.books.store_sql import SqlStore
from bank.errors import StateError
from bank.operations.card_services import end_card_service, list_card_services
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.frame import OperationFrame
from bank.operations.octets import make_octets
from bank.operations.policy import OPERATION_POLICY, OperationPolicy
from bank.operations.ports import Asking, Operation
from bank.operations.service import OperationService
from bank.operations.shelf import get_operation
from bank.securpass.approving import asking_on_phone, prompting, reviewing, web_log_on
from bank.securpass.approving.deciding import decide_on_phone
from bank.securpass.approving.results import CardSecrets, show_result
from bank.securpass.approving.trusting import Exemption
from bank.securpass.enrolment import branching
from bank.securpass.enrolment.eligibility import Channel
from bank.securpass.enrolment.enrolling import read_status
from bank.securpass.enrolment.identity import IdentityItem
from bank.securpass.enrolment.offering import AppOffer, find_offer, put_off
from bank.securpass.frame import SecurPassFrame
from bank.securpass.phone import activating, logging_on, opening, settings
from bank.securpass.phone.settings import BiometricSettings
from bank.securpass.policy import SECURPASS_POLICY, SecurPassPolicy
from bank.securpass.ports import (
    ActivationOffer,
    ActivationProof,
    AskedOnPhone,
    DeviceState,
    EligibilityAnswer,
    Envelope,
    NewPhone,
    PhoneAnswer,
    PhoneDevice,
    PhoneOutcome,
    PhoneWaker,
    PromptAnswer,
    SecurPassStatus,
)
from bank.securpass.proofs.challenges import PhoneMark, read_phone_mark
from bank.securpass.proofs.evidence import export_proof
from bank.securpass.shelf import find_device, list_devices, write_all_lapsed
from bank.securpass.telling import SentMail, list_mails
from bank.verification import Verifier


class SecurPassService:
    """All of it. Methods raise StateError when the books cannot be used: nothing was decided then, or it was whole."""

    def __init__(
        self,
        store: SqlStore,
        policy: SecurPassPolicy = SECURPASS_POLICY,
        wall: WallClock = wall_ms,
        waker: PhoneWaker | None = None,
        operation_policy: OperationPolicy = OPERATION_POLICY,
    ) -> None:
        verifier = Verifier(store)
        self.frame = SecurPassFrame(OperationFrame(store, verifier, operation_policy, wall), policy, waker)
        self.operations = OperationService(store, verifier, operation_policy, wall)

    # The enrolment

    def read_status(self, customer_id: int) -> SecurPassStatus:
        """How it stands with a customer."""
        with self.frame.operations.reading() as (connection, now_ms):
            return read_status(self.frame, connection, customer_id, now_ms)

    def list_devices(self, customer_id: int) -> Sequence[PhoneDevice]:
        """Every telephone that the customer ever had, newest first."""
        with self.frame.operations.reading() as (connection, _):
            return list_devices(connection, customer_id)

    def list_conditions(self, customer_id: int) -> EligibilityAnswer:
        """What is missing. Raises UnknownOperationError for nobody."""
        return activating.list_conditions(self.frame, customer_id)

    def find_offer(self, customer_id: int, device_id: str = "") -> AppOffer | None:
        """What the interstitial offers now."""
        return find_offer(self.frame, customer_id, device_id)

    def put_off(self, customer_id: int, offer: AppOffer) -> None:
        """« Plus tard »."""
        put_off(self.frame, customer_id, offer)

    def begin_activation(self, customer_id: int, phone: NewPhone) -> ActivationOffer:
        """See `activating`."""
        return activating.begin_activation(self.frame, customer_id, phone)

    def send_codes_again(self, customer_id: int, activation_id: str) -> None:
        """See `activating`."""
        activating.send_codes_again(self.frame, customer_id, activation_id)

    def finish_activation(self, customer_id: int, activation_id: str, proof: ActivationProof) -> SecurPassStatus:
        """See `activating`."""
        return activating.finish_activation(self.frame, customer_id, activation_id, proof)

    def propose_amendment(self, member: StaffMember, customer_id: int, channel: Channel) -> branching.Amendment:
        """See `branching`."""
        return branching.propose_amendment(self.frame, member, customer_id, channel)

    def sign_amendment(self, member: StaffMember, number: int, document: bytes) -> branching.Amendment:
        """See `branching`."""
        return branching.sign_amendment(self.frame, member, number, document)

    def find_amendment(self, customer_id: int) -> branching.Amendment | None:
        """See `branching`."""
        return branching.find_amendment(self.frame, customer_id)

    def lift_latency(self, member: StaffMember, customer_id: int, seen: Mapping[IdentityItem, str]) -> SecurPassStatus:
        """See `branching`."""
        return branching.lift_latency(self.frame, member, customer_id, seen)

    def close_enrolment(self, customer_id: int, actor: str = "", reason: str = "") -> SecurPassStatus:
        """See `branching`."""
        return branching.close_enrolment(self.frame, customer_id, actor, reason)

    def list_mails(self, customer_id: int) -> Sequence[SentMail]:
        """The latest e-mails to the customer: codes of an activation, and what changed."""
        with self.frame.operations.reading() as (connection, _):
            return list_mails(connection, customer_id)

    def sweep_lapsed(self) -> int:
        """Write down what has lapsed: how many. For tidiness; whoever looks sees it lapsed without."""
        with self.frame.operations.writing() as (connection, now_ms):
            return write_all_lapsed(connection, now_ms)

    # Who is here

    def begin_log_on(self, user: str, password: str, language: str) -> logging_on.LogOnOffer:
        """See `logging_on`."""
        return logging_on.begin_log_on(self.frame, user, password, language)

    def finish_log_on(self, step_id: str, code: str) -> Customer:
        """See `logging_on`."""
        return logging_on.finish_log_on(self.frame, step_id, code)

    def draw_challenge(self) -> tuple[bytes, int]:
        """See `opening`."""
        return opening.draw_challenge(self.frame)

    def open_phone(self, challenge: bytes, envelope: Envelope) -> opening.OpenedPhone:
        """See `opening`."""
        return opening.open_phone(self.frame, challenge, envelope)

    def log_on_by_phone(self, challenge: bytes, envelope: Envelope) -> opening.OpenedPhone:
        """See `opening`."""
        return opening.log_on_by_phone(self.frame, challenge, envelope)

    def find_visitor(self, user: str, mark: str) -> tuple[Customer | None, PhoneDevice | None]:
        """Who is signed in under that user code, and the active telephone whose cookie that is, in one look."""
        with self.frame.operations.reading() as (connection, now_ms):
            customer = find_customer(connection, user) if user else None
            return customer, self.see_phone(connection, now_ms, mark) if mark else None

    def see_phone(self, connection: Connection, now_ms: int, mark: str) -> PhoneDevice | None:
        """The active telephone whose cookie that is, in the caller's transaction."""
        read: PhoneMark | None = read_phone_mark(self.frame.challenge_key, mark, now_ms)
        device = find_device(connection, read.device_id) if read else None
        return device if device and device.state is DeviceState.ACTIVE else None

    def begin_web_log_on(self, user: str, terminal: TerminalKind, language: str) -> web_log_on.WebLogOn:
        """See `web_log_on`."""
        return web_log_on.begin_web_log_on(self.frame, user, terminal, language)

    def look_at_web_log_on(self, begun: web_log_on.WebLogOn) -> web_log_on.WebLogOnView:
        """See `web_log_on`."""
        return web_log_on.look_at_web_log_on(self.frame, begun)

    def find_asked_customer(self, begun: web_log_on.WebLogOn) -> int:
        """See `web_log_on`."""
        return web_log_on.find_asked_customer(self.frame, begun)

    def take_web_log_on(self, begun: web_log_on.WebLogOn) -> Customer | None:
        """See `web_log_on`."""
        return web_log_on.take_web_log_on(self.frame, begun)

    def give_up_web_log_on(self, begun: web_log_on.WebLogOn) -> None:
        """See `web_log_on`."""
        web_log_on.give_up_web_log_on(self.frame, begun)

    # Settings

    def change_code(self, new_key: bytes, envelope: Envelope, language: str) -> PhoneAnswer:
        """See `settings`."""
        return settings.change_code(self.frame, new_key, envelope, language)

    def set_biometrics(self, chosen: BiometricSettings, envelope: Envelope, language: str) -> PhoneAnswer:
        """See `settings`."""
        return settings.set_biometrics(self.frame, chosen, envelope, language)

    def close_on_phone(self, envelope: Envelope, language: str) -> PhoneAnswer:
        """See `settings`."""
        return settings.close_on_phone(self.frame, envelope, language)

    # Operations

    def prompt_phone(self, customer_id: int, operation_id: str) -> PromptAnswer:
        """A terminal has the telephone asked, and shows the number to match. Raises UnknownOperationError."""
        return prompting.prompt_phone(self.frame, customer_id, operation_id)

    def find_match(self, customer_id: int, operation_id: str) -> str:
        """The number that a terminal shows, once the telephone is asked; nothing before, and where none is needed.
        Raises UnknownOperationError."""
        with self.frame.operations.reading() as (connection, now_ms):
            operation = get_operation(connection, customer_id, operation_id, now_ms)
            prompt = prompting.find_prompt(connection, operation_id)
        return prompting.find_match(self.frame, operation) if prompt and prompt[0] else ""

    def ask_on_phone(self, asking: Asking, device_id: str | None) -> AskedOnPhone:
        """See `asking_on_phone`. Raises AskingError."""
        asked = asking_on_phone.ask_on_phone(self.frame, asking, device_id)
        if asked.exemption is not None:
            self._pay()
        return asked

    def decide_on_phone(self, operation_id: str, envelope: Envelope, known: PhoneDevice | None = None) -> PhoneAnswer:
        """See `deciding`."""
        answer = decide_on_phone(self.frame, operation_id, envelope, known)
        if answer.outcome is PhoneOutcome.DONE and answer.owes:
            self._pay()
        return answer

    def list_prompts(self, customer_id: int, operation_ids: Sequence[str]) -> Mapping[str, tuple[bool, str | None]]:
        """Of those the ones that a telephone is asked for: whether a number must match, and which one asked itself."""
        mine = PROMPTS.c.customer_id == customer_id, PROMPTS.c.operation_id.in_(operation_ids)
        with self.frame.operations.reading() as (connection, _):
            rows = connection.execute(PROMPTS.select().where(*mine)).mappings()
            return {row["operation_id"]: (row["match"], row["device_id"]) for row in rows}

    def read_trust(self, customer_id: int) -> reviewing.TrustView | None:
        """See `reviewing`."""
        return reviewing.read_trust(self.frame, customer_id)

    def find_exemption(self, customer_id: int, operation_id: str) -> Exemption | None:
        """See `reviewing`."""
        return reviewing.find_exemption(self.frame, customer_id, operation_id)

    def end_exemption(self, customer_id: int, exemption: Exemption) -> bool:
        """See `reviewing`."""
        return reviewing.end_exemption(self.frame, customer_id, exemption)

    def show_result(self, customer_id: int, operation_id: str) -> CardSecrets:
        """See `results`."""
        return show_result(self.frame, customer_id, operation_id)

    def list_card_services(self, customer_id: int) -> Mapping[int, set[OperationKind]]:
        """Of each payment card the services that were begun: a wallet, withdrawing by telephone."""
        with self.frame.operations.reading() as (connection, now_ms):
            return list_card_services(connection, customer_id, now_ms)

    def end_card_service(self, customer_id: int, payment_card_id: int, kind: OperationKind) -> bool:
        """End one of them: False where there is none. Raises StateError."""
        with self.frame.operations.writing() as (connection, now_ms):
            return end_card_service(connection, customer_id, payment_card_id, kind, now_ms)

    def sign_operation(self, operation: Operation) -> tuple[bytes, bytes]:
        """Its octets, and the bank's signature over them."""
        octets = make_octets(operation.content)
        return octets, self.frame.bank_key.sign_octets(octets)

    @property
    def bank_key(self) -> bytes:
        """The public key of the bank's signatures."""
        return self.frame.bank_key.public

    def export_proof(self, operation_id: str, *, with_code_key: bool = False) -> dict[str, object]:
        """See `evidence`."""
        return export_proof(self.frame, operation_id, with_code_key=with_code_key)

    def _pay(self) -> None:
        """What is decided stays decided when the books fail now: it stays owed."""
        with suppress(StateError):
            self.operations.run_effects()
