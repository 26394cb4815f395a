"""A part that is missing: an exit code of its own, and a hint that names this checkout and nobody else's package."""

import json
import re
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_mock import MockerFixture

from drivers import install_hints
from drivers.install_hints import install_extra
from sesame.exits import Exit
from tools.machine import ROOT
from tools.measures import walk_files

SQUATTER = re.compile(r"pip install[^\n`]*['\"]?sesame-reader\[")


@pytest.mark.parametrize(
    ("absent", "command", "extra"),
    [
        ("sqlalchemy", ["bank", "verify", "12345678"], "bank"),
        ("starlette", ["bank", "serve"], "web"),
        ("sqlalchemy", ["bank", "reset", "--yes"], "bank"),
        ("starlette", ["script", "docs/telephone.sesame"], "web"),
    ],
)
def test_a_missing_library_has_its_own_exit_code_and_the_line_that_installs_it(
    absent: str, command: list[str], extra: str, tmp_path: Path
) -> None:
    """1 would be "refused", which a program that calls us takes for the customer's fault."""
    without = f"import sys; sys.modules[{absent!r}] = None; from sesame.cli import main; sys.exit(main(sys.argv[1:]))"
    words = [command[0], "--state", str(tmp_path), *command[1:]]
    done = subprocess.run(
        [sys.executable, "-c", without, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == Exit.MISSING_PART.value
    assert shlex.split(done.stderr.partition("type: ")[2]) == [
        *(sys.executable, "-m", "pip", "install", "--editable"),
        f"{ROOT}[{extra}]",
    ]


def test_a_copy_names_the_checkout_it_was_made_from(tmp_path: Path, mocker: MockerFixture) -> None:
    origin = tmp_path / "my checkout"
    origin.mkdir()
    (origin / "setup.cfg").touch()
    mocker.patch.object(install_hints, "__file__", str(tmp_path / "site-packages/drivers/install_hints.py"))
    told = json.dumps({"url": origin.as_uri(), "dir_info": {}})
    mocker.patch("importlib.metadata.distribution", return_value=SimpleNamespace(read_text=lambda _name: told))
    assert shlex.split(install_extra("bank")) == [sys.executable, "-m", "pip", "install", f"{origin}[bank]"]


@pytest.mark.parametrize("told", [None, "", "{", '{"url": "https://elsewhere/x.whl"}', '{"url": "file:///gone"}'])
def test_where_the_checkout_is_gone_its_folder_is_asked_for(
    told: str | None, tmp_path: Path, mocker: MockerFixture
) -> None:
    mocker.patch.object(install_hints, "__file__", str(tmp_path / "site-packages/drivers/install_hints.py"))
    mocker.patch("importlib.metadata.distribution", return_value=SimpleNamespace(read_text=lambda _name: told))
    assert install_extra("web").endswith(" -m pip install '.[web]' in the project's folder")
    mocker.patch("importlib.metadata.distribution", side_effect=PackageNotFoundError)
    assert "'.[web]'" in install_extra("web")


def test_nobody_is_sent_to_a_name_that_is_not_ours() -> None:
    own = list(walk_files(ROOT, ".py", ".md", ".cfg", ".sh"))
    assert len(own) > 100
    assert [str(file) for file in own if file != Path(__file__) and SQUATTER.search(file.read_text("utf-8"))] == []


def test_the_readmes_line_brings_all_that_its_example_uses() -> None:
    """`sesame code` and `virtual-card` want PC/SC, `bank verify` the bank's books."""
    section = (ROOT / "README.md").read_text("utf-8").partition("## With a real card")[2].partition("\n## ")[0]
    assert "sesame bank verify" in section
    assert re.findall(r"pip install '\.\[([^\]]*)\]'", section) == ["pcsc,bank"]
