"""The repository of the access key's programs: its verbs, what is served of it, and a key that takes it by HTTP."""

import json
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from bank.updates.packing import pack_program
from bank.web.updates.site import PATH, open_updates
from launcher.adapters.updates import RepositoryUpdates
from launcher.ports import Card
from launcher.troubles import CardGoneError, LaunchError, LaunchTrouble
from launcher.updating.serving import HttpSource
from sesame import cli
from tests.key.desk import Desk
from tests.key.update_rig import FIRST, DeskCard, FolderSource, Publisher, UpdatedKey, make_program, name_of
from tests.web.test_bank_served import state
from web.serving import Server

__all__ = ["state"]

Said = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def said(state: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a verb of `updates` returns and prints with --json."""

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = cli.main(["bank", "updates", *words, "--json", "--state", str(state)])
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = make_program(tmp_path / name_of(2), 2)
    (folder / "complete").touch()
    return folder


# The verbs


def test_from_a_new_repository_to_a_running_program(state: Path, said: Said, tmp_path: Path, program: Path) -> None:
    code, made = said("make")
    assert code == 0
    key = UpdatedKey(tmp_path / "key", Path(made["root"]).read_bytes())
    code, published = said("publish", str(program), "--release", "2")
    assert (code, published["release"], published["name"]) == (0, 2, name_of(2))
    assert said("rotate")[1]["version"] == 2
    assert said("renew")[0] == 0
    updates = RepositoryUpdates(FolderSource(Path(made["public"])))
    card = cast("Card", DeskCard(key.plug()))
    assert updates.find_update(card, "") == "2"
    assert updates.fetch_update(card, lambda _percent: True)
    assert key.start() == name_of(2), key.troubles


def test_what_is_not_done_says_why(said: Said, program: Path, tmp_path: Path) -> None:
    code, told = said("publish", str(program), "--release", "2")
    assert (code, "sesame bank updates make" in told["error"]) == (13, True), told
    assert said("make")[0] == 0
    code, told = said("make")
    assert (code, "not made anew" in told["error"]) == (1, True), told
    assert said("publish", str(program), "--release", "2")[0] == 0
    code, told = said("publish", str(program), "--release", "2")
    assert (code, "not above 2" in told["error"]) == (1, True), told
    code, told = said("publish", str(tmp_path), "--release", "3")
    assert (code, "no finished program" in told["error"]) == (2, True), told
    other = program.rename(tmp_path / "somewhere")
    code, told = said("publish", str(other), "--release", "3")
    assert (code, "12 hexadecimal digits" in told["error"]) == (1, True), told


def test_the_keys_are_sealed_and_nobody_elses(state: Path, said: Said) -> None:
    said("make")
    keys = state / "updates" / "keys"
    assert keys.stat().st_mode & 0o777 == 0o600
    content = keys.read_bytes()
    assert b"root" not in content
    assert b"PRIVATE" not in content
    keys.write_bytes(content[:-1] + bytes((content[-1] ^ 1,)))
    code, told = said("renew")
    assert code == 13, told
    assert "does not open" in told["error"]


def test_an_archive_is_the_same_for_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_program(tmp_path / name, 2)
        pack_program(tmp_path / name, tmp_path / f"{name}.tar.xz")
    assert (tmp_path / "one.tar.xz").read_bytes() == (tmp_path / "two.tar.xz").read_bytes()


# Served


@pytest.fixture
def bank(tmp_path: Path) -> Publisher:
    bank = Publisher(tmp_path)
    bank.publish(2)
    return bank


def test_a_file_and_a_part_of_it(bank: Publisher) -> None:
    browser = TestClient(open_updates(bank.repository.public), base_url="http://localhost")
    (program,) = (bank.repository.public / "programs").iterdir()
    whole = browser.get(f"/updates/programs/{program.name}")
    assert (whole.status_code, whole.content) == (200, program.read_bytes())
    part = browser.get(f"/updates/programs/{program.name}", headers={"Range": "bytes=3000-"})
    assert (part.status_code, part.content) == (206, program.read_bytes()[3000:])
    assert browser.get("/updates/metadata/timestamp.json").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["metadata/9.root.json", "keys", "metadata/../../keys", "metadata/%2e%2e%2fkeys", "other/a", "programs/"]
)
def test_what_is_not_there(bank: Publisher, path: str) -> None:
    browser = TestClient(open_updates(bank.repository.public), base_url="http://localhost")
    assert browser.get(f"/updates/{path}").status_code == 404


def test_without_a_repository_nothing_is_there(tmp_path: Path) -> None:
    browser = TestClient(open_updates(tmp_path / "none"), base_url="http://localhost")
    assert browser.get("/updates/metadata/timestamp.json").status_code == 404


def test_a_key_takes_it_by_http(tmp_path: Path, bank: Publisher) -> None:
    key = UpdatedKey(tmp_path / "key", bank.root)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
        with Server(open_updates(bank.repository.public), listener).beside():
            updates = RepositoryUpdates(HttpSource(url))
            told: list[int] = []

            def cancel_late(percent: int) -> bool:
                told.append(percent)
                return percent < 40

            assert not updates.fetch_update(cast("Card", DeskCard(key.plug())), cancel_late)
            assert updates.find_update(cast("Card", DeskCard(key.plug())), "") == "2"

            def go_on(percent: int) -> bool:
                told.append(percent)
                return True

            assert updates.fetch_update(cast("Card", DeskCard(key.plug())), go_on)
    assert told == sorted(told)
    assert told[0] == 0
    assert told[-1] == 100
    assert key.start() == name_of(2)


# Rows of the error table


def launch_error(act: Callable[[], object]) -> LaunchTrouble:
    with pytest.raises(LaunchError) as failure:
        act()
    return failure.value.trouble


def test_its_errors_are_rows_of_the_table(tmp_path: Path, bank: Publisher) -> None:
    key = UpdatedKey(tmp_path / "key", bank.root)
    good = RepositoryUpdates(FolderSource(bank.repository.public))
    assert good.find_update(cast("Card", DeskCard(Desk().plug())), "") == "", "a key that takes none has none"
    with pytest.raises(CardGoneError):
        good.fetch_update(cast("Card", DeskCard(key.plug(), cut_after=3)), lambda _percent: True)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        nobody = RepositoryUpdates(HttpSource(f"http://127.0.0.1:{listener.getsockname()[1]}"))
    card = cast("Card", DeskCard(key.plug()))
    assert launch_error(lambda: nobody.find_update(card, "")) is LaunchTrouble.NOT_FOUND
    foreign = Publisher(tmp_path / "foreign")
    foreign.publish(3)
    other = RepositoryUpdates(FolderSource(foreign.repository.public))
    assert launch_error(lambda: other.find_update(card, "")) is LaunchTrouble.UPDATE
    assert launch_error(lambda: other.fetch_update(card, lambda _percent: True)) is LaunchTrouble.UPDATE
    assert key.start() == FIRST
