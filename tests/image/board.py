"""A Raspberry Pi 3 of QEMU (`raspi3b`) with a card in it: kernel, initramfs, device tree and overlays are read from the
card, as the firmware would, which QEMU does not have; a display on the I2C bus, a smart-card reader at the USB port.
"""

import gzip
import hashlib
import os
import re
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from image.card import FIRST, MIB
from image.emulation import QEMU, find_program
from image.firmware import INITRAMFS, KERNEL
from image.shell import run_program
from tests.vm.qemu import MachineError

START_LIMIT = 900.0
ANSWER_LIMIT = 300.0
"""Seconds; an emulated Pi on a busy machine is slow, and one that hangs must end some day."""

CARD_SIZE = 512 * MIB
"""QEMU wants a power of two."""

WORDS = (
    "console=ttyS1,115200 systemd.debug_shell=ttyS1 systemd.mask=serial-getty@ttyS1.service systemd.show_status=0 "
    "systemd.setenv=TERM=dumb"
)
"""Added to the card's own line, which has neither console nor shell: a shell on the second UART, to ask questions."""

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
"""What the shell says to a terminal before and behind each line."""

KNOCK = 10.0
"""Seconds between two attempts to find a shell."""

STOPPED = re.compile(rb"Kernel panic[^\n]*\n|\(initramfs\) ")


@dataclass(frozen=True, slots=True)
class Kit:
    """What is put together for one power-on. `tree`: the board's device tree; `words`: more for the kernel's line;
    `overlays`: False passes over config.txt's."""

    tree: str = "bcm2837-rpi-3-b.dtb"
    display: bool = True
    slot: bool = False
    words: str = ""
    flip: bool = False
    overlays: bool = True


class Board:
    """One power-on."""

    def __init__(self, card: Path, kit: Kit, work: Path) -> None:
        self.work = work
        self.disk = work / "card.sd"
        work.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(work)
        work.mkdir()
        run_program(["cp", "--sparse=always", card, self.disk])
        os.truncate(self.disk, CARD_SIZE)
        if kit.flip:
            flip_root(self.disk)
        self.before, self.before_fixed = digest_of(self.disk), self.digest_fixed()
        self._said = b""
        self._process = self._switch_on(kit)
        self._line = self._connect()

    @property
    def wire(self) -> Path:
        """What went over the I2C buses, as QEMU's trace has it."""
        return self.work / "wire.log"

    def _switch_on(self, kit: Kit) -> "subprocess.Popen[bytes]":
        """-icount: the machine's clock counts its own instructions, four nanoseconds each, so that nothing in it is
        late because this machine has other work."""
        line = read_boot(self.disk, self.work, kit)
        serial = f"socket,id=s,path={self.work / 's'},server=on,wait=off"
        drive = f"if=sd,format=raw,file={self.disk}"
        command = [
            *(find_program("qemu-system-aarch64"), "-M", "raspi3b", "-nic", "none", "-display", "none", "-no-reboot"),
            *("-kernel", self.work / "vmlinuz", "-initrd", self.work / INITRAMFS, "-dtb", self.work / "tree.dtb"),
            *("-append", f"{line} {WORDS} {kit.words}", "-drive", drive, "-serial", "null"),
            *("-chardev", f"{serial},logfile={self.work / 'console.log'}"),
            *("-icount", "shift=2,sleep=off"),
            *("-serial", "chardev:s", "-trace", "i2c_event", "-trace", "i2c_send", "-D", self.wire),
            *(["-device", "ssd0303,bus=i2c-bus.1,address=0x3c"] if kit.display else []),
            *(["-device", "usb-ccid"] if kit.slot else []),
        ]
        variables = dict(os.environ)
        if folder := os.environ.get(QEMU):
            command += ["-L", f"{folder}/usr/share/qemu"]
            variables["QEMU_MODULE_DIR"] = (
                f"{folder}/usr/lib/x86_64-linux-gnu/qemu"  # not those of the system's version
            )
        with (self.work / "qemu.log").open("wb") as log:
            return subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=variables
            )

    def _connect(self) -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + 30
        while True:
            try:
                line.connect(str(self.work / "s"))
            except OSError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise MachineError(f"QEMU: {(self.work / 'qemu.log').read_text()[-500:]}") from None
                time.sleep(0.1)
            else:
                line.settimeout(1)
                return line

    def wait_for_shell(self) -> None:
        """Until the shell asks for a command. Raises MachineError with the kernel's last words if it stopped."""
        end = time.monotonic() + START_LIMIT
        while True:
            self._line.sendall(b"echo sh''ell\n")  # lost as long as nobody has opened the line
            try:
                said = self._until(re.compile(rb"shell\r?\n|" + STOPPED.pattern), KNOCK)
            except MachineError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise
                continue
            if STOPPED.search(said):
                raise MachineError("it stopped: " + said.decode(errors="replace")[-400:])
            break
        self._line.sendall(b"stty -echo cols 400; export SYSTEMD_PAGER=cat SYSTEMD_COLORS=0 PS1=; echo set''tled\n")
        self._until(re.compile(rb"settled\r?\n"), ANSWER_LIMIT)

    def wait_for_stop(self) -> str:
        """What the console said until the kernel or the initramfs gave up. Raises MachineError when they do not."""
        return self._until(STOPPED, START_LIMIT).decode(errors="replace")

    def ask(self, command: str, limit: float = ANSWER_LIMIT) -> tuple[int, str]:
        """Status and output of a shell command in the machine."""
        self._line.sendall(f"echo BE''GIN; {command}\necho E''ND=$?\n".encode())
        self._until(re.compile(rb"BEGIN\r?\n"), limit)
        said = ESCAPES.sub("", self._until(re.compile(rb"END=(\d+)\r?\n"), limit).decode(errors="replace"))
        text, _, status = said.rpartition("END=")
        return int(status), text.strip()

    def must(self, command: str, limit: float = ANSWER_LIMIT) -> str:
        """The output of a command that has to succeed. Raises MachineError with what it said."""
        status, said = self.ask(command, limit)
        if status:
            raise MachineError(f"{command}: status {status}: {said[-600:]}")
        return said

    def wait_until(self, command: str, limit: float = START_LIMIT) -> str:
        """Its output, as soon as it succeeds. Raises MachineError with the last output when it never does."""
        end = time.monotonic() + limit
        while True:
            status, said = self.ask(command)
            if not status:
                return said
            if time.monotonic() > end:
                raise MachineError(f"{command}: never; at last: {said[-600:]}")

    def power_off(self) -> None:
        """Ask the system for it and wait until the machine has gone. Raises MachineError when it stays."""
        self._line.sendall(b"systemctl --no-block poweroff\n")
        try:
            self._process.wait(START_LIMIT)
        except subprocess.TimeoutExpired:
            raise MachineError("it does not power itself off") from None

    def digest_card(self) -> str:
        """SHA-256 of the card's file as it is now."""
        return digest_of(self.disk)

    def digest_fixed(self) -> str:
        """SHA-256 of firmware and root: all that comes before a third partition."""
        with self.disk.open("rb") as card:
            return hashlib.sha256(card.read(sum(place_of_root(self.disk)))).hexdigest()

    def console_text(self) -> str:
        """All that the second UART has said."""
        return (self.work / "console.log").read_text(errors="replace")

    def cut(self) -> None:
        """The supply is gone."""
        self._process.kill()
        self._process.wait()
        self._line.close()

    def _until(self, pattern: re.Pattern[bytes], limit: float) -> bytes:
        end = time.monotonic() + limit
        while not (found := pattern.search(self._said)):
            try:
                fresh = self._line.recv(65536)
            except TimeoutError:
                fresh = None
            if fresh == b"" or time.monotonic() > end:
                raise MachineError(f"no {pattern.pattern!r}; at last: {self._said[-600:].decode(errors='replace')}")
            self._said += fresh or b""
        said, self._said = self._said[: found.end()], self._said[found.end() :]
        return said


@contextmanager
def powered(card: Path, kit: Kit, work: Path) -> Iterator[Board]:
    """A board that is switched on, and off at the end whatever happens; its copy of the card goes."""
    board = Board(card, kit, work)
    try:
        yield board
    finally:
        board.cut()
        board.disk.unlink()


def read_boot(card: Path, work: Path, kit: Kit) -> str:
    """The firmware's work: kernel, initramfs and tree from the FAT, overlays as config.txt says. The kernel's line."""
    boot = work / "fat"
    boot.mkdir()
    run_program(["mcopy", "-sn", "-i", f"{card}@@{FIRST}M", "::*", boot])
    (work / "vmlinuz").write_bytes(gzip.decompress((boot / KERNEL).read_bytes()))
    shutil.copyfile(boot / INITRAMFS, work / INITRAMFS)
    overlays = re.findall(r"^dtoverlay=([^,\s]+)", (boot / "config.txt").read_text(encoding="utf-8"), re.MULTILINE)
    files = [boot / "overlays" / f"{name}.dtbo" for name in overlays if kit.overlays]
    shutil.copyfile(boot / kit.tree, work / "tree.dtb")
    if files:
        run_program(["fdtoverlay", "-i", boot / kit.tree, "-o", work / "tree.dtb", *files])
    return (boot / "cmdline.txt").read_text(encoding="ascii").strip()


def flip_root(disk: Path) -> None:
    """Change one bit in every MiB of the root's data."""
    start, size = place_of_root(disk)
    with disk.open("r+b") as card:
        for at in range(start + MIB // 3, start + size - 4 * MIB, MIB):
            card.seek(at)
            byte = card.read(1)[0]
            card.seek(at)
            card.write(bytes([byte ^ 1]))


def place_of_root(disk: Path) -> tuple[int, int]:
    """Where the second partition begins, and its size, in bytes."""
    with disk.open("rb") as card:
        card.seek(446 + 16 + 8)  # the second of four entries: where it begins and how long it is, in sectors
        start, size = struct.unpack("<II", card.read(8))
    return start * 512, size * 512


def digest_of(file: Path) -> str:
    """A file's SHA-256."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
