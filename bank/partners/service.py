"""Partners over the books and the bank's operations: a request waits for the customer, and a yes is a token.

What the customer confirms is an operation like any other: its lines say who asks, for how much or how long, and the
message that he sees at the partner. A request's identifier and its token follow from the operation under the vault's
key, so that the same answer can be given twice, and are kept as hashes.
"""

import hmac
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select

from bank.base64url import encode_base64url
from bank.books.clock import WallClock, wall_ms
from bank.books.limiting import count_one
from bank.books.records import user_code
from bank.books.schema import CUSTOMERS, EFFECTS
from bank.books.store_sql import SqlStore
from bank.books.timed import read_timed, write_timed
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.ledger.entries import Account, AccountKind, StatementLine
from bank.ledger.keeping import list_accounts, list_statement
from bank.operations import catalogue as cat
from bank.operations.catalogue import EffectKind, OperationKind, TerminalKind
from bank.operations.notices import NoticeEvent, note_notice
from bank.operations.octets import Value
from bank.operations.policy import SECOND_MS
from bank.operations.ports import Asking, AskingError, AskingFault, Operation, OperationDesk
from bank.operations.shelf import get_operation, has_effect
from bank.operations.table import OperationState
from bank.partners.consents import count_access
from bank.partners.policy import DAY_MS, PARTNER_POLICY, PartnerPolicy
from bank.partners.ports import (
    SCOPE_OF,
    Grant,
    IssuedToken,
    Partner,
    PartnerAsking,
    PartnerError,
    PartnerFault,
    PartnerTransfer,
    Scope,
    Ticket,
    TransferState,
)
from bank.partners.registry import find_partner
from bank.partners.requests import (
    AGAIN,
    OpenRequest,
    end_grant,
    find_grant,
    note_answer,
    poll_request,
    put_grant,
    put_request,
)

F = PartnerFault

MOST_MOVEMENTS: Final = 500
WRITTEN: Final = {
    AskingFault.AMOUNT: (F.INVALID_DETAILS, "instructedAmount: out of bounds"),
    AskingFault.FIELDS: (F.INVALID_REQUEST, "a field is missing"),
    AskingFault.NAME: (F.INVALID_BINDING_MESSAGE, "binding_message: 1 to 70 signs that can be shown"),
    AskingFault.DAYS: (F.INVALID_DETAILS, "days: out of bounds"),
}
"""What a partner is told of a fault: what it wrote itself. Nothing of the customer: neither funds nor means."""
EVERYDAY: Final = frozenset({AccountKind.CURRENT, AccountKind.ASSOCIATION})
"""What a merchant is paid from where the customer named no account: a person's, or an association's."""
DENIED: Final = "the bank does not ask this customer for that now"


PhoneAsker = Callable[[int, str], str]
"""Has the customer's telephone asked for a decision: the number that the partner shows, "" where none is needed."""


class PartnerService:
    """See each method. All raise StateError where the books cannot be used."""

    def __init__(
        self,
        store: SqlStore,
        operations: OperationDesk,
        policy: PartnerPolicy = PARTNER_POLICY,
        wall: WallClock = wall_ms,
        ask_phone: PhoneAsker | None = None,
    ) -> None:
        self._store = store
        self._ask_phone = ask_phone
        self._operations = operations
        self._wall = wall
        self._key = store.derive_key("partners")
        self.policy = policy

    def authenticate(self, client_id: str, secret: str) -> Partner:
        """The partner with that secret. Raises PartnerError."""
        with self._reading() as (connection, _):
            found = find_partner(connection, client_id, secret)
        if found is None:
            raise PartnerError(F.INVALID_CLIENT, "no client proves itself so")
        return found

    def ask_customer(self, partner: Partner, asking: PartnerAsking) -> Ticket:
        """Have the customer asked. Raises PartnerError."""
        customer_id, account = self._meet(partner, asking)
        operation = self._request(partner, asking, customer_id, account)
        request_id = self._derive("request", operation.operation_id)
        until_ms = operation.content.until_ms
        with self._writing() as (connection, now_ms):
            interval_ms = self.policy.interval_ms
            put_request(connection, partner, operation, request_id, interval_ms)
        number = self._ask_phone(customer_id, operation.operation_id) if self._ask_phone else ""
        return Ticket(request_id, max(0, until_ms - now_ms) // SECOND_MS, interval_ms // SECOND_MS, number)

    def poll_token(self, partner: Partner, request_id: str) -> IssuedToken:
        """The token, once the customer has said yes. Raises PartnerError: also where he has not yet, or no."""
        with self._writing() as (connection, now_ms):
            found = poll_request(connection, partner, request_id, self.policy, now_ms)
            answer = self._answer(connection, partner, found, now_ms) if found else None
        if found is None:
            raise PartnerError(F.SLOW_DOWN, AGAIN)
        if isinstance(answer, PartnerError):
            raise answer
        assert answer is not None
        return answer

    def read_grant(self, token: str, scope: Scope) -> Grant:
        """What a token is good for. Raises PartnerError."""
        with self._reading() as (connection, now_ms):
            grant = find_grant(connection, token, now_ms)
            fraud = grant is not None and has_effect(connection, grant.operation_id, EffectKind.PROTECTION)
        if grant is None or fraud or grant.scope is not scope:
            raise PartnerError(F.INVALID_TOKEN, "this token is good for nothing here, or not any more")
        return grant

    def revoke_token(self, partner: Partner, token: str) -> None:
        """The partner needs it no more (RFC 7009); harmless where it is none."""
        with self._writing() as (connection, now_ms):
            grant = end_grant(connection, partner, token, now_ms)
            if grant:
                self._note(connection, now_ms, grant, "consent ended by the partner")
            if grant and grant.scope is Scope.ACCOUNTS:
                note_notice(connection, grant.customer_id, NoticeEvent.CONSENT_ENDED, now_ms, grant.operation_id)

    def list_accounts(self, grant: Grant, *, alone: bool = False) -> Sequence[Account]:
        """The customer's accounts. `alone`: he is not waiting for it. Raises PartnerError where that was too often."""
        with self._writing() as (connection, now_ms):
            self._count(connection, grant, "accounts", now_ms, alone=alone)
            return list_accounts(connection, grant.customer_id)

    def list_movements(self, grant: Grant, iban: str, *, alone: bool = False) -> Sequence[StatementLine] | None:
        """An account's movements as far back as a partner may look, newest first; None for no account of his.
        `alone`: as above."""
        with self._writing() as (connection, now_ms):
            account = next((one for one in list_accounts(connection, grant.customer_id) if one.iban == iban), None)
            if account is None:
                return None
            self._count(connection, grant, f"movements-{account.account_id}", now_ms, alone=alone)
            since_ms = now_ms - self.policy.movement_days * DAY_MS
            lines = list_statement(connection, account.account_id, MOST_MOVEMENTS)
        return [line for line in lines if line.at_ms >= since_ms]

    def read_transfer(self, grant: Grant) -> PartnerTransfer:
        """What became of the transfer that the customer approved."""
        with self._reading() as (connection, now_ms):
            operation = get_operation(connection, grant.customer_id, grant.operation_id, now_ms)
            query = select(EFFECTS.c.state).where(
                EFFECTS.c.operation_id == grant.operation_id, EFFECTS.c.kind == EffectKind.TRANSFER.value
            )
            effect = connection.execute(query).scalar()
        states = {"done": TransferState.EXECUTED, "failed": TransferState.FAILED}
        fields = operation.content.fields
        state = states.get(str(effect), TransferState.APPROVED)
        return PartnerTransfer(int(fields[cat.AMOUNT]), str(fields[cat.MESSAGE]), state)

    def _request(self, partner: Partner, asking: PartnerAsking, customer_id: int, account: str) -> Operation:
        accounts = SCOPE_OF[partner.kind] is Scope.ACCOUNTS
        made = Asking(
            customer_id,
            OperationKind.AGGREGATE_ACCOUNTS if accounts else OperationKind.MERCHANT_TRANSFER,
            TerminalKind.DISTANCE if accounts else TerminalKind.SHOP,
            self._consent_fields(partner, asking) if accounts else _transfer_fields(partner, asking, account),
            asking.language,
            f"{partner.client_id}/{asking.once}" if asking.once else "",
        )
        try:
            return self._operations.request_operation(made)
        except AskingError as error:
            fault, text = WRITTEN.get(error.fault, (F.ACCESS_DENIED, DENIED))
            raise PartnerError(fault, text) from error

    def _consent_fields(self, partner: Partner, asking: PartnerAsking) -> dict[str, Value]:
        if not 0 < asking.days <= self.policy.consent_days:
            raise PartnerError(F.INVALID_DETAILS, f"days: from 1 to {self.policy.consent_days}")
        return {cat.AGGREGATOR: partner.name, cat.DAYS: asking.days, cat.MESSAGE: asking.message}

    def _answer(
        self, connection: Connection, partner: Partner, request: OpenRequest, now_ms: int
    ) -> IssuedToken | PartnerError:
        """What the customer's decision means for whoever asked; a refusal is no reason to undo the poll."""
        operation = get_operation(connection, request.customer_id, request.operation_id, now_ms)
        if operation.state is OperationState.PENDING:
            return PartnerError(F.PENDING, "the customer has not decided yet")
        if operation.state is OperationState.EXPIRED:
            return PartnerError(F.EXPIRED, "the customer has not decided in time")
        fraud = has_effect(connection, operation.operation_id, EffectKind.PROTECTION)
        if operation.state is not OperationState.APPROVED or fraud:
            return PartnerError(F.ACCESS_DENIED, "the customer does not want it")
        if request.answered_ms is not None and now_ms >= request.answered_ms + self.policy.again_ms:
            return PartnerError(F.INVALID_GRANT, "the token was given before")
        return self._issue(connection, partner, operation, now_ms)

    def _issue(self, connection: Connection, partner: Partner, operation: Operation, now_ms: int) -> IssuedToken:
        scope = SCOPE_OF[partner.kind]
        days = operation.content.fields.get(cat.DAYS)
        since_ms = operation.decided_ms or now_ms
        until_ms = since_ms + (int(days) * DAY_MS if days else self.policy.transfer_ms)
        token = self._derive("token", operation.operation_id)
        grant = Grant(partner, operation.content.customer_id, operation.operation_id, scope, since_ms, until_ms)
        if put_grant(connection, grant, token) and scope is Scope.ACCOUNTS:
            note_notice(connection, grant.customer_id, NoticeEvent.CONSENT, now_ms, grant.operation_id)
        note_answer(connection, operation.operation_id, now_ms)
        self._note(connection, now_ms, grant, f"consent for {scope.value} taken up")
        return IssuedToken(token, max(0, until_ms - now_ms) // SECOND_MS, scope)

    def _meet(self, partner: Partner, asking: PartnerAsking) -> tuple[int, str]:
        """The customer's number, and the account that pays. Whoever asks for many codes, right or wrong, is stopped,
        and no customer is flooded with requests. Raises PartnerError, what was counted stays counted."""
        policy, code = self.policy, user_code(asking.user)
        with self._writing() as (connection, now_ms):
            query = select(CUSTOMERS.c.id).where(CUSTOMERS.c.user_code == code)
            customer_id = connection.execute(query).scalar() if code else None
            keys = {f"partner/{partner.number}": policy.asked}
            if customer_id is not None:
                keys[f"partner/{partner.number}/{customer_id}"] = policy.asked_one
            window_ms = policy.asked_window_ms
            room = all(count_one(connection, key, most, now_ms, window_ms) for key, most in keys.items())
            account = asking.account or _first_account(connection, customer_id or 0)
        if not room:
            raise PartnerError(F.TOO_MANY, "too many requests: wait some minutes")
        if customer_id is None:
            raise PartnerError(F.UNKNOWN_USER, "login_hint: no user code of this bank")
        return int(customer_id), account

    def _count(self, connection: Connection, grant: Grant, resource: str, now_ms: int, *, alone: bool) -> None:
        most = self.policy.alone_in_a_day
        if not count_access(connection, grant, resource, most if alone else None, now_ms):
            raise PartnerError(F.ACCESS_EXCEEDED, f"{most} times in 24 hours without the customer: see PSU-IP-Address")

    def _derive(self, purpose: str, operation_id: str) -> str:
        mac = hmac.digest(self._key, f"{purpose}/{operation_id}".encode(), sha256)
        return encode_base64url(mac)

    def _note(self, connection: Connection, now_ms: int, grant: Grant, event: str) -> None:
        customer = name_customer(grant.customer_id)
        append_line(connection, now_ms, grant.partner.client_id, customer, event, operation=grant.operation_id)

    def _reading(self) -> AbstractContextManager[tuple[Connection, int]]:
        return read_timed(self._store, self._wall)

    def _writing(self) -> AbstractContextManager[tuple[Connection, int]]:
        return write_timed(self._store, self._wall)


def _transfer_fields(partner: Partner, asking: PartnerAsking, account: str) -> dict[str, Value]:
    """The payee is who is registered, whatever the partner writes."""
    return {
        cat.AMOUNT: asking.cents,
        cat.PAYEE_NAME: partner.name,
        cat.PAYEE_IBAN: partner.iban or "",
        cat.PAYER_ACCOUNT: account,
        cat.MESSAGE: asking.message,
    }


def _first_account(connection: Connection, customer_id: int) -> str:
    current = [one for one in list_accounts(connection, customer_id) if one.kind in EVERYDAY]
    return current[0].iban if current else ""
