"""What every test may ask for: golden pictures, a real pcscd, and Hypothesis's settings."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.shares import BANK_SIDE, EVERYWHERE, LONG

if TYPE_CHECKING:
    from bank.books.store_sql import SqlStore

pytest_plugins = ("tests.golden_plugin", "tests.pcsc_plugin", "tests.books_plugin")

pytest.register_assert_rewrite("tests.key.contract", "tests.key.contract_keys")

settings.register_profile(
    "ci",
    max_examples=200,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")

TESTS = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Name the marks."""
    config.addinivalue_line("markers", "long: run on the main Python only")
    config.addinivalue_line("markers", "bank_side: not run on a Python between the oldest and the newest")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is long, and what is the bank's, by where it stands."""
    for item in items:
        place = item.path.relative_to(TESTS)
        if any(place.is_relative_to(each) for each in LONG) and str(place) not in EVERYWHERE:
            item.add_marker(pytest.mark.long)
        if place.parts[0] in BANK_SIDE:
            item.add_marker(pytest.mark.bank_side)


@pytest.fixture(scope="session")
def bank_books() -> Iterator["SqlStore"]:
    """The demonstration's books in memory, furnished once."""
    from bank.demo.customers import furnish_books  # noqa: PLC0415 - not every test has a bank
    from bank.demo.database import open_in_memory  # noqa: PLC0415

    with closing(open_in_memory()) as store:
        furnish_books(store)
        yield store


@pytest.fixture
def bank(bank_books: "SqlStore") -> "SqlStore":
    """The same, each card as at first."""
    from bank.books.store_sql import reset_cards  # noqa: PLC0415
    from bank.demo.customers import first_issues  # noqa: PLC0415

    with bank_books.writing() as connection:
        reset_cards(connection, first_issues())
    return bank_books
