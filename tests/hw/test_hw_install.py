"""`hw/install-kicad` on each kind of system, with an apt-get that only writes down what it is asked."""

import os
import subprocess
from pathlib import Path

import pytest

from hw.make import REPOSITORY

SCRIPT = REPOSITORY / "hw" / "install-kicad"
MIRROR = "http://mirror.example/debian/"

APT_GET = """#!/bin/sh
echo "$*" >>"$SESAME_ROOT/asked"
case "$1" in
indextargets) case "$*" in
    *backports*) [ ! -e "$SESAME_ROOT/has-backports" ] || echo "{mirror} Debian Backports" ;;
    *bookworm*) echo "http://other.example/ Vendor"; echo "{mirror} Debian" ;;
    esac ;;
install)
    mkdir -p "$SESAME_ROOT/usr/share/kicad/footprints"
    printf '#!/bin/sh\\necho %s\\n' "$KICAD_VERSION" >"$SESAME_ROOT/bin/kicad-cli"
    chmod +x "$SESAME_ROOT/bin/kicad-cli" ;;
esac
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("bin", "etc/apt/sources.list.d"):
        (tmp_path / folder).mkdir(parents=True)
    command(tmp_path, "apt-get", APT_GET.replace("{mirror}", MIRROR))
    command(tmp_path, "id", "#!/bin/sh\necho 0\n")
    # Only what the script needs, so that a kicad-cli of this machine is not found.
    for tool in ("awk", "cut", "cat", "mkdir", "chmod", "sh"):
        (tmp_path / "bin" / tool).symlink_to(
            next(p for p in (Path("/usr/bin") / tool, Path("/bin") / tool) if p.exists())
        )
    return tmp_path


def command(root: Path, name: str, text: str) -> None:
    path = root / "bin" / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def run(root: Path, release: str, version: str = "9.0.8") -> subprocess.CompletedProcess[str]:
    (root / "etc" / "os-release").write_text(release, encoding="utf-8")
    environment = {"PATH": str(root / "bin"), "SESAME_ROOT": str(root), "KICAD_VERSION": version}
    return subprocess.run(["/bin/sh", SCRIPT], env=environment, capture_output=True, text=True, check=False)


def asked(root: Path) -> list[str]:
    path = root / "asked"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


BOOKWORM = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
TRIXIE = 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n'


def test_debian_12_takes_backports_from_the_mirror_apt_has(root: Path) -> None:
    done = run(root, BOOKWORM)
    assert done.returncode == 0, done.stderr
    source = (root / "etc/apt/sources.list.d/sesame-backports.sources").read_text(encoding="utf-8")
    assert f"URIs: {MIRROR}\nSuites: bookworm-backports\n" in source
    assert asked(root)[-1] == "install -y -q --no-install-recommends -t bookworm-backports kicad kicad-footprints"


def test_backports_that_are_there_are_left_alone(root: Path) -> None:
    (root / "has-backports").touch()
    assert run(root, BOOKWORM).returncode == 0
    assert list((root / "etc/apt/sources.list.d").iterdir()) == []


def test_debian_13_takes_main(root: Path) -> None:
    assert run(root, TRIXIE).returncode == 0
    assert asked(root) == ["update -q", "install -y -q --no-install-recommends kicad kicad-footprints"]
    assert list((root / "etc/apt/sources.list.d").iterdir()) == []


def test_a_second_run_does_nothing(root: Path) -> None:
    assert run(root, TRIXIE).returncode == 0
    before = asked(root)
    done = run(root, TRIXIE)
    assert (done.returncode, asked(root)) == (0, before)
    assert "9.0.8 is here already" in done.stderr


@pytest.mark.parametrize(
    "release", ["ID=arch\n", "ID=fedora\nVERSION_ID=43\n", 'ID=debian\nVERSION_ID="11"\nVERSION_CODENAME=bullseye\n']
)
def test_elsewhere_it_says_what_to_do(root: Path, release: str) -> None:
    done = run(root, release)
    assert done.returncode == 1
    assert "Install KiCad 9 or later" in done.stderr
    assert asked(root) == []


def test_an_old_kicad_is_not_taken_for_good(root: Path) -> None:
    done = run(root, TRIXIE, version="8.0.1")
    assert done.returncode == 1
    assert "older than 9" in done.stderr


def test_without_root_it_asks_for_root(root: Path) -> None:
    command(root, "id", "#!/bin/sh\necho 1000\n")
    done = run(root, TRIXIE)
    assert done.returncode == 1
    assert "sudo hw/install-kicad" in done.stderr
    assert asked(root) == []


def test_no_host_is_written_in_the_script() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert "deb.debian.org" not in text
    assert os.access(SCRIPT, os.X_OK)
