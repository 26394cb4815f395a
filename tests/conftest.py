"""What every test may ask for: golden pictures, a real pcscd, and Hypothesis's settings."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

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

LONG = (
    "bank/test_key_certificates.py",
    "bank/test_books_clock.py",
    "bank/test_operation_cells.py",
    "bank/test_operation_crashes.py",
    "bank/test_operation_races.py",
    "bank/test_smpp.py",
    "browser",
    "door/test_recipes.py",
    "elsewhere",
    "flows/test_key_scripts.py",
    "flows/test_live_reader.py",
    "hw",
    "key/test_key_clients.py",
    "key/test_key_memory.py",
    "key/test_key_update_faults.py",
    "key/test_update_power_cuts.py",
    "launcher/test_launcher_firefox.py",
    "oracle",
    "promises/test_r1_card_pulled.py",
    "promises/test_r2_bad_answers.py",
    "promises/test_r7_display_errors.py",
    "systemd",
    "test_architecture.py",
    "test_mutation_tool.py",
    "test_nothing_inherited.py",
    "test_packaging.py",
    "test_pages.py",
    "test_run_without_shell.py",
    "told",
    "uml",
    "web/test_app_api_fuzz.py",
    "web/test_bank_api_fuzz.py",
    "web/test_bank_served.py",
    "web/test_crowds.py",
    "web/test_est.py",
    "web/test_sogecash_tls.py",
    "web/test_next_customer.py",
    "web/test_pages_told.py",
    "web/test_reader_fuzz.py",
    "web/test_sogecash.py",
    "web/test_what_pages_stand_on.py",
)
"""What searches long or looks at no Python of ours: the suite runs it on its main Python only."""

EVERYWHERE = ("browser/test_browser_story.py", "browser/test_browser_app.py")
"""But these: whether reader, bank and telephone are served to a browser by another Python and by other libraries."""

BANK_SIDE = ("bank", "door", "sms", "threeds", "web")
"""What tests no part of the device."""


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
