"""What the command line tells of operations, journal and staff; and the first state, given back while all runs."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from bank.demo.database import open_database
from bank.demo.people import begin_anew
from bank.demo.staff import STAFF
from bank.ledger.keeping import list_accounts
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.ports import Asking
from bank.operations.service import OperationService
from sesame import cli
from tests.web.space import FRENCH
from tests.web.test_bank_served import served, state

__all__ = ["state"]

Said = Callable[..., dict[str, object]]


@pytest.fixture
def said(state: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a verb prints with --json."""

    def run(*words: str) -> dict[str, object]:
        capsys.readouterr()
        cli.main(["bank", *words, "--json", "--state", str(state)])
        found: dict[str, object] = json.loads(capsys.readouterr().out)
        return found

    return run


def ask(state: Path, user: str, value: str) -> str:
    """An operation of that customer."""
    store = open_database(state)
    try:
        customer = store.find_customer(user)
        assert customer is not None
        fields = {"email": value}
        asking = Asking(customer.customer_id, OperationKind.CHANGE_EMAIL, TerminalKind.COMPUTER, fields)
        return OperationService(store).request_operation(asking).operation_id
    finally:
        store.close()


def test_operations_are_listed_newest_first_and_by_customer_and_state(state: Path, said: Said) -> None:
    ids = [ask(state, user, f"new{number}@example.org") for number, user in enumerate(("DURAND42", "MOREAU17"))]
    listed = said("operations", "list")["operations"]
    assert isinstance(listed, list)
    assert [(one["id"], one["kind"], one["state"]) for one in listed] == [
        (number, "change-email", "pending") for number in reversed(ids)
    ]
    assert "new0@" not in json.dumps(listed), "what was asked for in particular is between customer and bank"
    assert len(said("operations", "list", "--customer", "durand42")["operations"]) == 1  # type: ignore[arg-type]
    assert said("operations", "list", "--only", "approved")["operations"] == []
    assert said("operations", "list", "--customer", "NOBODY00")["exit"] == 2
    with pytest.raises(SystemExit, match="2"):
        said("operations", "list", "--most", "0")


def test_a_transfer_of_a_later_day_is_listed_with_its_days(state: Path, said: Said) -> None:
    store = open_database(state)
    try:
        begin_anew(store)
        customer = store.find_customer("DURAND42")
        assert customer is not None
        day = (date.today() + timedelta(days=30)).isoformat()
        fields: dict[str, str | int] = {
            "amount": 100,
            "payee": "Zoe",
            "payee_iban": FRENCH,
            "day": day,
            "rhythm": "monthly",
        }
        with store.reading() as connection:
            fields["account"] = list_accounts(connection, customer.customer_id)[0].iban
        asking = Asking(customer.customer_id, OperationKind.SEPA_TRANSFER, TerminalKind.COMPUTER, fields)
        OperationService(store).request_operation(asking)
    finally:
        store.close()
    listed = said("operations", "list", "--only", "pending")["operations"]
    assert isinstance(listed, list)
    assert listed[0]["schedule"] == {
        "day": day,
        "rhythm": "monthly",
        "last_day": None,
        "state": None,
        "next": None,
        "past": 0,
    }


def test_the_journal_is_listed_and_its_chain_is_the_one_that_is_verified(state: Path, said: Said) -> None:
    ask(state, "DURAND42", "new@example.org")
    lines = said("journal", "list")["lines"]
    assert isinstance(lines, list)
    assert [one["seq"] for one in lines] == list(range(len(lines), 0, -1))
    verdict = said("journal", "verify", "--digest", str(lines[0]["digest"]))
    assert (verdict["whole"], verdict["lines"]) == (True, len(lines))
    own = said("journal", "list", "--customer", "DURAND42")["lines"]
    assert isinstance(own, list)
    assert 0 < len(own) < len(lines)


def test_those_who_work_there_are_listed(said: Said) -> None:
    assert said("staff", "list")["staff"] == [
        {"code": member.staff_code, "post": member.post.value, "name": member.name} for member, _ in STAFF
    ]


def test_reset_gives_the_first_state_while_workers_serve(
    state: Path, said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    first = said("card", "list")
    with served(state, "--workers", "2") as bank:
        ask(state, "DURAND42", "new@example.org")
        cli.main(["bank", "verify", "00000000", "--state", str(state)])
        cli.main(["bank", "customer", "add", "LEFEVRE1", "--card", "ten-digits", "--state", str(state)])
        cli.main(["bank", "card", "block", "MOREAU17", "--state", str(state)])
        assert said("card", "list") != first
        capsys.readouterr()
        assert cli.main(["bank", "reset", "--yes", "--state", str(state)]) == 0
        assert capsys.readouterr().out == "all as it was at the beginning\n"
        assert bank.get("healthz")[0] == 200
        assert bank.get("branch/fr/")[0] == 200
        assert said("card", "list") == first
        assert said("operations", "list")["operations"] == []
        assert said("journal", "verify")["whole"] is True
