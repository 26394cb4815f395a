"""A whole machine in QEMU, emulated so that it runs wherever QEMU does: switched on, asked, cut off."""

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOOT_LIMIT = 900.0
ANSWER_LIMIT = 600.0

KERNEL_LINE = "root=/dev/vda ro console=ttyS0 quiet loglevel=3 mitigations=off panic=1"

STARTS = 3
"""How often a machine is switched on whose kernel stops before it has begun any program: QEMU's emulated processors
sometimes meet the breakpoints with which Linux changes its own code (an int3 that nobody owns)."""

PANIC, NO_PROGRAM = b"Kernel panic", b"Comm: swapper"


class MachineError(Exception):
    """The machine did not do what it was asked within any sensible time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command in the machine said."""

    status: int
    output: str


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a machine's files are. The disk is a layer over the pristine one."""

    base: Path
    work: Path
    memory_mib: int = 1024

    @property
    def console(self) -> Path:
        """What all machines of this run have said on their serial line."""
        return self.work / "console.log"

    @property
    def disk(self) -> Path:
        """The layer that this run writes to."""
        return self.work / "disk.qcow2"

    def fresh_disk(self) -> None:
        """Begin with the disk as it was made."""
        command = [
            "qemu-img",
            "create",
            "-q",
            "-f",
            "qcow2",
            "-F",
            "raw",
            "-b",
            str(self.base / "disk.img"),
            str(self.disk),
        ]
        subprocess.run(command, check=True)


class Machine:
    """One power-on, from `start` to `cut` or to its own power-off."""

    stopped = 0
    """How many were switched on again, in this process."""

    def __init__(self, folder: Folder, payload: Path, options: str = "") -> None:
        self._folder = folder
        for left in reversed(range(STARTS)):
            said = folder.console.stat().st_size if folder.console.exists() else 0
            try:
                self._switch_on(payload, options)
            except MachineError:
                if not left or not _stopped_by_itself(folder.console, said):
                    raise
                Machine.stopped += 1
            else:
                return

    def _switch_on(self, payload: Path, options: str) -> None:
        """Until the agent in it answers. Raises MachineError."""
        folder = self._folder
        self._process = _qemu(folder, payload, options)
        self._agent = _connect(folder.work / "agent")
        self._monitor = _connect(folder.work / "qmp")
        self._lines = self._agent.makefile("rb")
        self._monitor.sendall(b'{"execute": "qmp_capabilities"}\n')
        try:
            self.uptime = float(self._read(BOOT_LIMIT)["uptime"])
        except MachineError:
            self.cut()
            raise

    def run(self, command: str, limit: float = ANSWER_LIMIT) -> Answer:
        """Run a shell command inside as root. Raises MachineError when no answer comes."""
        try:
            self._agent.sendall(json.dumps({"run": command}).encode() + b"\n")
        except OSError as error:
            raise MachineError("the machine is gone") from error
        said = self._read(limit)
        return Answer(said["status"], said["output"])

    def must(self, command: str, limit: float = ANSWER_LIMIT) -> str:
        """The output of a command that has to succeed. Raises MachineError with what it said."""
        answer = self.run(command, limit)
        if answer.status:
            raise MachineError(f"{command}\n{answer.output}")
        return answer.output

    def until(self, command: str, limit: float = 120.0) -> float:
        """Seconds until the command succeeds inside, looked at four times a second. Raises MachineError."""
        began = time.monotonic()
        now = "$(cut -d. -f1 /proc/uptime)"
        look = f"until {{ {command}; }} >/dev/null 2>&1; do sleep 0.25; test {now} -lt $end || exit 1; done"
        if self.run(f"end=$(({now} + {limit:.0f})); {look}", limit * 2).status:
            raise MachineError(f"never came true: {command}")
        return time.monotonic() - began

    def cut(self) -> None:
        """The plug is pulled: what was not on the disk is lost."""
        self._process.kill()
        self._close()

    def off(self, limit: float = 120.0) -> str:
        """Wait until the machine has switched itself off; why, as QEMU's monitor tells it. Raises MachineError."""
        try:
            self._process.wait(limit)
        except subprocess.TimeoutExpired as error:
            self.cut()
            raise MachineError("the machine did not switch itself off") from error
        reason = _shutdown_reason(self._monitor)
        self._close()
        return reason

    def leave_on(self) -> None:
        """It goes on; `LeftOn` is the way back to it."""
        self._agent.close()
        self._monitor.close()

    def _read(self, limit: float) -> dict[str, Any]:
        self._agent.settimeout(limit)
        try:
            line = self._lines.readline()
        except TimeoutError as error:
            self.cut()  # its answer would come as that of the next question
            raise MachineError(f"no answer within {limit:.0f} s; see {self._folder.console}") from error
        except (OSError, ValueError) as error:  # it was cut before
            raise MachineError("the machine is gone") from error
        if not line:
            raise MachineError(f"the machine is gone; see {self._folder.console}")
        said: dict[str, Any] = json.loads(line)
        return said

    def _close(self) -> None:
        self._process.wait()
        self._lines.close()
        self._agent.close()
        self._monitor.close()


class LeftOn(Machine):
    """A machine that an earlier command has left on. Raises MachineError where there is none."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        try:
            self._monitor = _connect(folder.work / "qmp", patience=0)
            self._agent = _connect(folder.work / "agent", patience=0)
        except MachineError:
            raise MachineError("no machine is on: --keep leaves one on") from None
        self._lines = self._agent.makefile("rb")
        self._monitor.sendall(b'{"execute": "qmp_capabilities"}\n')
        self._catch_up()

    def _catch_up(self) -> None:
        """What it has still to say to whoever was there before: a greeting, answers."""
        word = secrets.token_hex(8)
        self._agent.sendall(json.dumps({"run": f"echo {word}"}).encode() + b"\n")
        self._agent.settimeout(ANSWER_LIMIT)
        while f"{word}\\n".encode() not in (line := self._lines.readline()):
            if not line:
                raise MachineError("the machine is gone")

    def cut(self) -> None:
        """See Machine."""
        with suppress(OSError):  # it is gone before it has answered
            self._monitor.sendall(b'{"execute": "quit"}\n')
            _shutdown_reason(self._monitor)
        self.leave_on()


@contextmanager
def powered(folder: Folder, payload: Path, options: str = "") -> Iterator[Machine]:
    """A machine that is cut off at the end, however that comes."""
    machine = Machine(folder, payload, options)
    try:
        yield machine
    finally:
        machine.cut()


def _qemu(folder: Folder, payload: Path, options: str) -> "subprocess.Popen[bytes]":
    work = folder.work
    for name in ("agent", "qmp", "console"):
        (work / name).unlink(missing_ok=True)
    command = [
        *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", str(folder.memory_mib)),
        *("-display", "none", "-no-reboot", "-nic", "none", "-machine", "q35,smbus=off"),
        *("-kernel", str(folder.base / "vmlinuz"), "-initrd", str(folder.base / "initrd")),
        *("-append", f"{KERNEL_LINE} {options}".strip()),
        *("-drive", f"file={folder.disk},format=qcow2,if=virtio,cache=unsafe"),
        *("-drive", f"file={payload},format=raw,if=virtio,readonly=on"),
        *(
            "-chardev",
            f"socket,id=console,path={work / 'console'},server=on,wait=off,logfile={folder.console},logappend=on",
        ),
        *("-serial", "chardev:console"),
        *("-chardev", f"socket,id=agent,path={work / 'agent'},server=on,wait=off"),
        *("-device", "virtio-serial", "-device", "virtserialport,chardev=agent,name=sesame"),
        *("-qmp", f"unix:{work / 'qmp'},server=on,wait=off"),
    ]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"})


def _stopped_by_itself(console: Path, said: int) -> bool:
    """Whether the kernel has stopped since then, before there was any program but its own."""
    fresh = console.read_bytes()[said:]
    return PANIC in fresh and NO_PROGRAM in fresh


def _connect(path: Path, patience: float = 30) -> socket.socket:
    """QEMU makes its sockets as it starts."""
    deadline = time.monotonic() + patience
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(path))
        except OSError as error:
            connection.close()
            if time.monotonic() > deadline:
                raise MachineError(f"QEMU did not open {path}") from error
            time.sleep(0.1)
        else:
            return connection


def _shutdown_reason(monitor: socket.socket) -> str:
    """The reason in the monitor's SHUTDOWN event (QEMU, docs/interop: ShutdownCause)."""
    monitor.settimeout(5)
    told = b"".join(iter(lambda: monitor.recv(65536), b""))
    events = (json.loads(line) for line in told.splitlines())
    return next((event["data"]["reason"] for event in events if event.get("event") == "SHUTDOWN"), "unknown")
