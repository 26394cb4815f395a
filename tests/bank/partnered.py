"""A bank with an aggregator and a merchant, the clock in the test's hand."""

from dataclasses import dataclass, replace

from sqlalchemy import select

from bank.books.schema import CUSTOMERS, OPERATIONS
from bank.books.store_sql import SqlStore
from bank.operations.ports import ConfirmOutcome, Operation
from bank.operations.table import OperationState
from bank.partners.policy import PARTNER_POLICY, PartnerPolicy
from bank.partners.ports import IssuedToken, Partner, PartnerAsking, PartnerError, PartnerFault, PartnerKind, Ticket
from bank.partners.registry import add_partner
from bank.partners.service import PartnerService
from tests.bank.counter import NOON, PAYEE, Counter

CONSENT = PartnerAsking("DURAND42", "Kiwi 4711", days=90)
PURCHASE = PartnerAsking("DURAND42", "Commande 4711", cents=12_30)


@dataclass
class PartneredBank:
    """What partners do, and the customer between."""

    store: SqlStore
    policy: PartnerPolicy = PARTNER_POLICY

    def __post_init__(self) -> None:
        self.bank = Counter(self.store)
        with self.store.writing() as connection:
            self.aggregator, self.secret = add_partner(connection, "Kiwi", PartnerKind.AGGREGATOR, "", NOON)
            self.merchant, self.other_secret = add_partner(connection, "Épicerie", PartnerKind.MERCHANT, PAYEE, NOON)
        self.service = self.another()

    def another(self) -> PartnerService:
        """Another worker at the same books."""
        return PartnerService(self.store, self.bank.service, self.policy, self.bank.hand)

    def ask(self, partner: Partner | None = None, **changed: object) -> Ticket:
        partner = partner or self.aggregator
        asking = CONSENT if partner is self.aggregator else PURCHASE
        return self.service.ask_customer(partner, replace(asking, **changed))  # type: ignore[arg-type]

    def operation(self) -> Operation:
        """The one that was asked for last."""
        with self.store.reading() as connection:
            query = select(OPERATIONS.c.id, OPERATIONS.c.customer_id).order_by(OPERATIONS.c.seq.desc())
            name, customer = connection.execute(query).tuples().first() or ("", 0)
        return self.bank.service.find_operation(customer, name)

    def approve(self) -> None:
        operation = self.operation()
        code = self.bank.sms_code(operation)
        done = self.bank.service.confirm_by_sms(operation.content.customer_id, operation.operation_id, code)
        assert done.outcome is ConfirmOutcome.APPROVED

    def poll(self, ticket: Ticket, partner: Partner | None = None) -> IssuedToken | PartnerFault:
        """What the partner is told."""
        try:
            return self.service.poll_token(partner or self.aggregator, ticket.request_id)
        except PartnerError as error:
            return error.fault

    def granted(self, partner: Partner | None = None) -> str:
        """A token, all the way."""
        ticket = self.ask(partner)
        self.approve()
        issued = self.poll(ticket, partner)
        assert isinstance(issued, IssuedToken)
        return issued.token

    def pending(self) -> int:
        with self.store.reading() as connection:
            query = select(OPERATIONS.c.id).where(OPERATIONS.c.state == OperationState.PENDING.value)
            return len(connection.execute(query.join(CUSTOMERS)).all())
