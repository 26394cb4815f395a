"""The installer, `./run` and `./test` under other people's settings: pip.conf, PIP_ and PYTHON variables, a umask."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.machine import ROOT
from tools.pip_alone import plain, way_of

ELSEWHERE = {
    "PIP_USER": "1",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_TARGET": "/nowhere",
    "PIP_PYTHON": "/usr/bin/python3",
    "PIP_DRY_RUN": "1",
    "PIP_REQUIRE_HASHES": "1",
}
"""Each would put a package elsewhere than into our environment, or nowhere."""

PYTHONS = {
    "PYTHONHOME": "/nowhere",
    "PYTHONPATH": "/nowhere",
    "PYTHONSAFEPATH": "1",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "PYTHONHASHSEED": "no number",
    "PYTHONUTF8": "0",
    "PYTHONMALLOC": "no such",
    "PYTHONTOCOME": "whatever it will be",
}
"""UTF8, HASHSEED and MALLOC keep Python from starting, or its help from a C locale: it has a letter with an accent."""

PIP_CONF = "[global]\nuser = true\nno-index = true\n[install]\nprefix = /nowhere\nno-deps = true\n"


def test_of_pip_only_the_way_to_the_packages_counts() -> None:
    environment = {"PATH": "/bin", "PIP_INDEX_URL": "https://mine/", "PIP_CONFIG_FILE": "/mine"} | ELSEWHERE | PYTHONS
    assert set(plain(environment)) == {"PATH", "PIP_INDEX_URL", "PIP_CONFIG_FILE"}


def test_files_and_variables_of_pip_have_their_own_order() -> None:
    listed = [
        "global.index-url='https://general/'",
        "global.user='true'",
        "global.find-links='a\\nb'",
        "install.index-url='https://install/'",
        "download.index-url='https://download/'",
        ":env:.proxy='http://proxy:3128'",
        ":env:.config-file='/mine'",
    ]
    assert way_of(listed) == {
        "PIP_INDEX_URL": "https://install/",
        "PIP_FIND_LINKS": "a\nb",
        "PIP_PROXY": "http://proxy:3128",
    }


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with one package, made by hand: no network."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "tryme-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tryme.py", "")
        wheel.writestr("tryme-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tryme\nVersion: 1.0\n")
        wheel.writestr("tryme-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tryme-1.0.dist-info/RECORD", "tryme.py,,\n")
    return folder


def test_a_package_lands_in_our_environment_whatever_the_user_set(wheels: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    (tmp_path / "pip.conf").write_text(PIP_CONF)
    hostile = {
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "PIP_FIND_LINKS": str(wheels),
        **ELSEWHERE,
    }
    pip = [tmp_path / "venv/bin/python", ROOT / "tools/pip_alone.py"]
    subprocess.run([*pip, "install", "-q", "tryme"], env=hostile, check=True)
    assert list(tmp_path.glob("venv/lib/python3.*/site-packages/tryme.py"))


@pytest.mark.parametrize("name", PYTHONS)
def test_no_variable_of_pythons_changes_which_python_is_found(name: str) -> None:
    script = (
        'set -eu; checkout=$1; . "$checkout/tools/environment.sh"; env; "$(first_python)" -m tools.installer --help'
    )
    path = f"{Path(sys.executable).parent}:{os.defpath}"
    environment = {"PATH": path, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", name: PYTHONS[name]}
    command = ["/bin/sh", "-c", script, "sh", str(ROOT)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Install the Sésame reader" in done.stdout
    assert name not in done.stdout


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_standard_stream_that_is_closed_ends_nothing(closed: str, tmp_path: Path) -> None:
    """Whoever starts it from a button or a timer may give it none: what it opens next would be its output else."""
    command = f"{ROOT}/install --dry-run --root {tmp_path} {closed}"
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.defpath}"}
    done = subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) is (">&-" not in closed.replace("2>&-", ""))


def test_a_letter_that_the_terminal_lacks_is_no_reason_to_stop(tmp_path: Path) -> None:
    """As on a terminal of KOI8-R, which has no e with an accent."""
    lines = (ROOT / "install").read_text(encoding="utf-8").replace('$(dirname -- "$0")', str(ROOT)).splitlines()
    lines.insert(-1, 'PYTHONIOENCODING="ascii${PYTHONIOENCODING-}"')
    (tmp_path / "install").write_text("\n".join(lines), encoding="utf-8")
    command = ["/bin/sh", str(tmp_path / "install"), "--help"]
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.defpath}", "PYTHONIOENCODING": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Install the S?same reader" in done.stdout


@pytest.mark.parametrize("command", ["install", "test"])
def test_what_other_users_must_read_is_made_under_an_open_umask(command: str, tmp_path: Path) -> None:
    """The script's own lines, up to where it hands over to Python."""
    lines = (ROOT / command).read_text().splitlines()
    assert lines.pop().startswith("exec ")
    script = tmp_path / command
    script.write_text("\n".join(lines).replace('$(dirname -- "$0")', str(ROOT)) + "\numask\n")
    done = subprocess.run(["/bin/sh", "-c", f"umask 077; . {script}"], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "0022"
