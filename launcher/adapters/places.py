"""Files of one user: where they belong, the lock, what is remembered, and the launcher's own file."""

import hashlib
import json
import os
import platform
import tempfile
import time
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Final

from launcher.adapters.windows import is_on_disc, lock_file
from launcher.troubles import LaunchError, LaunchTrouble

OWN: Final = "e-secure"
MEMORY: Final = "keys.json"


def find_home() -> Path | None:
    """This user's; None where nobody says one, or none that is a place (HOME unset, empty, relative)."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home if home.is_absolute() else None


def find_runtime_folder() -> Path:
    """In RAM where there is one: the session's own, else shared memory, else where temporary files go."""
    for name in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):  # noqa: S108 - a folder of its own is made in it
        place = Path(name)
        if place.is_absolute() and place.is_dir() and os.access(place, os.W_OK):
            return place
    return Path(tempfile.gettempdir())


def find_state_folder() -> Path:
    """Of this user (XDG Base Directory, by which a relative one is none). Of a user who has no home it is nowhere:
    what is in a folder of everybody's may be anybody's."""
    said = Path(os.environ.get("XDG_STATE_HOME", ""))
    home = find_home()
    if said.is_absolute():
        return said / OWN
    return (home / ".local/state" if home is not None else Path(os.devnull)) / OWN


class FileLock:
    """See SessionLock: a file that is locked as long as this process lives, with who it is in it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{OWN}-{os.getuid() if hasattr(os, 'getuid') else 0}.lock"
        self._file: IO[str] | None = None

    def take_lock(self) -> None:
        """See SessionLock."""
        if self._file is not None:
            return
        try:
            file = open(self._path, "a+", encoding="utf-8", errors="replace", opener=_open_own)  # noqa: SIM115 - held
        except OSError as error:
            raise LaunchError(LaunchTrouble.CONFLICT, f"{self._path}: {error.strerror}") from None
        try:
            _hold_file(file.fileno())
        except OSError:
            file.seek(0)
            holder = file.read(200).strip()
            file.close()
            told = holder if holder and holder.isprintable() else "another launcher"
            raise LaunchError(LaunchTrouble.CONFLICT, told) from None
        file.truncate(0)
        file.write(f"launcher, process {os.getpid()}, since {time.strftime('%Y-%m-%d %H:%M:%S')}\n")
        file.flush()
        self._file = file

    def release_lock(self) -> None:
        """See SessionLock."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def _open_own(path: str, flags: int) -> int:
    """It may lie where everybody writes: nothing is led elsewhere by a link, and nobody else holds it by reading."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _hold_file(descriptor: int) -> None:
    """Until it is closed. Raises OSError: another process has it."""
    if not find_spec("fcntl"):
        lock_file(descriptor)
        return
    posix: Any = import_module("fcntl")
    posix.flock(descriptor, posix.LOCK_EX | posix.LOCK_NB)


class KeyRegister:
    """See KeyMemory: serial numbers, and certificates on their way, both public. What cannot be written is forgotten:
    a key is then greeted once more."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / MEMORY

    def knows_key(self, serial: int) -> bool:
        """See KeyMemory."""
        return str(serial) in self._read()

    def remember_key(self, serial: int) -> None:
        """See KeyMemory."""
        kept = self._read()
        self._write({**kept, str(serial): kept.get(str(serial), "")})

    def keep_certificate(self, serial: int, certificate: bytes) -> None:
        """See KeyMemory."""
        self._write({**self._read(), str(serial): certificate.hex()})

    def find_certificate(self, serial: int) -> bytes:
        """See KeyMemory."""
        try:
            return bytes.fromhex(self._read().get(str(serial), ""))
        except ValueError:
            return b""

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        whole = isinstance(found, dict) and all(isinstance(value, str) for value in found.values())
        return found if whole else {}

    def _write(self, kept: dict[str, str]) -> None:
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps(kept, sort_keys=True), encoding="utf-8")
            beside.replace(self._path)


def _hash_launcher(path: Path) -> str:
    """The SHA-256 of the launcher's file. Raises LaunchError (THREAT) where it cannot be read any more."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise LaunchError(LaunchTrouble.THREAT, f"{path}: {error.strerror}") from None


class OwnFile:
    """See LauncherFile. `path`: None in a checkout, where nothing is looked at.

    The disc of a key that is out takes the file along, and the key that comes back may bring a newer one. So a file is
    missed where its file system is still the one that it was on, and compared where somebody could have written it.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._known = ""
        self._place = _find_device(path.parent) if path is not None else None

    def check_file(self) -> None:
        """See LauncherFile."""
        if self.path is None or self._is_disc_out(self.path):
            return
        try:
            found = _hash_launcher(self.path)
        except LaunchError as error:
            raise LaunchError(error.trouble, f"{error.detail}, SHA-256 {self._known or 'not known'}") from None
        if self._known and found != self._known and not _is_read_only(self.path):
            raise LaunchError(LaunchTrouble.THREAT, f"{self.path}: changed, SHA-256 {found}, before {self._known}")
        self._known = found

    def describe_computer(self) -> tuple[str, ...]:
        """For the helpdesk: the system, Python, the launcher's file as it was when it began."""
        lines = [f"{platform.system()} {platform.release()}, Python {platform.python_version()}"]
        if self.path is not None:
            lines.append(f"{self.path.name}, SHA-256 {self._known or 'not known'}")
        return tuple(lines)

    def _is_disc_out(self, path: Path) -> bool:
        return _find_device(path.parent) != self._place


def _is_read_only(path: Path) -> bool:
    """Whether it lies where nobody writes in passing. One that went since it was read was on the disc of a key."""
    if not hasattr(os, "statvfs"):
        return is_on_disc(path)
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return True


def _find_device(folder: Path) -> int | None:
    """Of its file system; None where it is not there."""
    try:
        return folder.stat().st_dev
    except OSError:
        return None
