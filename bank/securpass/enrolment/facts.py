"""What the books say of a customer who wants Sécur'Pass: the facts that `eligibility` judges."""

from sqlalchemy import Connection, func, select

from bank.books.customers import find_contact, find_customer_numbered
from bank.books.people import ContactKind, PaymentCard, PaymentCardState
from bank.books.records import CustomerKind
from bank.books.schema_securpass import AMENDMENTS
from bank.operations.people import find_confirmer
from bank.operations.ports import UnknownOperationError
from bank.people.payments import list_payment_cards
from bank.securpass.enrolment.eligibility import (
    CardFacts,
    Channel,
    Condition,
    CustomerFacts,
    Missing,
    Remedy,
    has_card,
    has_email,
    list_missing,
)
from bank.securpass.enrolment.table import LIVE, EnrolmentState
from bank.securpass.policy import EnrolmentPath, SecurPassPolicy
from bank.securpass.ports import EligibilityAnswer, SecondProof
from bank.securpass.shelf import Enrolment


def read_facts(
    connection: Connection, customer_id: int, now_ms: int, channel: Channel | None = None, *, agency_post: bool = False
) -> CustomerFacts:
    """The facts at that moment; whoever asks by the app has the app. Raises UnknownOperationError for nobody."""
    customer = find_customer_numbered(connection, customer_id)
    if customer is None:
        raise UnknownOperationError
    email = find_contact(connection, customer_id, ContactKind.EMAIL)
    cards = tuple(_card(one) for one in list_payment_cards(connection, customer_id))
    return CustomerFacts(
        individual=customer.kind is CustomerKind.INDIVIDUAL,
        has_app=True,
        subscribed=customer.subscribed_ms is not None,
        secure_telephone=find_contact(connection, customer_id, ContactKind.SECURE_TELEPHONE) is not None,
        cards=cards,
        email_age_ms=max(0, now_ms - email.since_ms) if email else None,
        channel=channel,
        agency_post=agency_post,
    )


def judge_customer(
    connection: Connection, enrolment: Enrolment, now_ms: int, policy: SecurPassPolicy
) -> EligibilityAnswer:
    """What is missing for an activation in the app. What an adviser has begun was judged then: face to face."""
    facts = read_facts(connection, enrolment.customer_id, now_ms, Channel.FACE_TO_FACE, agency_post=True)
    if enrolment.standing.state is EnrolmentState.INITIATED or _is_begun_anew(connection, enrolment, now_ms, policy):
        missing = list_missing(facts, EnrolmentPath.BRANCH, policy.email_age_ms)
        return EligibilityAnswer(EnrolmentPath.BRANCH, missing, ())
    missing = list_missing(facts, EnrolmentPath.SELF_CARE, policy.email_age_ms)
    seconds = _list_seconds(connection, enrolment.customer_id, facts, policy)
    if not seconds and not missing:  # a card that counts, but whose codes are not this bank's
        missing = (Missing(Condition.CARD_OR_EMAIL, Remedy.GIVE_EMAIL),)
    return EligibilityAnswer(EnrolmentPath.SELF_CARE, missing, seconds)


def _is_begun_anew(connection: Connection, enrolment: Enrolment, now_ms: int, policy: SecurPassPolicy) -> bool:
    """Whether the customer, who has it already, has signed for another telephone in the branch, and not used that."""
    if enrolment.standing.state not in LIVE:
        return False
    signed = select(func.max(AMENDMENTS.c.signed_ms)).where(AMENDMENTS.c.customer_id == enrolment.customer_id)
    signed_ms: int | None = connection.execute(signed).scalar()
    activated_ms = enrolment.standing.since_ms or 0
    return signed_ms is not None and activated_ms < signed_ms and now_ms < signed_ms + policy.initiated_ms


def _list_seconds(
    connection: Connection, customer_id: int, facts: CustomerFacts, policy: SecurPassPolicy
) -> tuple[SecondProof, ...]:
    """With what an activation can be confirmed besides the text message."""
    who = find_confirmer(connection, customer_id)
    reader = has_card(facts) and who is not None and who.card_id is not None
    mail = has_email(facts, policy.email_age_ms)
    return (*((SecondProof.READER,) if reader else ()), *((SecondProof.MAIL,) if mail else ()))


def _card(card: PaymentCard) -> CardFacts:
    return CardFacts(
        active=card.state is PaymentCardState.ACTIVE,
        opposed=card.state is PaymentCardState.OPPOSED,
        cancelled=card.state in (PaymentCardState.CANCELLED, PaymentCardState.EXPIRED),
        used=card.first_used_ms is not None,
    )
