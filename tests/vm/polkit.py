"""Debian 13's pcscd refuses a service's user until our polkit rule is there: `tests/vm/run polkit`. Prints TAP.

A machine of its own, with Debian 13's systemd, polkit and pcscd. The whole reader is not run on it: PyPI has no lgpio
for its Python, and Debian has none either (Raspberry Pi OS does).
"""

import sys
from functools import partial

from tests.vm import payload
from tests.vm.prove import CACHE, judged, root_file_system
from tests.vm.qemu import Folder, Machine, MachineError, powered

RULE = "/etc/polkit-1/rules.d/50-sesame-reader.rules"

CONFINEMENT = (
    "PrivateNetwork=yes",
    "RestrictAddressFamilies=AF_UNIX",
    "ProtectProc=invisible",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "PrivateTmp=yes",
)
"""Of the unit's restrictions, those that polkit or pcscd could mind."""


def main() -> int:
    """0 when both were proved."""
    folder = Folder(root_file_system("trixie"), CACHE / "polkit")
    folder.work.mkdir(parents=True, exist_ok=True)
    tar = folder.work / "payload.tar"
    payload.sources_only(tar)
    folder.fresh_disk()
    with powered(folder, tar) as machine:
        machine.must(
            "mkdir -p /srv && tar -C /srv -xf /dev/vdb && systemd-sysusers /srv/src/systemd/sesame-reader.sysusers"
        )
        results = [
            judged("Without the rule the user sesame is refused", partial(refused, machine)),
            judged("With it the user sesame sees the virtual reader", partial(let_in, machine)),
        ]
        versions = machine.must("systemctl --version | head -n 1; dpkg-query -W pcscd polkitd").split("\n")
    for number, result in enumerate(results, 1):
        sys.stdout.write(f"{'ok' if result.ok else 'not ok'} {number} - {result.statement} ({result.seen})\n")
    sys.stdout.write(f"1..{len(results)}\n# {', '.join(' '.join(line.split()) for line in versions if line)}\n")
    return 0 if all(result.ok for result in results) else 1


def refused(machine: Machine) -> str:
    """What pcscd said."""
    said = _readers(machine)
    if said.isdigit():
        raise MachineError(f"it saw {said} readers")
    return said


def let_in(machine: Machine) -> str:
    """How many readers were seen."""
    machine.must(f"cp /srv/src/systemd/sesame-reader.polkit.rules {RULE} && systemctl restart polkit")
    said = _readers(machine)
    if not said.isdigit() or int(said) == 0:
        raise MachineError(said)
    return f"{said} readers"


def _readers(machine: Machine) -> str:
    """How many PC/SC readers a service of this user sees, or the last line of the error."""
    confined = " ".join(f"-p {setting}" for setting in CONFINEMENT)
    program = "from smartcard.System import readers; print(len(readers()))"
    asked = f"systemd-run --quiet --wait --pipe --uid=sesame {confined} python3 -c '{program}'"
    return machine.run(f"{asked} 2>&1 | tail -n 1").output.strip()


if __name__ == "__main__":
    sys.exit(main())
