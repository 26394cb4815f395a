"""Programs of arm64 on another processor: qemu-user, known to the kernel for as long as a build lasts.

The kernel opens the interpreter when it is registered (flag F), so that it works in a chroot that has none.
"""

import os
import platform
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from image.shell import ImageError, run_program

REGISTRY = Path("/proc/sys/fs/binfmt_misc")
OURS = "sesame-image-"
"""Begins the names of our entries; the builder's process id follows."""

MAGIC = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
"""ELF, 64 bit, little-endian, any ABI, executable or shared object, e_machine 183 = AArch64 (ELF for the Arm 64-bit
Architecture, section 5.2)."""

QEMU = "SESAME_QEMU"
"""Names a folder that holds QEMU as `dpkg-deb -x` unpacks it, where the system has none that is new enough."""


def find_program(name: str) -> Path:
    """A program of QEMU. Raises ImageError with what to type when there is none."""
    folder = os.environ.get(QEMU)
    found = shutil.which(name, path=f"{folder}/usr/bin") if folder else shutil.which(name)
    if not found:
        raise ImageError(
            f"{name} is missing. On Debian 13, type: sudo apt install qemu-user qemu-system-arm\n"
            f"On Debian 12, tests/image/qemu brings version 10 from its backports and says what to put into {QEMU}."
        )
    return Path(found).resolve()


@contextmanager
def run_foreign_programs() -> Iterator[None]:
    """While this lasts, arm64 programs run. Needs root; takes its entry away, and those of builds that were killed."""
    if platform.machine() == "aarch64":
        yield
        return
    mounted = not (REGISTRY / "register").exists()
    if mounted:
        run_program(["mount", "-t", "binfmt_misc", "none", REGISTRY])
    entry = REGISTRY / f"{OURS}{os.getpid()}"
    try:
        end_in_order()
        _forget_dead()
        (REGISTRY / "register").write_bytes(describe_entry(entry.name, find_program("qemu-aarch64")))
        yield
    finally:
        if entry.exists():
            entry.write_text("-1")
        if mounted and not any(REGISTRY.glob(f"{OURS}*")):
            run_program(["umount", REGISTRY])


def end_in_order() -> None:
    """SIGTERM and SIGHUP end this program as Ctrl-C does, so that what must be taken away is taken away."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def describe_entry(name: str, interpreter: Path) -> bytes:
    """What the kernel's Documentation/admin-guide/binfmt-misc.rst wants written into `register`. F: opened at
    once; O, C: the program's own file and rights; P: its name as it was called."""
    return f":{name}:M::{MAGIC}:{MASK}:{interpreter}:OCPF".encode()


def _forget_dead() -> None:
    for entry in REGISTRY.glob(f"{OURS}*"):
        if not Path("/proc", entry.name.removeprefix(OURS)).exists():
            entry.write_text("-1")
