"""Runs every proof in the machine, prints one line each (TAP), and writes what was seen: docs/vm-report-RELEASE.md."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from drivers.ports import Picture
from sesame_core.events import Key
from sesame_core.reader.words.fr import FRENCH
from tests.vm import payload
from tests.vm.proofs import ON_FIRST_POWER, STATES, UNIT, Run, alone, nothing_writable, uninstalled
from tests.vm.qemu import Folder, Machine, MachineError, powered
from tests.vm.reader import Reader, picture
from tools.machine import ROOT

HERE = Path(__file__).resolve().parent
CACHE = ROOT / ".cache/vm"
REPORTS = ROOT / "docs"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report."""

    statement: str
    ok: bool
    seen: str
    seconds: float


def main(release: str = "bookworm") -> int:
    """0 when everything was proved."""
    folder = Folder(root_file_system(release), CACHE / f"work-{release}")
    folder.work.mkdir(parents=True, exist_ok=True)
    folder.console.unlink(missing_ok=True)
    tar = folder.work / "payload.tar"
    payload.make(release, CACHE, tar)
    folder.fresh_disk()
    facts = dict.fromkeys(("kernel", "system", "systemd", "pcscd", "boot", "appliance"), "?")
    results = say_results(_all(folder, tar, facts))
    facts["stopped"] = STOPPED.format(times=Machine.stopped) if Machine.stopped else ""
    (REPORTS / f"vm-report-{release}.md").write_text(report({"release": release, **facts}, results))
    return 0 if all(result.ok for result in results) else 1


def say_results(proofs: Iterable[Result]) -> list[Result]:
    """All of them, each on a line of its own as soon as it is there (TAP)."""
    results: list[Result] = []
    for result in proofs:
        results.append(result)
        sys.stdout.write(f"{'ok' if result.ok else 'not ok'} {len(results)} - {result.statement} ({result.seen})\n")
        sys.stdout.flush()
    sys.stdout.write(f"1..{len(results)}\n")
    return results


def root_file_system(release: str, packages: str = "") -> Path:
    """The folder with disk, kernel and initrd, made once for each recipe. `packages`: more of Debian's, with commas."""
    recipe = hashlib.sha256(packages.encode())
    for file in sorted([HERE / "rootfs", HERE / "furnish", *(HERE / "guest").iterdir(), *(HERE / "board").iterdir()]):
        recipe.update(file.read_bytes())
    folder = CACHE / f"{release}-{recipe.hexdigest()[:12]}"
    if not (folder / "disk.img").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([HERE / "rootfs", release, folder, packages], check=True)
    return folder


def _all(folder: Folder, tar: Path, facts: dict[str, str]) -> Iterator[Result]:
    with powered(folder, tar) as machine:
        facts["kernel"] = machine.must("uname -sr").strip()
        facts["system"] = machine.must(". /etc/os-release; echo $PRETTY_NAME").strip()
        facts["systemd"] = machine.must("systemctl --version | head -n 1").strip()
        facts["pcscd"] = machine.must("dpkg-query -W -f '${Version}' pcscd").strip()
        run = Run(machine, Reader(machine))
        for proof in ON_FIRST_POWER:
            yield judged(proof.__doc__ or "", partial(proof, run))
            with suppress(MachineError):
                machine.run("systemctl stop card")
        yield judged("`systemctl poweroff` ends it properly", partial(_ended, machine))
    frames: list[Picture] = []
    with powered(folder, tar) as machine:
        run = Run(machine, Reader(machine))
        yield judged(
            "Switched on again: the reader comes by itself, with its first frame", partial(_first_frame, run, frames)
        )
        facts["boot"] = boot_times(machine)
        yield judged(alone.__doc__ or "", partial(alone, run))
        yield judged("`systemctl poweroff` ends it properly", partial(_ended, machine))
    yield from _power_cuts(folder, tar, facts, frames)
    with powered(folder, tar) as machine:
        machine.must("mount -o remount,rw / && systemctl daemon-reload")
        yield judged(uninstalled.__doc__ or "", partial(uninstalled, Run(machine, Reader(machine))))


def _ended(machine: Machine) -> str:
    machine.must("systemctl --no-block poweroff")
    return machine.off()


def _power_cuts(folder: Folder, tar: Path, facts: dict[str, str], frames: list[Picture]) -> Iterator[Result]:
    """Each power-on but the first begins after a cut; all begin with the same frame, and the disk stays as it was."""
    before, disk = "a proper end", _digest(folder.disk)
    for state in STATES:
        with powered(folder, tar) as machine:
            run = Run(machine, Reader(machine))
            yield judged(f"After {before}: ready by itself, the same first frame", partial(_first_frame, run, frames))
            if state is STATES[0]:
                facts["appliance"] = boot_times(machine)
                yield judged(nothing_writable.__doc__ or "", partial(nothing_writable, run))
            before = f"the power was cut while {state.__doc__}"
            yield judged(f"The power is cut while {state.__doc__}", partial(_brought_to, state, run))
    machine = Machine(folder, tar)
    run = Run(machine, Reader(machine))
    yield judged(f"After {before}: ready by itself, the same first frame", partial(_first_frame, run, frames))
    yield judged(f"{POWERS_OFF}: the machine powers itself off", partial(_power_off, run))
    for what, spoil in SPOILT.items():
        machine = Machine(folder, tar)
        run = Run(machine, Reader(machine))
        yield judged(f"{POWERS_OFF} and {what}: it powers itself off as well", partial(_power_off, run, spoil))
    yield judged("After all this not one byte of the disk has changed", partial(_same_disk, folder.disk, disk))


def _digest(disk: Path) -> str:
    with disk.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _same_disk(disk: Path, before: str) -> str:
    if _digest(disk) != before:
        raise MachineError("the disk was written to")
    return f"sha256 {before[:16]}... before and after"


def _brought_to(state: Callable[[Run], None], run: Run) -> str:
    state(run)
    return "cut"


def _first_frame(run: Run, frames: list[Picture]) -> str:
    run.active()
    frame = run.reader.glass()
    frames.append(frame)
    if frame != frames[0]:
        raise MachineError("another first frame")
    failed = run.machine.must("systemctl --failed --no-legend --plain").strip()
    if failed:
        raise MachineError(f"failed: {failed}")
    return "INSÉREZ VOTRE CARTE" if frame == picture(FRENCH.insert_card) else "another picture, always the same"


BOOT_HEAD = "sysinit.target | reader begun | first frame | multi-user.target"


def boot_times(machine: Machine) -> str:
    """When the reader was ready and when the rest of the system was, in seconds since the kernel started."""
    machine.until("systemctl is-system-running --wait | grep -e running -e degraded")

    def since_kernel(unit: str, moment: str = "ActiveEnter") -> float:
        return int(machine.must(f"systemctl show -P {moment}TimestampMonotonic {unit}")) / 1e6

    sysinit, rest = since_kernel("sysinit.target"), since_kernel("multi-user.target")
    begun, ready = since_kernel(UNIT, "InactiveExit"), since_kernel(UNIT)
    return " | ".join(f"{seconds:.1f}" for seconds in (sysinit, begun, ready, rest))


POWERS_OFF = 'With `[power] off = "system"`, the key Arrêt'

SPOILT = {
    "a display that is gone": "echo 0 >/sys/devices/platform/sesame-board/present",
    "a reader.toml that is wrong by then": "echo wrong >/run/reader.toml",
}
"""What makes `sesame blank` fail just before the key -> how."""


def _power_off(run: Run, spoil: str = "true") -> str:
    """Root is read-only: the setting is laid over the file, for this one start."""
    run.machine.must("""printf '[power]\\noff = "system"\\n' >/run/reader.toml""")
    run.machine.must(f"mount --bind /run/reader.toml /etc/sesame/reader.toml && systemctl restart {UNIT}")
    run.active()
    run.reader.wait_for(FRENCH.insert_card)
    run.machine.must(spoil)
    run.reader.press(Key.OFF.value)
    reason = run.machine.off()
    if reason != "guest-shutdown":
        raise MachineError(reason)
    return f"QEMU's monitor says {reason}"


def judged(statement: str, proof: Callable[[], str]) -> Result:
    """Try it; what went wrong is the result, not the end."""
    began = time.monotonic()
    try:
        seen, ok = proof(), True
    except MachineError as error:
        seen, ok = str(error), False
    return Result(statement.rstrip("."), ok, seen, time.monotonic() - began)


def report(facts: dict[str, str], results: list[Result]) -> str:
    """The report, in Markdown."""
    proved = sum(result.ok for result in results)
    return TEMPLATE.format(boot_head=BOOT_HEAD, rows=write_rows(results), proved=proved, total=len(results), **facts)


def write_rows(results: Sequence[Result]) -> str:
    """The rows of a report's table."""
    return "\n".join(map(_row, results))


def _row(result: Result) -> str:
    seen = next(iter(result.seen.splitlines()), "")[:200]
    return f"| {'yes' if result.ok else '**no**'} | {result.statement} | {seen} | {result.seconds:.0f} |"


STOPPED = """ QEMU's emulated processors stopped the kernel {times} times before it had begun any program
(an int3 that nobody owns); the machine was switched on again."""

TEMPLATE = """\
# The reader on a booted system: {system}

Made by `tests/vm/run {release}`; `docs/install.md` says what it needs. A machine in QEMU, its processor emulated,
boots it with Debian's own kernel ({kernel}), {systemd} and pcscd {pcscd}. A kernel module of ours (`tests/vm/board`)
is the only thing made up: it gives the machine the header's GPIO chip with a key matrix on it, an I2C bus with a
display that keeps what it is sent, and the name of a Raspberry Pi Zero 2 W. Above it everything is what a Pi would
run: the unit as installed, lgpio, gpiozero, luma.oled, smbus2, pcscd with a virtual card reader (vpcd). What the
glass shows is decoded from the I2C bytes by the display's model. Seconds are those of an emulated processor on a
shared machine: ten times slower than a PC, and no measurement of a Raspberry Pi.

Proved: {proved} of {total}.{stopped}

| proved | what | seen | s |
|---|---|---|---|
{rows}

| started, seconds since the kernel began | {boot_head} |
|---|---|---|---|---|
| Debian as it is | {boot} |
| after `image/appliance` | {appliance} |

The reader waits for `sysinit.target` only; an ordinary service would come at about `multi-user.target`.

Not proved here: the firmware's part of a boot, a real display and keypad, a real latch, SD cards that lie about what
they have written. Those need metal.
"""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
