"""Sécur'Pass on the books: activation by every path, approving and refusing, the settings, what is refused and why."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import update

from bank.books.customers import list_credentials
from bank.books.people import CredentialKind, Post
from bank.books.schema import CONTACTS, PAYMENT_CARDS
from bank.demo.database import open_in_memory
from bank.operations.catalogue import Means, OperationKind
from bank.operations.octets import make_octets
from bank.operations.ports import UnknownOperationError
from bank.operations.table import OperationState
from bank.securpass.enrolment.branching import BranchError
from bank.securpass.enrolment.eligibility import Channel, Condition, Remedy
from bank.securpass.enrolment.identity import IdentityItem
from bank.securpass.enrolment.offering import AppOffer
from bank.securpass.enrolment.table import EnrolmentState
from bank.securpass.policy import DAY_MS, HOUR_MS, MINUTE_MS, EnrolmentPath
from bank.securpass.ports import (
    DeviceState,
    NotEligibleError,
    NotNowError,
    PhoneOutcome,
    ProofRefusedError,
    SecondProof,
    TooManyError,
)
from bank.securpass.proofs.octets import PhoneAct, ProofKind
from tests.bank.app_counter import AppCounter
from tests.bank.phone import Finger

S = EnrolmentState
CHECKED = dict.fromkeys(IdentityItem, "seen")


@pytest.fixture
def bank() -> Iterator[AppCounter]:
    with closing(open_in_memory()) as store:
        yield AppCounter(store)


# Activation


@pytest.mark.parametrize("second", list(SecondProof))
def test_self_care_is_subscribed_at_once_and_usable_after_72_hours(bank: AppCounter, second: SecondProof) -> None:
    phone = bank.phone()
    status = phone.activate(second)
    assert (status.standing.state, status.standing.path) == (S.SUBSCRIBED, EnrolmentPath.SELF_CARE)
    assert status.standing.usable_from_ms == bank.hand.ms + 72 * HOUR_MS
    operation = bank.ask()
    assert Means.SECURPASS not in bank.service.list_means(bank.durand, operation.operation_id)
    assert not bank.app.prompt_phone(bank.durand, operation.operation_id).asked
    bank.hand.ms += 72 * HOUR_MS - 1
    assert not bank.app.read_status(bank.durand).usable
    bank.hand.ms += 1
    assert bank.app.read_status(bank.durand).usable
    operation = bank.ask(amount=1)
    assert Means.SECURPASS in bank.service.list_means(bank.durand, operation.operation_id)


def test_an_activated_telephone_is_a_credential_and_the_customer_is_told_by_both_ways(bank: AppCounter) -> None:
    phone = bank.phone()
    phone.activate()
    with bank.store.reading() as connection:
        kinds = {one.kind: one.reference for one in list_credentials(connection, bank.durand)}
    assert kinds[CredentialKind.DEVICE] == phone.device_id
    assert "Pixel 7" in bank.service.list_messages(bank.durand)[0].text
    assert "securpass activated" in bank.events()
    bank.check_books()


def test_a_wrong_code_or_a_foreign_key_activates_nothing(bank: AppCounter) -> None:
    phone, other = bank.phone(), bank.phone()
    offer = phone.begin()
    code = phone.reader_code(offer.challenge)
    right = phone.proof(offer, second=code)
    wrong = (
        replace(right, device_signature=other.sign(offer.octets)),
        replace(right, code_signature=other.code_key().sign(offer.octets)),
        replace(right, code_signature=b""),
    )
    for proof in wrong:
        with pytest.raises(ProofRefusedError):
            bank.app.finish_activation(bank.durand, offer.activation_id, proof)
    for left in (2, 1):
        with pytest.raises(ProofRefusedError) as caught:
            bank.app.finish_activation(bank.durand, offer.activation_id, replace(right, sms="00000000"))
        assert caught.value.left == left
    assert bank.store.card_status("bank-card").failures == 0, "nothing was tried on the card"
    assert bank.app.finish_activation(bank.durand, offer.activation_id, right).standing.state is S.SUBSCRIBED
    with pytest.raises(UnknownOperationError):
        bank.app.finish_activation(bank.durand, offer.activation_id, right)


def test_the_third_wrong_code_ends_the_activation(bank: AppCounter) -> None:
    phone = bank.phone()
    offer = phone.begin(SecondProof.MAIL)
    right = phone.proof(offer, second=phone.read_mail())
    for left in (2, 1, 0):
        with pytest.raises(ProofRefusedError) as caught:
            bank.app.finish_activation(bank.durand, offer.activation_id, replace(right, second="00000000"))
        assert caught.value.left == left
    with pytest.raises(ProofRefusedError) as caught:
        bank.app.finish_activation(bank.durand, offer.activation_id, right)
    assert caught.value.left == 0
    assert bank.state() is S.NONE


def test_the_readers_code_is_for_these_keys_only(bank: AppCounter) -> None:
    """A code for another telephone's keys, though made by the right card."""
    phone, thief = bank.phone(), bank.phone()
    theirs = thief.begin()
    mine = phone.begin()
    with pytest.raises(ProofRefusedError):
        proof = thief.proof(theirs, second=phone.reader_code(mine.challenge))
        bank.app.finish_activation(bank.durand, theirs.activation_id, proof)
    assert bank.state() is S.NONE


def test_an_activation_is_over_after_five_minutes_and_codes_are_sent_anew_a_few_times(bank: AppCounter) -> None:
    phone = bank.phone()
    offer = phone.begin()
    first = phone.read_sms()
    bank.app.send_codes_again(bank.durand, offer.activation_id)
    assert phone.read_sms() != first
    with pytest.raises(ProofRefusedError):
        bank.app.finish_activation(
            bank.durand, offer.activation_id, phone.proof(offer, first, phone.reader_code(offer.challenge))
        )
    bank.hand.ms += 5 * MINUTE_MS
    with pytest.raises(UnknownOperationError):
        bank.app.finish_activation(bank.durand, offer.activation_id, phone.proof(offer))
    for _ in range(4):
        phone.begin()
    with pytest.raises(TooManyError):
        phone.begin()


def test_another_customer_finds_no_activation(bank: AppCounter) -> None:
    phone = bank.phone()
    offer = phone.begin()
    for act in (
        lambda: bank.app.finish_activation(bank.moreau, offer.activation_id, phone.proof(offer)),
        lambda: bank.app.send_codes_again(bank.moreau, offer.activation_id),
    ):
        with pytest.raises(UnknownOperationError):
            act()


def change_contact(bank: AppCounter, kind: str, **values: int) -> None:
    with bank.store.writing() as connection:
        mine = CONTACTS.c.customer_id == bank.durand, CONTACTS.c.kind == kind
        connection.execute(update(CONTACTS).where(*mine).values(values))


def change_card(bank: AppCounter, **values: object) -> None:
    with bank.store.writing() as connection:
        mine = PAYMENT_CARDS.c.customer_id == bank.durand
        connection.execute(update(PAYMENT_CARDS).where(mine).values(values))


def test_who_may_have_it_follows_from_the_books(bank: AppCounter) -> None:
    """The card is used from the first, the address is known for long: each is offered, and each by itself is enough."""
    change_card(bank, first_used_ms=1)
    assert bank.app.list_conditions(bank.durand).seconds == (SecondProof.READER, SecondProof.MAIL)
    change_card(bank, state="opposed")
    change_contact(bank, "email", since_ms=bank.hand.ms - 72 * HOUR_MS + 1000)
    (missing,) = bank.app.list_conditions(bank.durand).missing
    assert (missing.condition, missing.remedy) == (Condition.CARD_OR_EMAIL, Remedy.WAIT)
    with pytest.raises(NotEligibleError):
        bank.phone().begin(SecondProof.MAIL)
    bank.hand.ms += 2000
    assert bank.app.list_conditions(bank.durand).seconds == (SecondProof.MAIL,)
    change_contact(bank, "secure-telephone", until_ms=bank.hand.ms)
    assert [one.condition for one in bank.app.list_conditions(bank.durand).missing] == [Condition.SECURE_TELEPHONE]
    assert Condition.INDIVIDUAL in [one.condition for one in bank.app.list_conditions(bank.moreau).missing]


def test_a_card_that_is_opposed_while_one_activates_activates_nothing(bank: AppCounter) -> None:
    change_card(bank, first_used_ms=1)
    phone = bank.phone()
    offer = phone.begin()
    change_card(bank, state="opposed")
    change_contact(bank, "email", since_ms=bank.hand.ms)
    with pytest.raises(NotEligibleError):
        proof = phone.proof(offer, second=phone.reader_code(offer.challenge))
        bank.app.finish_activation(bank.durand, offer.activation_id, proof)
    assert bank.state() is S.NONE


# The branch


def test_the_branch_initiates_and_the_telephone_activates_by_text_message_alone(bank: AppCounter) -> None:
    change_card(bank, state="cancelled")
    change_contact(bank, "email", until_ms=1)
    agency = bank.staff[Post.AGENCY]
    amendment = bank.app.propose_amendment(agency, bank.durand, Channel.FACE_TO_FACE)
    assert bank.state() is S.NONE, "nothing before the signature"
    bank.app.sign_amendment(agency, amendment.number, b"%PDF-signed")
    status = bank.app.read_status(bank.durand)
    assert status.standing.state is S.INITIATED
    assert status.standing.until_ms == bank.hand.ms + 24 * HOUR_MS
    assert "24 heures" in bank.service.list_messages(bank.durand)[0].text
    answer = bank.app.list_conditions(bank.durand)
    assert (answer.path, answer.missing, answer.seconds) == (EnrolmentPath.BRANCH, (), ())
    bank.hand.ms += 24 * HOUR_MS - 1
    status = bank.phone().activate(None)
    assert (status.standing.state, status.usable) == (S.SUBSCRIBED, True)
    assert status.standing.since_ms == bank.hand.ms
    signed = bank.app.find_amendment(bank.durand)
    assert signed is not None
    assert (signed.state, signed.document) == ("signed", b"%PDF-signed")
    with pytest.raises(BranchError):
        bank.app.sign_amendment(agency, amendment.number, b"again")


def test_whoever_came_by_the_branch_gets_another_telephone_there(bank: AppCounter) -> None:
    """No card, no address: self-care is not for him. The old telephone approves until the new one is activated."""
    change_card(bank, state="cancelled")
    change_contact(bank, "email", until_ms=1)
    agency, face = bank.staff[Post.AGENCY], Channel.FACE_TO_FACE
    bank.app.sign_amendment(agency, bank.app.propose_amendment(agency, bank.durand, face).number, b"1")
    old, new = bank.phone(), bank.phone()
    bank.hand.ms += 1
    old.activate(None)
    with pytest.raises(NotEligibleError):
        new.begin(None)
    bank.hand.ms += 1
    bank.app.sign_amendment(agency, bank.app.propose_amendment(agency, bank.durand, face).number, b"2")
    assert bank.state() is S.SUBSCRIBED
    answer = bank.app.list_conditions(bank.durand)
    assert (answer.path, answer.missing, answer.seconds) == (EnrolmentPath.BRANCH, (), ())
    operation = bank.ask()
    assert old.approve(operation, old.prompt(operation)).outcome is PhoneOutcome.DONE
    bank.hand.ms += 24 * HOUR_MS
    with pytest.raises(NotEligibleError):
        new.begin(None)
    bank.app.sign_amendment(agency, bank.app.propose_amendment(agency, bank.durand, face).number, b"3")
    latest = bank.app.find_amendment(bank.durand)
    assert latest is not None
    assert latest.document == b"3", "of three the last"
    bank.hand.ms += 24 * HOUR_MS - 1
    status = new.activate(None)
    assert (status.standing.state, status.standing.path, status.usable) == (S.SUBSCRIBED, EnrolmentPath.BRANCH, True)
    assert [one.state for one in bank.app.list_devices(bank.durand)] == [DeviceState.ACTIVE, DeviceState.REPLACED]
    with pytest.raises(NotEligibleError):
        bank.phone().begin(None)


def test_after_24_hours_it_is_gone_and_begins_anew_in_the_branch(bank: AppCounter) -> None:
    agency = bank.staff[Post.AGENCY]
    bank.app.sign_amendment(agency, bank.app.propose_amendment(agency, bank.durand, Channel.FACE_TO_FACE).number, b"1")
    offer = bank.phone().begin(None)
    with pytest.raises(NotNowError):
        bank.app.propose_amendment(agency, bank.durand, Channel.FACE_TO_FACE)
    bank.hand.ms += 24 * HOUR_MS
    assert bank.state() is S.LAPSED
    with pytest.raises(UnknownOperationError):
        phone = bank.phone()
        bank.app.finish_activation(bank.durand, offer.activation_id, phone.proof(offer))
    number = bank.app.propose_amendment(agency, bank.durand, Channel.FACE_TO_FACE).number
    bank.app.sign_amendment(agency, number, b"2")
    assert bank.state() is S.INITIATED
    bank.hand.ms += 24 * HOUR_MS
    assert bank.app.sweep_lapsed() == 1
    assert bank.state() is S.LAPSED


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("post", list(Post))
def test_only_an_agency_face_to_face_subscribes(bank: AppCounter, post: Post, channel: Channel) -> None:
    if (post, channel) == (Post.AGENCY, Channel.FACE_TO_FACE):
        return
    with pytest.raises(NotEligibleError):
        bank.app.propose_amendment(bank.staff[post], bank.durand, channel)


def test_the_adviser_lifts_the_72_hours_when_the_list_is_whole(bank: AppCounter) -> None:
    bank.phone().activate()
    agency = bank.staff[Post.AGENCY]
    for item in IdentityItem:
        with pytest.raises(BranchError, match=item.value):
            bank.app.lift_latency(agency, bank.durand, {one: note for one, note in CHECKED.items() if one is not item})
        with pytest.raises(BranchError, match=item.value):
            bank.app.lift_latency(agency, bank.durand, CHECKED | {item: " "})
    for post in (Post.CUSTOMER_CENTRE, Post.E_AGENCY):
        with pytest.raises(BranchError, match="adviser of a branch"):
            bank.app.lift_latency(bank.staff[post], bank.durand, CHECKED)
    assert bank.app.lift_latency(agency, bank.durand, CHECKED).usable
    with pytest.raises(NotNowError):
        bank.app.lift_latency(agency, bank.durand, CHECKED)
    with pytest.raises(NotNowError):
        bank.app.lift_latency(agency, bank.moreau, CHECKED)
    assert "securpass latency lifted" in bank.events()


# Deciding


def test_an_approval_carries_out_once_and_a_repetition_is_answered_the_same(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    operation = bank.ask(amount=250)
    match = phone.prompt(operation)
    envelope = phone.envelope(PhoneAct.APPROVE, make_octets(operation.content), match=match)
    before = bank.balance(bank.accounts[bank.durand])
    for _ in range(3):
        answer = bank.app.decide_on_phone(operation.operation_id, envelope)
        assert answer.outcome is PhoneOutcome.DONE
        assert answer.operation is not None
        assert (answer.operation.state, answer.operation.means) == (OperationState.APPROVED, Means.SECURPASS)
    assert bank.balance(bank.accounts[bank.durand]) == before - 250
    assert bank.effects(operation)["transfer"] == "done"
    bank.check_books()


@pytest.mark.parametrize("what", ["code", "match", "both"])
def test_whatever_is_wrong_is_told_in_the_same_words_and_the_third_suspends(bank: AppCounter, what: str) -> None:
    phone = bank.usable_phone()
    operation = bank.ask(amount=250)
    match = phone.prompt(operation)
    other = f"{(int(match) + 1) % 100:02d}"
    wrong = (other if what != "code" else match, "9999" if what != "match" else "2580")
    for outcome in (PhoneOutcome.WRONG, PhoneOutcome.WRONG_LAST, PhoneOutcome.BLOCKED):
        assert phone.approve(operation, *wrong).outcome is outcome
    assert bank.state() is S.SUSPENDED
    assert phone.approve(operation, match).outcome is PhoneOutcome.BLOCKED, "the fourth, though right"
    assert bank.service.find_operation(bank.durand, operation.operation_id).state is OperationState.PENDING
    assert "suspendu" in bank.service.list_messages(bank.durand)[0].text
    assert Means.SMS in bank.service.list_means(bank.durand, operation.operation_id), "two tries of five are left"


def test_a_right_code_forgets_the_wrong_ones(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    for _ in range(3):
        operation = bank.ask(amount=1, payee=f"Payee {bank.hand.ms}")
        match = phone.prompt(operation)
        assert phone.approve(operation, match, "9999").outcome is PhoneOutcome.WRONG
        assert phone.approve(operation, match, "9998").outcome is PhoneOutcome.WRONG_LAST
        assert phone.approve(operation, match).outcome is PhoneOutcome.DONE
        bank.hand.ms += HOUR_MS


def test_refusing_and_fraud_need_the_telephone_only(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    operation = bank.ask(amount=1)
    phone.prompt(operation)
    answer = phone.turn_down(operation)
    assert (answer.outcome, answer.operation and answer.operation.state) == (PhoneOutcome.DONE, OperationState.REFUSED)
    assert phone.approve(operation).outcome is PhoneOutcome.SETTLED, "what was declined never comes back"
    operation = bank.ask(amount=2)
    phone.prompt(operation)
    answer = phone.turn_down(operation, PhoneAct.FRAUD)
    assert (answer.outcome, answer.operation and answer.operation.state) == (PhoneOutcome.DONE, OperationState.FRAUD)
    assert bank.effects(operation)["protection"] == "done"


def test_what_was_approved_and_is_fraud_suspends(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    operation = bank.ask(amount=1)
    phone.approve(operation, phone.prompt(operation))
    assert phone.turn_down(operation, PhoneAct.FRAUD).outcome is PhoneOutcome.DONE
    assert bank.state() is S.SUSPENDED
    assert bank.effects(operation)["protection"] == "done"


def test_nothing_is_approved_that_the_telephone_was_not_asked_for(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    assert phone.approve(bank.ask(amount=1)).outcome is PhoneOutcome.UNFIT


def test_another_operation_is_not_approved_by_a_signature_about_this_one(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    one, two = bank.ask(amount=1), bank.ask(amount=2)
    match = phone.prompt(one)
    phone.prompt(two)
    envelope = phone.envelope(PhoneAct.APPROVE, make_octets(one.content), match=match)
    assert bank.app.decide_on_phone(two.operation_id, envelope).outcome is PhoneOutcome.UNFIT
    assert bank.service.find_operation(bank.durand, two.operation_id).state is OperationState.PENDING


def test_another_customers_operation_is_an_unknown_one(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    fields = bank.fields(OperationKind.SEPA_TRANSFER, bank.moreau)
    theirs = bank.service.request_operation(replace(bank.asking(), customer_id=bank.moreau, fields=fields))
    with pytest.raises(UnknownOperationError):
        phone.approve(theirs)
    with pytest.raises(UnknownOperationError):
        phone.turn_down(theirs)
    assert bank.service.find_operation(bank.moreau, theirs.operation_id).state is OperationState.PENDING


def test_every_flipped_bit_of_a_request_or_its_signatures_is_refused(bank: AppCounter) -> None:
    """Each octet once; none of them counts as a try, for none has the telephone's signature, but the code's own."""
    phone = bank.usable_phone()
    operation = bank.ask(amount=1)
    match = phone.prompt(operation)
    envelope = phone.envelope(PhoneAct.APPROVE, make_octets(operation.content), match=match)
    for name in ("request", "device_signature"):
        octets = getattr(envelope, name)
        for place in range(len(octets)):
            flipped = octets[:place] + bytes((octets[place] ^ 1,)) + octets[place + 1 :]
            with pytest.raises(ProofRefusedError):
                bank.app.decide_on_phone(operation.operation_id, replace(envelope, **{name: flipped}))
    assert bank.app.read_status(bank.durand).tries_left == 3, "noise locks nobody out"
    flipped = bytes((envelope.code_signature[0] ^ 1,)) + envelope.code_signature[1:]
    wrong = replace(envelope, code_signature=flipped)
    assert bank.app.decide_on_phone(operation.operation_id, wrong).outcome is PhoneOutcome.WRONG
    assert bank.app.read_status(bank.durand).tries_left == 2


def test_a_copied_telephone_is_found_at_its_first_use(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    copy = phone.copy()
    operation = bank.ask(amount=1)
    match = phone.prompt(operation)
    assert phone.approve(operation, match).outcome is PhoneOutcome.DONE
    assert copy.log_on() is PhoneOutcome.BLOCKED
    assert bank.state() is S.SUSPENDED
    assert "securpass copied telephone" in bank.events()
    assert "téléphone copié" in bank.service.list_messages(bank.durand)[0].text
    assert phone.log_on() is PhoneOutcome.BLOCKED, "nobody knows which of the two is the customer's"
    again = bank.phone()
    again.activate()
    assert again.log_on() is PhoneOutcome.DONE


# Prompts


def test_a_customer_is_not_tired_out(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    asked = [bank.app.prompt_phone(bank.durand, bank.ask(amount=turn).operation_id).asked for turn in range(1, 6)]
    assert asked == [True, True, True, False, False]
    bank.hand.ms += 10 * MINUTE_MS
    for turn in (1, 2):
        operation = bank.ask(amount=turn)
        assert phone.prompt(operation)
        phone.turn_down(operation)
    operation = bank.ask(amount=3)
    assert bank.app.prompt_phone(bank.durand, operation.operation_id).hush is not None
    bank.hand.ms += 15 * MINUTE_MS
    assert bank.app.prompt_phone(bank.durand, bank.ask(amount=4).operation_id).asked


def test_the_number_belongs_to_one_operation(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    numbers = set()
    for turn in range(12):
        operation = bank.ask(amount=turn + 1)
        numbers.add(phone.prompt(operation))
        phone.approve(operation, phone.prompt(operation))
        bank.hand.ms += 10 * MINUTE_MS
    assert len(numbers) > 6


# Logging on


def test_a_log_on_works_in_the_72_hours_and_never_twice(bank: AppCounter) -> None:
    phone = bank.phone()
    phone.activate()
    challenge, _ = bank.app.draw_challenge()
    envelope = phone.envelope(PhoneAct.LOG_ON, challenge)
    made = bank.app.log_on_by_phone(challenge, envelope)
    assert (made.answer.outcome, made.user) == (PhoneOutcome.DONE, "DURAND42")
    made = bank.app.log_on_by_phone(challenge, envelope)
    assert (made.answer.outcome, made.user, made.mark) == (PhoneOutcome.SETTLED, "", "")
    other, _ = bank.app.draw_challenge()
    about_another = phone.envelope(PhoneAct.LOG_ON, challenge)
    late = phone.envelope(PhoneAct.LOG_ON, other)
    assert bank.app.log_on_by_phone(other, about_another).answer.outcome is PhoneOutcome.UNFIT
    bank.hand.ms += 5 * MINUTE_MS
    assert bank.app.log_on_by_phone(other, late).answer.outcome is PhoneOutcome.UNFIT
    own = bytes(40)
    forged = phone.envelope(PhoneAct.LOG_ON, own)
    assert bank.app.log_on_by_phone(own, forged).answer.outcome is PhoneOutcome.UNFIT


def test_a_telephone_opens_by_its_key_and_not_twice(bank: AppCounter) -> None:
    phone = bank.phone()
    phone.activate()
    challenge, _ = bank.app.draw_challenge()
    envelope = phone.envelope(PhoneAct.OPEN, challenge, ProofKind.DEVICE)
    mark = bank.app.open_phone(challenge, envelope).mark
    found = bank.app.find_visitor("", mark)[1]
    assert found is not None
    assert found.device_id == phone.device_id
    assert bank.app.open_phone(challenge, envelope).mark == ""
    assert bank.app.find_visitor("", mark[:-1] + ("0" if mark[-1] != "0" else "1"))[1] is None
    bank.hand.ms += 15 * MINUTE_MS
    assert bank.app.find_visitor("", mark)[1] is None


# Settings


def test_another_code_takes_the_place_of_the_old_one_and_nothing_else_changes(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    phone.set_biometrics(log_on=True, approve=False)
    new = phone.code_public("1379")
    answer = bank.app.change_code(new, phone.envelope(PhoneAct.CHANGE_CODE, new), "fr")
    assert answer.outcome is PhoneOutcome.DONE
    operation = bank.ask(amount=1)
    match = phone.prompt(operation)
    assert phone.approve(operation, match).outcome is PhoneOutcome.WRONG
    assert phone.approve(operation, match, "1379").outcome is PhoneOutcome.DONE
    device = bank.app.read_status(bank.durand).device
    assert device is not None
    assert (device.bio_log_on, device.bio_approve) == (True, False)


@pytest.mark.parametrize("log_on", [False, True])
@pytest.mark.parametrize("approve", [False, True])
def test_the_two_switches_do_not_depend_on_each_other(bank: AppCounter, *, log_on: bool, approve: bool) -> None:
    phone = bank.usable_phone()
    assert phone.set_biometrics(log_on=log_on, approve=approve).outcome is PhoneOutcome.DONE
    outcome = phone.log_on(by=ProofKind.BIOMETRICS)
    assert outcome is (PhoneOutcome.DONE if log_on else PhoneOutcome.UNFIT)
    operation = bank.ask(amount=1)
    answer = phone.approve(operation, phone.prompt(operation), by=ProofKind.BIOMETRICS)
    assert answer.outcome is (PhoneOutcome.DONE if approve else PhoneOutcome.UNFIT)
    assert phone.log_on() is PhoneOutcome.DONE, "the code always works"


def test_a_finger_that_is_not_known_or_of_another_place_is_wrong(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    phone.set_biometrics(log_on=True, approve=True)
    right = phone.finger
    unverified = replace(right, flags=Finger.flags & ~0x04)
    elsewhere = replace(right, place=replace(right.place, origin="http://evil.example"))
    stranger = Finger(credential=right.credential)
    for finger in (unverified, elsewhere):
        phone.finger = finger
        assert phone.log_on(by=ProofKind.BIOMETRICS) in (PhoneOutcome.WRONG, PhoneOutcome.WRONG_LAST)
    phone.finger = stranger
    assert phone.log_on(by=ProofKind.BIOMETRICS) is PhoneOutcome.BLOCKED


def test_a_finger_signs_about_one_request_only(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    phone.set_biometrics(log_on=True, approve=True)
    operation = bank.ask(amount=1)
    match = phone.prompt(operation)
    one = phone.envelope(PhoneAct.APPROVE, make_octets(operation.content), ProofKind.BIOMETRICS, "00")
    two = phone.envelope(PhoneAct.APPROVE, make_octets(operation.content), ProofKind.BIOMETRICS, match)
    mixed = replace(two, assertion=one.assertion)
    assert bank.app.decide_on_phone(operation.operation_id, mixed).outcome is PhoneOutcome.WRONG


def test_closing_leaves_text_messages(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    envelope = phone.envelope(PhoneAct.CLOSE, b"")
    for _ in range(2):
        assert bank.app.close_on_phone(envelope, "fr").outcome is PhoneOutcome.DONE
    assert bank.state() is S.CLOSED
    assert "clôture confirmée" in bank.service.list_messages(bank.durand)[0].text
    operation = bank.ask(amount=1)
    assert Means.SECURPASS not in bank.service.list_means(bank.durand, operation.operation_id)
    assert Means.SMS in bank.service.list_means(bank.durand, operation.operation_id)
    with pytest.raises(NotNowError):
        bank.app.close_enrolment(bank.durand)
    assert phone.log_on() is PhoneOutcome.BLOCKED


# Another telephone


def test_the_old_telephone_approves_until_the_new_one_is_activated_and_not_after(bank: AppCounter) -> None:
    old, new = bank.usable_phone(), bank.phone()
    operation = bank.ask(amount=1)
    match = old.prompt(operation)
    offer = new.begin()
    assert old.approve(operation, match).outcome is PhoneOutcome.DONE
    proof = new.proof(offer, second=new.reader_code(offer.challenge))
    bank.app.finish_activation(bank.durand, offer.activation_id, proof)
    new.device_id = offer.device_id
    assert old.log_on() is PhoneOutcome.BLOCKED
    assert new.log_on() is PhoneOutcome.DONE
    status = bank.app.read_status(bank.durand)
    assert (status.standing.path, status.usable) == (EnrolmentPath.TRANSFER, False)
    states = [one.state for one in bank.app.list_devices(bank.durand)]
    assert sorted(state.value for state in states) == [DeviceState.ACTIVE.value, DeviceState.REPLACED.value]


def test_the_interstitial_comes_back_after_its_days(bank: AppCounter) -> None:
    assert bank.app.find_offer(bank.durand) is AppOffer.ACTIVATE
    bank.app.put_off(bank.durand, AppOffer.ACTIVATE)
    assert bank.app.find_offer(bank.durand) is None
    bank.hand.ms += 7 * DAY_MS
    assert bank.app.find_offer(bank.durand) is AppOffer.ACTIVATE
    phone = bank.phone()
    phone.activate()
    assert bank.app.find_offer(bank.durand, phone.device_id) is None
    assert bank.app.find_offer(bank.durand, "another") is AppOffer.TRANSFER
    bank.app.put_off(bank.durand, AppOffer.TRANSFER)
    assert bank.app.find_offer(bank.durand, "another") is None


def test_nothing_secret_stands_in_a_value_or_the_journal(bank: AppCounter) -> None:
    phone = bank.usable_phone()
    operation = bank.ask(amount=1)
    envelope = phone.envelope(PhoneAct.APPROVE, make_octets(operation.content), match=phone.prompt(operation))
    bank.app.decide_on_phone(operation.operation_id, envelope)
    device = bank.app.read_status(bank.durand).device
    shown = repr((envelope, device, phone.begin(), bank.app.frame))
    for secret in (envelope.code_signature, phone.code_public(), phone.device_key):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown
    assert phone.read_sms() not in shown
    assert not any("2580" in event for event in bank.events())
