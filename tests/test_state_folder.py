"""Where cards and bank keep theirs: in the home, where they are told, and never nowhere."""

import argparse
import pwd
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from sesame.state import add_state_argument


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture) -> None:
    """A unit with DynamicUser= on a system without libnss-systemd: no $HOME, and nobody knows the user."""
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    mocker.patch("pwd.getpwuid", side_effect=KeyError)


def state(*arguments: str) -> Path:
    parser = argparse.ArgumentParser()
    add_state_argument(parser)
    folder: Path = parser.parse_args(arguments).state
    return folder


@pytest.mark.usefixtures("homeless")
def test_a_service_without_a_home_keeps_its_books_where_it_is_told() -> None:
    assert state("--state", "/var/lib/books") == Path("/var/lib/books")


@pytest.mark.usefixtures("homeless")
def test_without_a_home_a_folder_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        state()
    assert "--state: this account has no home; name a folder" in capsys.readouterr().err


@pytest.mark.parametrize("home", ["", "not/absolute"])
def test_an_unusable_home_is_the_accounts_own(
    home: str, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", home)
    mocker.patch("pwd.getpwuid", return_value=pwd.struct_passwd(["sam", "x", 1, 1, "", "/home/sam", "/bin/sh"]))
    assert state() == Path("/home/sam/.local/state/sesame")


def test_the_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere")
    assert state() == Path("/somewhere/sesame")
