"""What this machine has and what it lacks: Debian packages and Python interpreters."""

import configparser
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SUPPORTED = ("3.11", "3.12", "3.13")

PROBE = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2]); print(sys.base_exec_prefix)"


def run(command: Sequence[str], **environment: str) -> int:
    """Run a program with our output and no input; its exit status, 127 when there is no such program."""
    try:
        return subprocess.run(  # noqa: S603  the commands are written in these files
            command, cwd=ROOT, stdin=subprocess.DEVNULL, env={**os.environ, **environment}, check=False
        ).returncode
    except FileNotFoundError:
        return 127


def output(command: Sequence[str]) -> str:
    """What a program prints, "" when it fails or does not exist."""
    try:
        done = subprocess.run(  # noqa: S603  the commands are written in these files
            command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


@dataclass(frozen=True, slots=True)
class Package:
    """A Debian package that a part of the suite wants, or a script of ours that brings a `program`."""

    name: str
    part: str
    program: str = ""

    @property
    def installed(self) -> bool:
        """True when dpkg knows the package, or the program is on PATH."""
        if self.program:
            return shutil.which(self.program) is not None
        return output(["dpkg-query", "-W", "-f", "${Status}", self.name]) == "install ok installed"


def packages() -> list[Package]:
    """The packages of tools/packages.txt."""
    rows = (line.split() for line in (ROOT / "tools/packages.txt").read_text().splitlines())
    wanted = (row for row in rows if row and not row[0].startswith("#"))
    return [_package(name, part) for name, part, *_why in wanted]


def _package(word: str, part: str) -> Package:
    name, _, program = word.partition(":")
    return Package(name, part, program)


def missing(wanted: Sequence[Package]) -> list[Package]:
    """Those that are not installed."""
    return [package for package in wanted if not package.installed]


def install(wanted: Sequence[Package], in_ci: bool) -> None:
    """Install what is missing, where that needs no question. Our scripts may add a source of packages: in CI only."""
    privileged = apt_prefix()
    if not wanted or privileged is None:
        return
    names = [package.name for package in wanted if not package.program]
    apt = [*privileged, "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    run([*apt, "update"])
    options = ["install", "-y", "--no-install-recommends"]
    if names and run([*apt, *options, *names]):
        for name in names:  # one that this release lacks must not keep the others away
            run([*apt, *options, name])
    for package in wanted if in_ci else ():
        if package.program:
            run([*privileged, str(ROOT / package.name)])


def apt_prefix() -> list[str] | None:
    """How to run apt without a question: as root, or by sudo without a password; None when neither may."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["env"]
    return ["sudo", "-n", "env"] if shutil.which("sudo") and run(["sudo", "-n", "true"]) == 0 else None


def install_line(absent: Sequence[Package]) -> str:
    """What to type to have them."""
    names = [package.name for package in absent if not package.program]
    lines = ["sudo apt install " + " ".join(names)] if names else []
    return "; ".join([*lines, *(f"sudo {package.name}" for package in absent if package.program)])


def interpreters() -> dict[str, Path]:
    """Version ("3.12") -> an interpreter that runs and can make environments, for each version that is here."""
    found: dict[str, Path] = {}
    for path in _candidates():
        version = version_of(path)
        if version in SUPPORTED:
            found.setdefault(version, path)
    return dict(sorted(found.items()))


def version_of(path: Path) -> str:
    """ "3.12", or "" when it does not run or cannot make environments."""
    return output([str(path), "-c", PROBE]).partition("\n")[0]


def has_headers(path: Path) -> bool:
    """True when C extensions can be built for this interpreter."""
    where = output([str(path), "-c", "import sysconfig; print(sysconfig.get_path('include'))"]).strip()
    return bool(where) and Path(where, "Python.h").exists()


def _candidates() -> Iterator[Path]:
    """PATH first, then the folders of pyenv and uv: an interpreter there is often not on PATH."""
    for version in SUPPORTED:
        on_path = shutil.which(f"python{version}")
        if on_path:
            yield Path(on_path)
    homes = {Path.home(), Path(pwd.getpwuid(os.getuid()).pw_dir)}
    pyenvs = [Path(os.environ["PYENV_ROOT"])] if "PYENV_ROOT" in os.environ else []
    for version in SUPPORTED:
        for root in (*pyenvs, *(home / ".pyenv" for home in homes)):
            yield from root.glob(f"versions/{version}.*/bin/python{version}")
        for home in homes:
            yield from home.glob(f".local/share/uv/python/cpython-{version}.*/bin/python{version}")


def extras_of(command: str) -> list[str]:
    """The extras of tools/extras.txt that a command wants."""
    rows = (line.split() for line in (ROOT / "tools/extras.txt").read_text().splitlines())
    return [row[1] for row in rows if row[:1] == [command]]


def worlds() -> list[str]:
    """The top-level packages of the product, as setup.cfg names them for the build."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    patterns = setup["options.packages.find"]["include"].split()
    return sorted(name for name in {pattern.rstrip("*.") for pattern in patterns} if (ROOT / name).is_dir())
