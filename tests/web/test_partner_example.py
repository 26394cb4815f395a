"""The example for partners is run as it stands, against the bank as it is served, and the commands that register it."""

import argparse
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from bank.demo.database import open_in_memory
from bank.partners.policy import PARTNER_POLICY
from bank.web.partners.verbs import make_partner_api
from examples.partner import main
from sesame.bank.clients import add_client, close_client, list_clients
from tests.bank.partnered import PartneredBank
from web.serving import Server, bind_listener, url_of


@pytest.fixture
def bank() -> Iterator[PartneredBank]:
    with closing(open_in_memory()) as store:
        yield PartneredBank(store, replace(PARTNER_POLICY, interval_ms=0))


@pytest.fixture
def address(bank: PartneredBank) -> Iterator[str]:
    listener = bind_listener(0, 0)
    with ExitStack() as stack:
        stack.enter_context(Server(make_partner_api(bank.service), listener).beside())
        yield url_of(listener).rstrip("/")


def run(capsys: pytest.CaptureFixture[str], bank: PartneredBank, *words: str) -> tuple[int, str, str]:
    """The customer confirms while the program waits for the first time."""
    decisions = iter([bank.approve])
    done = main(words, lambda _seconds: next(decisions, lambda: None)())
    return (done, *capsys.readouterr())


def test_the_example_reads_accounts(
    bank: PartneredBank, address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTNER_ID", bank.aggregator.client_id)
    monkeypatch.setenv("PARTNER_SECRET", bank.secret)
    words = ("accounts", "--user", "DURAND42", "--bank", address, "--message", "Kiwi 1")
    done, said, _ = run(capsys, bank, *words)
    assert done == 0
    first, account, movement = said.splitlines()
    assert first == "Confirm it in your bank: Kiwi 1"
    assert account.startswith(bank.bank.accounts[bank.bank.durand])
    assert account.endswith("1000.00 EUR")
    assert movement.split() == ["1000.00", "opening"]


def test_the_example_is_paid_and_says_what_is_refused(
    bank: PartneredBank, address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTNER_ID", bank.merchant.client_id)
    monkeypatch.setenv("PARTNER_SECRET", bank.other_secret)
    words = ("transfer", "--user", "DURAND42", "--bank", address, "--amount", "12.30")
    assert run(capsys, bank, *words) == (0, "Confirm it in your bank: Example\nThe transfer is executed\n", "")
    done, _, complaint = run(capsys, bank, "transfer", "--user", "NOBODY42", "--bank", address)
    assert (done, complaint.split(":")[0]) == (1, "unknown_user_id")

    def refuse(_seconds: float) -> None:
        bank.bank.service.refuse_operation(bank.bank.durand, bank.operation().operation_id)

    assert main(words, refuse) == 1
    assert "access_denied" in capsys.readouterr().err


def test_the_commands_register_list_and_close_a_partner(
    bank: PartneredBank, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(**given: object) -> argparse.Namespace:
        return argparse.Namespace(json=False, **given)

    add_client(bank.store, ask(name="Prune", kind="aggregator", iban=""))
    client, secret = (line.split()[1] for line in capsys.readouterr().out.splitlines()[:2])
    assert bank.service.authenticate(client, secret).name == "Prune"
    close_client(bank.store, ask(client=client))
    list_clients(bank.store, ask())
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines[2:]] == ["Kiwi", "Épicerie", "Prune"]
    assert lines[-1].split()[0] == client
    assert "closed" in lines[-1]
    assert secret not in json.dumps(lines)
