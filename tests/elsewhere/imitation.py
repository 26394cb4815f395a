"""`python -m tests.elsewhere.imitation windows|macos COMMAND ...`: `sesame COMMAND ...` as that system would have it.

What Linux has and the other has not is hidden from our code and from the libraries it uses; Python's own library, which
is Linux's here, keeps it. What the other system has instead are twins. It is an imitation: on the real systems nothing
was tried. Sources: the availability notes of Python's documentation (os, socket, signal, time, select, msvcrt).
"""

import builtins
import importlib
import importlib.util
import mimetypes
import os
import runpy
import select
import socket
import stat
import sys
import sysconfig
import warnings
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol

from tests.elsewhere import msvcrt_twin

OURS: Final = ("sesame_core", "drivers", "device", "simulator", "bank", "web", "sesame")
LINUX: Final = {
    "os": "eventfd eventfd_read eventfd_write EFD_CLOEXEC EFD_NONBLOCK EFD_SEMAPHORE O_PATH O_DIRECT O_TMPFILE "
    "memfd_create pidfd_open sched_getaffinity sched_setaffinity getrandom copy_file_range splice posix_fadvise "
    "fdatasync setns unshare getxattr setxattr",
    "socket": "SOCK_CLOEXEC SOCK_NONBLOCK MSG_NOSIGNAL TCP_QUICKACK SO_PEERCRED SO_BINDTODEVICE AF_NETLINK AF_PACKET",
    "signal": "SIGRTMIN SIGRTMAX SIGPWR SIGSTKFLT SIGPOLL sigtimedwait sigwaitinfo pidfd_send_signal",
    "time": "CLOCK_BOOTTIME CLOCK_TAI pthread_getcpuclockid",
    "select": "epoll",
}
POSIX: Final = {
    "os": "fork forkpty getuid geteuid getgid getegid getgroups setuid fchmod fchown chown lchown chroot O_CLOEXEC "
    "O_DIRECTORY O_NONBLOCK O_NOCTTY O_SYNC O_NOFOLLOW mkfifo mknod uname setsid getpgid setpgid killpg nice sysconf "
    "statvfs ttyname openpty tcgetpgrp tcsetpgrp ctermid posix_spawn pread pwrite readv writev sync wait WIFSTOPPED "
    "register_at_fork lockf set_blocking get_blocking pathconf confstr getloadavg",
    "socket": "AF_UNIX SOCK_SEQPACKET sethostname CMSG_LEN",
    "signal": "SIGHUP SIGQUIT SIGTSTP SIGCONT SIGWINCH SIGUSR1 SIGUSR2 SIGALRM SIGKILL SIGPIPE SIGCHLD SIGSTOP SIGTTIN "
    "SIGTTOU pthread_kill pthread_sigmask sigwait sigpending alarm setitimer getitimer siginterrupt pause",
    "time": "clock_gettime clock_gettime_ns clock_settime CLOCK_MONOTONIC CLOCK_REALTIME tzset",
    "select": "poll",
}
MODULES: Final = frozenset(
    (
        "fcntl",
        "termios",
        "tty",
        "pty",
        "pwd",
        "grp",
        "resource",
        "curses",
        "readline",
        "syslog",
        "spwd",
        "crypt",
        "nis",
        "posix",
    )
)
LIBRARIES: Final = sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["platstdlib"]


class HasFileno(Protocol):
    """What select() takes beside numbers."""

    def fileno(self) -> int:
        """Its descriptor."""
        ...


class Seen(ModuleType):
    """A module as our code sees it: without what is hidden, with what the other system has instead."""

    def __init__(self, real: ModuleType, hidden: str, instead: Mapping[str, object]) -> None:
        super().__init__(real.__name__)
        self.__dict__.update({name: value for name, value in vars(real).items() if name not in hidden.split()})
        self.__dict__.update(instead)


def imitate(system: str) -> None:
    """From now on imports of our code see that system."""
    windows = system == "windows"
    instead: Mapping[str, Mapping[str, object]] = WINDOWS if windows else {}
    seen: dict[str, ModuleType] = {}
    for name, hidden in LINUX.items():
        gone = f"{hidden} {POSIX[name]}" if windows else hidden
        seen[name] = Seen(importlib.import_module(name), gone, instead.get(name, {}))
    if windows:
        seen["msvcrt"] = msvcrt_twin
        mimetypes.add_type("text/plain", ".js")  # as some program may have written into the registry
    _replace_imports(seen, MODULES if windows else frozenset())
    warnings.filterwarnings("error", category=EncodingWarning, module=rf"({'|'.join(OURS)})\b")


def _replace_imports(seen: Mapping[str, ModuleType], absent: frozenset[str]) -> None:
    usual, usual_module, usual_spec = builtins.__import__, importlib.import_module, importlib.util.find_spec

    def imported(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        importer = "" if globals is None else str(globals.get("__file__") or "")
        _refuse(name, importer, absent)
        if name in seen and level == 0 and _is_ours(str((globals or {}).get("__name__"))):
            return seen[name]
        return usual(name, globals, locals, fromlist or (), level)

    def imported_module(name: str, package: str | None = None) -> ModuleType:
        _refuse(name, _caller(), absent)
        return seen["msvcrt"] if name == "msvcrt" and "msvcrt" in seen else usual_module(name, package)

    def found(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name in absent and not _is_library(_caller()) else usual_spec(name, package)

    builtins.__import__ = imported
    importlib.import_module = imported_module
    importlib.util.find_spec = found


def _caller() -> str:
    return sys._getframe(2).f_code.co_filename


def _refuse(name: str, importer: str, absent: frozenset[str]) -> None:
    if name.partition(".")[0] in absent and not _is_library(importer):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _is_library(file: str) -> bool:
    """Python's own: it is Linux's, and may have what Linux has."""
    return file.startswith(("<frozen", *LIBRARIES)) and "site-packages" not in file


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in OURS


# What Windows has instead, or does in another way


def _open(path: str | Path, flags: int, mode: int = 0o777) -> int:
    """Windows opens no directories."""
    if os.path.isdir(path):  # noqa: PTH112 - as os.open takes it
        raise PermissionError(13, "Permission denied", str(path))
    return os.open(path, flags, mode)


Files = Sequence[int | HasFileno]


def _select(
    reading: Files, writing: Files, failing: Files, timeout: float | None = None
) -> tuple[list[Any], list[Any], list[Any]]:
    """Windows waits for sockets alone."""
    for each in (*reading, *writing, *failing):
        number = each if isinstance(each, int) else each.fileno()
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            raise OSError(10038, "an operation was attempted on something that is not a socket")
    return select.select(reading, writing, failing, timeout)


WINDOWS: Final[Mapping[str, Mapping[str, object]]] = {
    "os": {"name": "nt", "open": _open, "umask": lambda mask: 0},
    "select": {"select": _select},
    # Not what it does, but that it is asked for: a Linux that keeps a connection alive is none the worse for it.
    "socket": {"SO_EXCLUSIVEADDRUSE": socket.SO_KEEPALIVE},
    "signal": {"CTRL_C_EVENT": 0, "CTRL_BREAK_EVENT": 1},
    "time": {},
}


def main(arguments: list[str]) -> None:
    """Imitate, then be `sesame`."""
    imitate(arguments[0])
    sys.argv = ["sesame", *arguments[1:]]
    runpy.run_module("sesame", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
