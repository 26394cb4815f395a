"""Inside the machine: run what the test outside asks for, one JSON line each way over a virtio port."""

import json
import subprocess
import time
from pathlib import Path
from typing import BinaryIO

PORT = Path("/dev/virtio-ports/sesame")


def main() -> None:
    """Say hello, then serve until the machine ends."""
    while not PORT.exists():
        time.sleep(0.1)
    with PORT.open("r+b", buffering=0) as port:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        say(port, {"hello": boot, "uptime": Path("/proc/uptime").read_text().split()[0]})
        for line in port:
            say(port, answer(json.loads(line)))


def answer(request: dict[str, str]) -> dict[str, object]:
    """Run a shell command; its output (both streams) and exit status."""
    done = subprocess.run(["/bin/sh", "-c", request["run"]], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return {"status": done.returncode, "output": (done.stdout + done.stderr).decode(errors="replace")}


def say(port: BinaryIO, message: dict[str, object]) -> None:
    """One line, whole: the port takes some tens of kilobytes at once."""
    rest = memoryview(json.dumps(message).encode() + b"\n")
    while rest:
        rest = rest[port.write(rest) :]


if __name__ == "__main__":
    main()
