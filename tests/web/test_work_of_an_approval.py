"""What an approval on the telephone costs the books: counted, since a count is the same on any machine."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import event

from bank.books.clock import pass_time
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.operations.catalogue import OperationKind
from bank.operations.octets import make_octets
from bank.securpass.proofs.octets import PhoneAct
from simulator.phone.keys import tell_envelope
from tests.bank.app_counter import AppCounter
from tests.web.test_app_api import Browser, open_browser


@contextmanager
def noting(store: SqlStore) -> Iterator[list[str]]:
    """Every transaction and statement, as they come: the first word of each statement and the table it begins with."""
    done: list[str] = []
    listeners = {
        "begin": lambda _: done.append("begin"),
        "commit": lambda _: done.append("commit"),
        "before_cursor_execute": lambda *call: done.append(call[2].split()[0].lower()),
    }
    for name, note in listeners.items():
        event.listen(store._engine, name, note)
    yield done
    for name, note in listeners.items():
        event.remove(store._engine, name, note)


def approve(browser: Browser) -> list[str]:
    """What the books were asked to do meanwhile."""
    bank = browser.bank
    operation = bank.ask(OperationKind.SHOW_PIN)
    match = browser.phone.prompt(operation)
    envelope = tell_envelope(browser.phone.envelope(PhoneAct.APPROVE, make_octets(operation.content), match=match))
    with bank.store.writing() as connection:
        pass_time(connection, bank.hand())  # once a second the floor of the clock is raised, whoever comes then
    with noting(bank.store) as done:
        made = browser.post(f"operations/{operation.operation_id}/decision", {"envelope": envelope})
    assert (made["outcome"], made["operation"]["state"]) == ("done", "approved")
    return done


def test_an_approval_is_one_look_and_one_transaction_that_writes() -> None:
    with closing(open_in_memory()) as store:
        bank = AppCounter(store)
        browser = open_browser(bank)
        browser.phone = bank.usable_phone()
        browser.open()
        done = approve(browser)
        assert (done.count("begin"), done.count("commit")) == (2, 1)
        assert done[: done.index("begin", 1)].count("select") == 2  # the clock, and which telephone
        asked = [step for step in done if step not in ("begin", "commit")]
        assert len(asked) <= 15
        assert approve(browser) == done  # nothing is done the first time only
