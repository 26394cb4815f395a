"""Debian's archive, reached by apt with a configuration of its own: nothing of this machine's apt is changed.

apt checks the archive's signature; what it brings is compared with the list besides.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from image.lock.packages import RENEW, Package, read_printed
from image.shell import ImageError, run_program

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MIRROR = "SESAME_DEBIAN_MIRROR"
SECURITY_MIRROR = "SESAME_DEBIAN_SECURITY_MIRROR"
COMPONENTS = "main non-free-firmware"

OLDER = (
    f"Or name an archive of the list's day, for instance one of Debian's snapshot service, in {MIRROR} and "
    f"{SECURITY_MIRROR}."
)

SETTINGS = """Dir "{place}";
Dir::State::status "{place}/var/lib/dpkg/status";
APT::Architecture "arm64";
APT::Architectures {{ "arm64"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::ForceHash "SHA256";
Acquire::Check-Valid-Until "{fresh}";
"""


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder with apt's configuration and lists for Debian 13 on arm64."""

    place: Path

    def open(self) -> None:
        """Bring the lists of packages. Raises ImageError when the archive is out of reach."""
        for folder in ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "var/lib/apt/lists/partial", "var/lib/dpkg"):
            (self.place / folder).mkdir(parents=True, exist_ok=True)
        (self.place / "var/cache/apt/archives/partial").mkdir(parents=True, exist_ok=True)
        (self.place / "var/lib/dpkg/status").write_bytes(b"")
        named = MIRROR in os.environ
        (self.place / "apt.conf").write_text(SETTINGS.format(place=self.place, fresh=str(not named).lower()))
        main, security = find_mirrors()
        rows = ((main, "trixie"), (main, "trixie-updates"), (security, "trixie-security"))
        lines = [f"deb [signed-by={KEYRING}] {mirror} {suite} {COMPONENTS}\n" for mirror, suite in rows]
        (self.place / "etc/apt/sources.list").write_text("".join(lines))
        self._ask("-qq", "update")

    def resolve(self, wanted: Sequence[str]) -> list[Package]:
        """The essential packages, apt, these and all that they need, as the archive has them now."""
        said = self._ask("-qq", "-y", "--print-uris", "install", "?essential", "apt", *wanted)
        return sorted(package for line in said.splitlines() if (package := read_printed(line)))

    def fetch(self, packages: Sequence[Package], folder: Path) -> None:
        """Bring these packages into a folder. Raises ImageError for one that the archive no longer has."""
        folder.mkdir(parents=True, exist_ok=True)
        absent = [package for package in packages if not is_whole(folder / package.file, package)]
        if not absent:
            return
        self.open()
        known = self._known([package.name for package in absent])
        gone = [package for package in absent if (package.name, package.version) not in known]
        if gone:
            raise ImageError(describe_gone(gone))
        wanted = [f"{package.name}={package.version}" for package in absent]
        self._ask("-qq", "download", *wanted, folder=folder)
        for package in absent:
            if not is_whole(folder / package.file, package):
                (folder / package.file).unlink(missing_ok=True)
                raise ImageError(f"{package.file} of the archive has another SHA-256 than in the list. {RENEW}")

    def _known(self, names: Sequence[str]) -> set[tuple[str, str]]:
        """(name, version) of every version that the archive has of these."""
        said = run_program(["apt-cache", "madison", *names], APT_CONFIG=str(self.place / "apt.conf"))
        rows = (line.split("|") for line in said.splitlines())
        return {(row[0].strip(), row[1].strip()) for row in rows if len(row) > 1}

    def _ask(self, *words: str, folder: Path | None = None) -> str:
        command = ["apt-get", *words]
        variables = {**os.environ, "APT_CONFIG": str(self.place / "apt.conf"), "LC_ALL": "C"}
        done = subprocess.run(  # noqa: S603  written here
            command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ImageError(f"Debian's archive did not answer as it should: {done.stderr.strip()[-1500:]}")
        return done.stdout


def find_mirrors() -> tuple[str, str]:
    """Addresses of the archive and of its security updates: the ones named in the environment, else those apt uses."""
    main = os.environ.get(MIRROR) or _mirror_of("Debian")
    security = os.environ.get(SECURITY_MIRROR) or _mirror_of("Debian-Security")
    if not main or not security:
        raise ImageError(f"apt knows no Debian archive here. Name one in {MIRROR} and {SECURITY_MIRROR}.")
    return main, security


def _mirror_of(label: str) -> str:
    # $(REPO_URI) is apt's
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]
    addresses = run_program([*command, f"Label: {label}", "Component: main"]).split()
    return addresses[0].rstrip("/") if addresses else ""


def describe_gone(gone: Sequence[Package]) -> str:
    """The message for packages that the archive no longer has."""
    names = ", ".join(f"{package.name} {package.version}" for package in gone[:5])
    more = f" and {len(gone) - 5} more" if len(gone) > 5 else ""
    return f"The archive no longer has {names}{more}, which packages.lock names. {RENEW}\n{OLDER}"


def is_whole(file: Path, package: Package) -> bool:
    """True when the file is there with the size and digest of the list."""
    if not file.is_file() or file.stat().st_size != package.size:
        return False
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == package.digest


def write_index(packages: Sequence[Package], folder: Path, out: Path) -> None:
    """A folder that apt takes for an archive with these packages and no others (deb-src and signatures left out)."""
    out.mkdir(parents=True, exist_ok=True)
    stanzas = []
    for package in packages:
        shutil.copyfile(folder / package.file, out / package.file)
        control = run_program(["dpkg-deb", "--field", out / package.file]).strip()
        stanzas.append(f"{control}\nFilename: ./{package.file}\nSize: {package.size}\nSHA256: {package.digest}\n")
    (out / "Packages").write_text("\n".join(stanzas), encoding="utf-8")
