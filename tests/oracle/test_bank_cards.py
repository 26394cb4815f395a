"""Random cards of the bank: the reader's digits, the issuer's own, and those of the protocol's text are the same."""

import pytest

from bank.cards.card import VirtualCard
from bank.emv import tlv
from bank.emv.issuer import (
    CryptogramKind,
    Outcome,
    PinResult,
    Transaction,
    application_cryptogram,
    expected_cvr,
    issuer_application_data,
)
from bank.emv.terminal import CodeRequest as Asked
from bank.issuing import issue_card
from bank.verification import Search
from sesame_core.cap import codes as cap
from sesame_core.cap.blocking import CardWork
from sesame_core.smartcard.apdu import Protocol
from tests.oracle.profiles import Issue, issue
from tests.oracle.walk import Answer, Known, Request, dol_data, shown

CARDS, BATCH = 2000, 250


@pytest.mark.parametrize("first", range(0, CARDS, BATCH))
def test_reader_bank_and_text_agree(first: int) -> None:
    for seed in range(first, first + BATCH):
        made = issue(seed)
        code = reader(made)
        atc = made.profile.first_atc + 1
        assert (seed, code) == (seed, bank(made, atc))
        assert (seed, code) == (seed, text(made, atc))


def reader(made: Issue) -> str:
    card = VirtualCard(made.profile)
    card.power_on()
    work = CardWork(lambda apdu: card.transmit(bytes(apdu)), Protocol(card.protocol))
    asked = made.request
    work.select_application()
    work.prepare_card(request_of(asked))
    for digit in made.profile.pin:
        work.pin.append(int(digit))
    assert work.confirm_pin() is None
    return "".join(map(str, work.make_code(asked.data)))


def request_of(asked: Asked) -> cap.Request:
    if asked.data:
        return cap.Request(cap.Function.DATA)
    if asked.amount:
        return cap.Request(cap.Function.SIGN, asked.account, str(asked.amount))
    return cap.Request(cap.Function.CHALLENGE if asked.challenge else cap.Function.CODE, asked.challenge)


def bank(made: Issue, atc: int) -> str:
    card = issue_card("random", made.application, made.profile.limit)
    return Search(card, made.application.icc_key, made.request).code(atc)


def text(made: Issue, atc: int) -> str:
    """The text's values in the lists, the issuer's arithmetic on them, and the text's digits out of the answer."""
    own, asked = made.application, made.request
    known = Known(
        aid=own.aid.hex().upper(),
        bitmap=own.ipb.hex().upper() if own.ipb else "",
        iaf=own.iaf.hex().upper() if own.iaf else "",
        psn=own.psn,
        belgian=own.belgian,
    )
    request = Request(asked.challenge or asked.account, asked.amount or 0, asked.data)
    given: dict[int, bytes] = {}
    for raw in (own.pdol, own.cdol1):
        entries = [(f"{tag:02X}", length) for tag, length in tlv.parse_dol(raw)]
        given |= tlv.cut_data(raw, bytes.fromhex(dol_data(entries, known, request)))
    right = Outcome(PinResult.RIGHT, made.profile.limit, CryptogramKind.ARQC, new_card=own.new_card)
    results = expected_cvr(own.version, right)
    iad = issuer_application_data(own.version, own.dki, results, own.tail)
    ac = application_cryptogram(own.version, own.icc_key, Transaction(given, own.aip, atc, results, iad))
    return shown(known, Answer("80", f"{atc:04X}", ac.hex().upper(), iad.hex().upper()), request)
