"""The catalogue against the sheet, and every cell of it."""

from itertools import product

import pytest

from bank.operations.catalogue import (
    CATALOGUE,
    Clientele,
    EffectKind,
    Means,
    OperationKind,
    TerminalKind,
    Unfit,
    judge_asking,
    judge_cell,
    list_means,
    live_kinds,
    reader_means,
)
from bank.operations.policy import OPERATION_POLICY, OperationPolicy

K, M, T = OperationKind, Means, TerminalKind
ALL = frozenset(Means)
LIVE = {
    K.LOG_ON,
    K.SEPA_TRANSFER,
    K.INSTANT_TRANSFER,
    K.TRANSFER_ABROAD,
    K.ADD_BENEFICIARY,
    K.CARD_LIMITS,
    K.CHANGE_EMAIL,
    K.CHANGE_ADDRESS,
    K.CARD_PAYMENT,
    K.FRIEND_TRANSFER,
    K.SIGN_CONTRACT,
    K.SHOW_PIN,
    K.SHOW_CARD,
    K.WITHDRAW_BY_PHONE,
    K.ENROL_WALLET,
    K.AGGREGATE_ACCOUNTS,
    K.MERCHANT_TRANSFER,
}


WAITED_FOR = {K.LOG_ON, K.CARD_PAYMENT, K.SIGN_CONTRACT, K.SHOW_PIN, K.SHOW_CARD, K.AGGREGATE_ACCOUNTS}
"""Whoever asks waits for the approval itself."""


def test_the_sheets_seventeen_kinds_are_there_and_these_are_live() -> None:
    assert len(CATALOGUE) == len(OperationKind) == 17
    assert live_kinds() == LIVE


def test_the_sheets_own_words() -> None:
    assert {kind for kind, entry in CATALOGUE.items() if entry.starred} == {
        K.SEPA_TRANSFER,
        K.INSTANT_TRANSFER,
        K.TRANSFER_ABROAD,
    }
    assert {kind for kind, entry in CATALOGUE.items() if entry.means == {M.SECURPASS}} == {K.SHOW_PIN, K.SHOW_CARD}
    assert CATALOGUE[K.SIGN_CONTRACT].terminals == {T.DISTANCE, T.AGENCY}
    assert CATALOGUE[K.ENROL_WALLET].terminals == {T.PHONE}
    assert all(M.SECURPASS in entry.means for entry in CATALOGUE.values())


@pytest.mark.parametrize("kind", OperationKind)
def test_signer_where_there_is_an_amount_to_an_account_and_defi_elsewhere(kind: OperationKind) -> None:
    names = {field.name for field in CATALOGUE[kind].fields}
    expected: Means | None = M.READER_SIGN if "payee_iban" in names and "amount" in names else M.READER_CHALLENGE
    if kind is K.LOG_ON:
        expected = M.READER_CODE
    if CATALOGUE[kind].means == {M.SECURPASS}:
        expected = None
    assert reader_means(kind) is expected
    assert sum(means.name.startswith("READER") for means in CATALOGUE[kind].means) == (expected is not None)


@pytest.mark.parametrize("kind", [kind for kind in K if kind in LIVE])
def test_a_live_kind_does_something_but_where_the_asker_waits_for_the_approval(kind: OperationKind) -> None:
    effect = CATALOGUE[kind].effect
    assert (effect is None) is (kind in WAITED_FOR)
    assert effect not in {EffectKind.NOTICE, EffectKind.PROTECTION}


CELLS = list(product(K, Clientele, T, M))


@pytest.mark.parametrize("cell", CELLS, ids=["-".join(str(part.value) for part in cell) for cell in CELLS])
def test_a_cell_is_open_exactly_when_every_condition_holds(
    cell: tuple[OperationKind, Clientele, TerminalKind, Means],
) -> None:
    kind, customer, terminal, means = cell
    entry = CATALOGUE[kind]
    conditions = {
        Unfit.NOT_LIVE: kind in LIVE,
        Unfit.CUSTOMER: customer in entry.customers,
        Unfit.TERMINAL: terminal in entry.terminals,
        Unfit.MEANS: means in entry.means,
        Unfit.MEANS_CUSTOMER: means is not M.SECURPASS or customer is Clientele.INDIVIDUAL,
        Unfit.MEANS_OFF: means in OPERATION_POLICY.means,
    }
    failing = [unfit for unfit, holds in conditions.items() if not holds]
    found = judge_cell(kind, customer, terminal, means, OPERATION_POLICY.means)
    assert found is (failing[0] if failing else None)
    assert (found is None) == (means in list_means(kind, customer, terminal, OPERATION_POLICY.means))
    if judge_asking(kind, customer, terminal):
        assert found is judge_asking(kind, customer, terminal)


def test_switching_a_means_on_needs_nothing_but_the_policy() -> None:
    asked = (K.SEPA_TRANSFER, Clientele.INDIVIDUAL, T.PHONE)
    assert list_means(*asked, OPERATION_POLICY.means) == (M.READER_SIGN, M.SMS, M.SECURPASS)
    assert list_means(*asked, ALL) == (M.READER_SIGN, M.SMS, M.SECURPASS, M.CERTIFICATE)


def test_the_regulations_numbers() -> None:
    assert OPERATION_POLICY.refusals == 5
    assert OPERATION_POLICY.life_ms <= 10 * 60_000
    assert (OPERATION_POLICY.sms_life_ms, OPERATION_POLICY.sms_tries) == (5 * 60_000, 3)
    for wrong in (0, 1, 6):
        with pytest.raises(ValueError, match="2018/389"):
            OperationPolicy(refusals=wrong)
