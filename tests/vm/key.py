"""The access key on a booted system, plugged into itself: `tests/vm/run key [RELEASE]`. Prints TAP, and writes
docs/vm-report-key-RELEASE.md.

The kernel's dummy_hcd joins a device controller with a host's: what the key's service puts on the one, the same
machine's USB host stack, libccid, pcscd and OpenSC meet on the other.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from sesame_core.esecure.words.fr import FRENCH
from tests.vm import payload
from tests.vm.key_chain import CHAIN
from tests.vm.key_proofs import CUTS, PLUGGED_IN, comes_again, installed, tries_left
from tests.vm.proofs import Run
from tests.vm.prove import CACHE, HERE, REPORTS, Result, judged, root_file_system, say_results, write_rows
from tests.vm.qemu import Folder, LeftOn, Machine, powered
from tests.vm.reader import Reader

PACKAGES = (
    "opensc,libnss3-tools,openssl,curl,firefox-esr,usbutils,python3-cryptography,yubico-piv-tool,python3-tk,xvfb,xdotool,"
    "udisks2,dmsetup,e2fsprogs"
)
"""The computer's side, with a screen and a hand for it; and what cuts the power at every write."""


INSTALLED = "installed.qcow2"
"""The disk as a whole run had it after the installation, or as `preinstall` makes it: what --only begins with."""

RESULTS, FACTS = "results.json", "facts.json"

ALONE = " (run alone)"
RUN_ALONE = """
*Run alone*: by `--only`, on a machine that began installed (after the last whole run, or by `tests/vm/preinstall`).
"""

MEMORY_MIB = 2048
"""Key, bank, Firefox and a screen in one machine."""


def main(argv: Sequence[str]) -> int:
    """0 when everything was proved."""
    options = _read_options(argv)
    release = options.release
    folder = Folder(root_file_system(release, PACKAGES), CACHE / f"work-key-{release}", MEMORY_MIB)
    folder.work.mkdir(parents=True, exist_ok=True)
    if options.off:
        LeftOn(folder).cut()
        return 0
    tar = folder.work / "payload.tar"
    if not options.again:
        folder.console.unlink(missing_ok=True)
        payload.make(release, CACHE, tar, ("key",))
    if not options.only:
        folder.fresh_disk()
        (folder.work / RESULTS).unlink(missing_ok=True)
    proofs = _some(folder, tar, options) if options.only else _all(folder, tar)
    results = say_results(_kept(folder, proofs, alone=bool(options.only)))
    _write_report(folder, release)
    return 0 if all(result.ok for result in results) else 1


def _read_options(argv: Sequence[str]) -> argparse.Namespace:
    names = [proof.__name__ for proof in (*PLUGGED_IN, *CHAIN)]
    parser = argparse.ArgumentParser(prog="tests/vm/run key", description="The access key on a booted system.")
    parser.add_argument("release", nargs="?", default="bookworm", choices=("bookworm", "trixie"))
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        metavar="NAME,...",
        help=f"these alone, on a machine that begins installed; of {', '.join(names)}",
    )
    parser.add_argument("--keep", action="store_true", help="with --only: leave the machine on")
    parser.add_argument(
        "--again", action="store_true", help="with --only: in the machine that was left on, and stays so"
    )
    parser.add_argument("--off", action="store_true", help="switch off the machine that was left on")
    options = parser.parse_args(argv)
    for name in set(options.only or ()) - set(names):
        parser.error(f"no proof is called {name}: there are {', '.join(names)}")
    return options


def _kept(folder: Folder, proofs: Iterator[Result], *, alone: bool) -> Iterator[Result]:
    """The same, each written down at once: one that was run alone takes the place of the one before."""
    for result in proofs:
        seen = f"{result.seen.splitlines()[0] if result.seen else ''}{ALONE if alone else ''}"
        kept = {each.statement: each for each in _read_results(folder)}
        kept[result.statement] = replace(result, seen=seen)
        (folder.work / RESULTS).write_text(json.dumps([asdict(each) for each in kept.values()]))
        yield result


def _read_results(folder: Folder) -> list[Result]:
    place = folder.work / RESULTS
    return [Result(**each) for each in json.loads(place.read_text())] if place.exists() else []


def _write_report(folder: Folder, release: str) -> None:
    """Of the last whole run, and of what was run alone since."""
    results = _read_results(folder)
    facts = json.loads((folder.work / FACTS).read_text())
    proved = sum(result.ok for result in results)
    alone = RUN_ALONE if any(result.seen.endswith(ALONE) for result in results) else ""
    said = TEMPLATE.format(
        rows=write_rows(results), proved=proved, total=len(results), release=release, alone=alone, **facts
    )
    (REPORTS / f"vm-report-key-{release}.md").write_text(said)


def _write_facts(machine: Machine, folder: Folder) -> None:
    """What the machine is made of."""
    asked = {
        "kernel": "uname -sr",
        "system": ". /etc/os-release; echo $PRETTY_NAME",
        "programs": "dpkg-query -W -f '${Package} ${Version}, ' systemd pcscd libccid opensc firefox-esr",
    }
    facts = {name: machine.must(command).strip(", \n") for name, command in asked.items()}
    (folder.work / FACTS).write_text(json.dumps(facts))


def _some(folder: Folder, tar: Path, options: argparse.Namespace) -> Iterator[Result]:
    """The proofs that are named, in the order of a whole run."""
    if not options.again:
        if not (folder.work / INSTALLED).exists():
            subprocess.run([HERE / "preinstall", folder.base, folder.work], check=True)
        shutil.copyfile(folder.work / INSTALLED, folder.disk)
    machine = LeftOn(folder) if options.again else Machine(folder, tar)
    run = _run(machine, folder)
    try:
        for proof in (*PLUGGED_IN, *CHAIN):
            if proof.__name__ in options.only:
                yield judged(proof.__doc__ or "", partial(proof, run))
    finally:
        if options.keep or options.again:
            machine.leave_on()
        else:
            machine.cut()


def _run(machine: Machine, folder: Folder) -> Run:
    pictures = folder.work / "pictures"
    pictures.mkdir(exist_ok=True)
    return Run(machine, Reader(machine), pictures=pictures)


def _all(folder: Folder, tar: Path) -> Iterator[Result]:
    with powered(folder, tar) as machine:
        _write_facts(machine, folder)
        installation = judged(installed.__doc__ or "", partial(installed, _run(machine, folder)))
        yield installation
        machine.must("systemctl --no-block poweroff")
        machine.off()
    if installation.ok:  # else what is run alone would begin with half of it
        shutil.copyfile(folder.disk, folder.work / INSTALLED)
    with powered(folder, tar) as machine:
        run = _run(machine, folder)
        for proof in PLUGGED_IN:
            yield judged(proof.__doc__ or "", partial(proof, run))
        tries = tries_left(run)
        machine.must("sync")
    yield from _power_cuts(folder, tar, tries)


def _power_cuts(folder: Folder, tar: Path, tries: int) -> Iterator[Result]:
    """Each power-on but the first begins after a cut. In the last but one the guide's chain is gone through."""
    before = "the power was cut once all this was done"
    for state in (*CUTS, None):
        with powered(folder, tar) as machine:
            run = _run(machine, folder)
            yield judged(AFTER.format(before=before), partial(comes_again, run, tries))
            if state is not None:
                before = f"the power was cut while {state.__doc__}"
                yield judged(f"The power is cut while {state.__doc__}", partial(_brought_to, state, run))
                continue
            for proof in CHAIN:
                yield judged(proof.__doc__ or "", partial(proof, run))
    with powered(folder, tar) as machine:
        run = _run(machine, folder)
        statement = AFTER.format(before="the power was cut once the chain was done") + ", its certificate with it"
        yield judged(statement, partial(comes_again, run, FULL_TRIES, (FRENCH.ready,)))


AFTER = "After {before}: there by itself, the store whole"
FULL_TRIES = 3
"""The PIN was right in the chain."""


def _brought_to(state: Callable[[Run], None], run: Run) -> str:
    state(run)
    return "cut"


TEMPLATE = """\
# The access key on a booted system: {system}

Made by `tests/vm/run key {release}`; `docs/install.md` says what it needs. A machine in QEMU, its processor emulated,
boots it with Debian's own kernel ({kernel}); {programs}. The key is the service as `./install --key` installs it, on
the board of `tests/vm/board` (keypad, display, the name of a Raspberry Pi Zero 2 W); its USB is the kernel's own:
configfs, FunctionFS, mass storage. The computer is the same machine: dummy_hcd joins the device to its USB host stack,
and usb-storage, libccid, pcscd, OpenSC, NSS and Firefox are Debian's. The bank is the demonstration of
`./install --branch` there. The person is an ordinary user at a virtual screen (Xvfb) for whom polkit is told to answer
as at the machine's own; Firefox is driven by its remote control (Marionette), the launcher by its terminal and, once,
by its window; PIN and OK are contacts of the key's keypad. What the glass shows is decoded from the I2C bytes by the
display's model. Seconds are those of an emulated processor on a shared machine.

Proved: {proved} of {total}.
{alone}
| proved | what | seen | s |
|---|---|---|---|
{rows}

Not proved here: a Pi's own controller (dwc2), cables and their current, another computer's USB stack. Those need metal.
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
