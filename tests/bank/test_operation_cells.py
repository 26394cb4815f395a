"""Every kind x customer x terminal x means of the catalogue, asked of the bank itself: what is shut it refuses."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import product

import pytest

from bank.demo.database import open_in_memory
from bank.operations.catalogue import (
    CATALOGUE,
    Clientele,
    Means,
    OperationKind,
    TerminalKind,
    judge_asking,
    judge_cell,
    list_means,
)
from bank.operations.policy import OPERATION_POLICY
from bank.operations.ports import Asking, AskingError, AskingFault, ConfirmOutcome, SmsOutcome
from bank.operations.table import OperationState
from bank.securpass.ports import PhoneOutcome
from tests.bank.app_counter import AppCounter
from tests.bank.phone import Phone

READER = (Means.READER_CODE, Means.READER_CHALLENGE, Means.READER_SIGN)
WAITING_MS = 10 * 60_000
CELLS = list(product(OperationKind, Clientele, TerminalKind))
SWITCHES = [OPERATION_POLICY.means, frozenset({Means.SMS}), frozenset(READER)]


@pytest.fixture(scope="module", params=SWITCHES, ids=["all", "sms", "reader"])
def bank(request: pytest.FixtureRequest) -> Iterator[AppCounter]:
    with closing(open_in_memory()) as store:
        yield AppCounter(store, policy=replace(OPERATION_POLICY, means=request.param))


@pytest.fixture(scope="module")
def phone(bank: AppCounter) -> Phone:
    """The individual's, past its 72 hours."""
    return bank.usable_phone()


@pytest.mark.parametrize("cell", CELLS, ids=["-".join(str(part.value) for part in cell) for cell in CELLS])
def test_what_the_catalogue_allows_is_confirmed_and_what_it_does_not_is_refused(
    bank: AppCounter, phone: Phone, cell: tuple[OperationKind, Clientele, TerminalKind]
) -> None:
    kind, clientele, terminal = cell
    customer = bank.durand if clientele is Clientele.INDIVIDUAL else bank.moreau
    asking = Asking(customer, kind, terminal, bank.fields(kind, customer) | amounts(kind))
    bank.hand.ms += WAITING_MS
    unfit = judge_asking(kind, clientele, terminal)
    open_means = list_means(kind, clientele, terminal, bank.policy.means)
    if unfit or not open_means:
        before = bank.events()
        with pytest.raises(AskingError) as caught:
            bank.service.request_operation(asking)
        assert (caught.value.fault, caught.value.unfit) == (AskingFault.UNFIT if unfit else AskingFault.NO_MEANS, unfit)
        assert bank.events() == before
        return
    for means in Means:
        shut = judge_cell(kind, clientele, terminal, means, bank.policy.means)
        assert_answer(bank, phone, (asking, means), is_open=shut is None)


def amounts(kind: OperationKind) -> dict[str, int | str]:
    """A cent a time, and another payee, address or card limit each time it is asked."""
    return {"amount": 1} if any(rule.name == "amount" for rule in CATALOGUE[kind].fields) else {}


def assert_answer(bank: AppCounter, phone: Phone, asked: tuple[Asking, Means], *, is_open: bool) -> None:
    """One means on an operation of its own. The reader has one key for a kind: the others cannot be pressed for it."""
    asking, means = asked
    operation = bank.service.request_operation(fresh(bank, asking))
    customer, name = asking.customer_id, operation.operation_id
    assert (means in bank.service.list_means(customer, name)) == is_open
    pressed = bank.service.instruct_reader(customer, name)
    if means in READER and pressed and pressed.means is means:
        answer = bank.service.confirm_by_reader(customer, name, bank.reader_code(operation)).outcome
        assert answer is (ConfirmOutcome.APPROVED if is_open else ConfirmOutcome.UNFIT)
    elif means is Means.SMS:
        sent = bank.service.send_sms_code(customer, name).outcome
        assert sent is (SmsOutcome.SENT if is_open else SmsOutcome.UNFIT)
        code = bank.read_code(customer) if is_open else "12345678"
        answer = bank.service.confirm_by_sms(customer, name, code).outcome
        assert answer is (ConfirmOutcome.APPROVED if is_open else ConfirmOutcome.UNFIT)
    elif means is Means.SECURPASS and customer == bank.durand:
        prompted = bank.app.prompt_phone(customer, name)
        assert prompted.asked == is_open
        made = phone.approve(operation, prompted.match).outcome
        assert made is (PhoneOutcome.DONE if is_open else PhoneOutcome.UNFIT)
        answer = ConfirmOutcome.APPROVED if is_open else ConfirmOutcome.UNFIT
    else:
        assert not is_open
        answer = ConfirmOutcome.UNFIT
    state = bank.service.find_operation(customer, name).state
    assert (state is OperationState.APPROVED) == (answer is ConfirmOutcome.APPROVED)
    bank.service.withdraw_operation(customer, name)


def fresh(bank: AppCounter, asking: Asking) -> Asking:
    """Nothing that is so already: each has another e-mail, address and payee."""
    turn = len(bank.events())
    values = dict(asking.fields)
    if "email" in values:
        values["email"] = f"{turn}@example.org"
    if "address" in values:
        values["address"] = f"{turn} rue Basse"
    if asking.kind is OperationKind.ADD_BENEFICIARY:
        values["payee_iban"] = number(turn)
    return replace(asking, fields=values)


def number(turn: int) -> str:
    """A German account: 18 digits behind the check digits, which are right."""
    account = f"{turn:018d}"
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"
