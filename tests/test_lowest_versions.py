"""What setup.cfg declares as lowest is what `./test` runs."""

from pathlib import Path

import pytest

from tools import suite
from tools.lowest import list_constraints
from tools.machine import ROOT, SUPPORTED

SETUP = """
[options]
install_requires =
    luma.oled >=3.15, <4
    # a remark
[options.extras_require]
postgresql =
    psycopg[binary] >=3.2.1, <4
test =
    lgpio >=0.2.2; python_version < "3.13"
    luma.oled >=3.15, <4
"""


def test_each_requirement_gives_its_lowest_version_once() -> None:
    assert list(list_constraints(SETUP)) == [
        "luma.oled==3.15",
        "psycopg==3.2.1",
        'lgpio==0.2.2 ; python_version < "3.13"',
    ]


@pytest.mark.parametrize("requirement", ["httpx2", "httpx2 <3", "httpx2 !=2"])
def test_a_requirement_without_a_lowest_version_is_refused(requirement: str) -> None:
    with pytest.raises(ValueError, match=f"setup.cfg: {requirement} has no lowest version"):
        list(list_constraints(SETUP.replace("luma.oled >=3.15, <4", requirement)))


def test_every_requirement_of_ours_has_one() -> None:
    text = (ROOT / "setup.cfg").read_text("utf-8")
    assert "luma.oled==3.15" in list(list_constraints(text)), "ssd1305 came with it"


def test_no_requirement_of_ours_has_two_lowest_versions() -> None:
    pinned = {each.partition(";")[0].strip() for each in list_constraints((ROOT / "setup.cfg").read_text("utf-8"))}
    names = [each.partition("==")[0] for each in pinned]
    assert len(names) == len(set(names)), "pip finds no version that is both"


def test_the_whole_suite_has_a_run_with_them_on_the_oldest_python() -> None:
    some = [suite.Environment(version, Path("python"), Path(".venvs", version)) for version in ("3.13", "3.11")]
    (lowest,) = suite._lowest(some)
    assert (lowest.version, lowest.folder, lowest.lowest) == ("3.11", Path(".venvs/lowest"), True)
    assert suite._lowest(some[:1]) == [], "the oldest libraries have no wheels for newer Pythons"


def test_only_a_python_between_oldest_and_newest_leaves_the_bank_out() -> None:
    oldest, middle, newest = (
        suite.Environment(version, Path("python"), Path(".venvs", version)) for version in ("3.9", "3.12", "3.13")
    )
    everything = [oldest, middle, newest]
    assert suite.share_of(middle, everything) == suite.MIDDLE
    assert suite.share_of(newest, everything) == suite.QUICK, "3.13 is newer than 3.9"
    (lowest,) = suite._lowest([suite.Environment(SUPPORTED[0], Path("python"), Path(".venvs", "3.11"))])
    assert suite.share_of(lowest, everything) == suite.QUICK
