"""The access key on a booted system, plugged into itself: `tests/vm/run key [RELEASE]`. Prints TAP, and writes
docs/vm-report-key-RELEASE.md.

The kernel's dummy_hcd joins a device controller with a host's: what the key's service puts on the one, the same
machine's USB host stack, libccid, pcscd and OpenSC meet on the other.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.vm import payload
from tests.vm.key_proofs import CUTS, PLUGGED_IN, comes_again, installed, tries_left
from tests.vm.proofs import Run
from tests.vm.prove import CACHE, REPORTS, Result, judged, root_file_system, say_results, write_rows
from tests.vm.qemu import Folder, powered
from tests.vm.reader import Reader

PACKAGES = "opensc,libnss3-tools,openssl,curl,firefox-esr,usbutils,python3-cryptography,yubico-piv-tool,python3-tk,xvfb"
"""The computer's side."""


def main(release: str = "bookworm") -> int:
    """0 when everything was proved."""
    folder = Folder(root_file_system(release, PACKAGES), CACHE / f"work-key-{release}")
    folder.work.mkdir(parents=True, exist_ok=True)
    folder.console.unlink(missing_ok=True)
    tar = folder.work / "payload.tar"
    payload.make(release, CACHE, tar, ("key",))
    folder.fresh_disk()
    facts = {"release": release}
    results = say_results(_all(folder, tar, facts))
    proved = sum(result.ok for result in results)
    said = TEMPLATE.format(rows=write_rows(results), proved=proved, total=len(results), **facts)
    (REPORTS / f"vm-report-key-{release}.md").write_text(said)
    return 0 if proved == len(results) else 1


def _all(folder: Folder, tar: Path, facts: dict[str, str]) -> Iterator[Result]:
    with powered(folder, tar) as machine:
        facts["kernel"] = machine.must("uname -sr").strip()
        facts["system"] = machine.must(". /etc/os-release; echo $PRETTY_NAME").strip()
        facts["programs"] = machine.must(
            "dpkg-query -W -f '${Package} ${Version}, ' systemd pcscd libccid opensc"
        ).strip(", ")
        yield judged(installed.__doc__ or "", partial(installed, Run(machine, Reader(machine))))
        machine.must("systemctl --no-block poweroff")
        machine.off()
    with powered(folder, tar) as machine:
        run = Run(machine, Reader(machine))
        for proof in PLUGGED_IN:
            yield judged(proof.__doc__ or "", partial(proof, run))
        tries = tries_left(run)
        machine.must("sync")
    before = "the power was cut once all this was done"
    for state in (*CUTS, None):
        with powered(folder, tar) as machine:
            run = Run(machine, Reader(machine))
            yield judged(f"After {before}: there by itself, the store whole", partial(comes_again, run, tries))
            if state is None:
                continue
            before = f"the power was cut while {state.__doc__}"
            yield judged(f"The power is cut while {state.__doc__}", partial(_brought_to, state, run))


def _brought_to(state: Callable[[Run], None], run: Run) -> str:
    state(run)
    return "cut"


TEMPLATE = """\
# The access key on a booted system: {system}

Made by `tests/vm/run key {release}`; `docs/install.md` says what it needs. A machine in QEMU, its processor emulated,
boots it with Debian's own kernel ({kernel}); {programs}. The key is the service as `./install --key` installs it, on
the board of `tests/vm/board` (keypad, display, the name of a Raspberry Pi Zero 2 W); its USB is the kernel's own:
configfs, FunctionFS, mass storage. The computer is the same machine: dummy_hcd joins the device to its USB host stack,
and usb-storage, libccid, pcscd and OpenSC are Debian's. What the glass shows is decoded from the I2C bytes by the
display's model. Seconds are those of an emulated processor on a shared machine.

Proved: {proved} of {total}.

| proved | what | seen | s |
|---|---|---|---|
{rows}

Not proved here: a Pi's own controller (dwc2), cables and their current, another computer's USB stack. Those need metal.
"""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
