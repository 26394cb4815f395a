"""A bank with its access control server, a shop of another maker beside it, and time that is data."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bank.demo.database import open_database
from tests.threeds.far_shop import Acquaintance


@pytest.fixture(scope="session")
def fresh_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Furnished once: every test gets a copy."""
    folder = tmp_path_factory.mktemp("books")
    open_database(folder).close()
    return folder


@pytest.fixture
def far(tmp_path: Path, fresh_books: Path) -> Iterator[Acquaintance]:
    """Bank and shop, who know each other."""
    shutil.copytree(fresh_books, tmp_path / "bank")
    with closing(open_database(tmp_path / "bank")) as store:
        yield Acquaintance(store)
