"""The firmware's partition: what config.txt and cmdline.txt say, and that they name only what is there.

`upstream_kernel=1` lets the firmware look for trees by their upstream names (bcm2837-rpi-3-b.dtb); Debian's trees have
`__symbols__`, so that overlays apply, but no `__overrides__`: a `dtparam=` would do nothing, and none is written.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from image.shell import ImageError

BOARDS = {
    "bcm2837-rpi-zero-2-w.dtb": "Zero 2 W",
    "bcm2837-rpi-3-a-plus.dtb": "3 A+",
    "bcm2837-rpi-3-b.dtb": "3 B",
    "bcm2837-rpi-3-b-plus.dtb": "3 B+",
    "bcm2711-rpi-4-b.dtb": "4 B",
    "bcm2711-rpi-400.dtb": "400",
}
"""Device tree -> the board it is for. Debian 13's kernel knows no Pi 5 that has a header."""

FIRST_PROGRAMS = ("bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat")
KERNEL, INITRAMFS = "kernel8.img", "initramfs.img"
OVERLAYS = ("sesame-i2c", "sesame-gadget")
LATCH_WORD = "sesame.latch"

NAMED = re.compile(r"(?P<key>kernel|initramfs|dtoverlay|dtparam|include)[= ](?P<value>[^\s,#]+)")


@dataclass(frozen=True, slots=True)
class Root:
    """Where the root is: dm-verity's root hash, the offset of the hashes in bytes, and the card's number (MBR)."""

    digest: str
    offset: int
    label: str


def write_config(key: bool) -> str:
    """config.txt. `key`: the USB port is a device's."""
    overlays = ["sesame-i2c", *(["sesame-gadget"] if key else [])]
    lines = [
        "# Sésame. Each line and what it names is checked by the project; docs/image.md explains them.",
        "arm_64bit=1",
        "upstream_kernel=1",
        f"kernel={KERNEL}",
        f"initramfs {INITRAMFS} followkernel",
        "disable_splash=1",
        "boot_delay=0",
        *(f"dtoverlay={name}" for name in overlays),
    ]
    return "\n".join(lines) + "\n"


def write_cmdline(root: Root, latch: bool) -> str:
    """The kernel's line. panic=10: without it the initramfs would open a root's shell where the root is refused."""
    words = [
        "root=/dev/mapper/root rootfstype=erofs ro rootwait",
        f"sesame.root=/dev/disk/by-partuuid/{root.label}-02 sesame.offset={root.offset} sesame.roothash={root.digest}",
        "console=tty1 quiet loglevel=3 noswap panic=10 net.ifnames=0 systemd.firstboot=off",
        *([LATCH_WORD] if latch else []),
    ]
    return " ".join(words) + "\n"


def check_config(config: str, files: Collection[str]) -> list[str]:
    """What config.txt names and the partition lacks, one sentence each. `files`: paths in it, with slashes."""
    wrong = []
    for line in config.splitlines():
        found = NAMED.match(line.strip())
        if found is None:
            continue
        key, value = found["key"], found["value"]
        wanted = f"overlays/{value}.dtbo" if key == "dtoverlay" else value
        if key == "dtparam":
            wrong.append(f"dtparam={value} does nothing: Debian's device trees have no __overrides__")
        elif wanted not in files:
            wrong.append(f"config.txt names {wanted}, which is not there")
    if "upstream_kernel=1" not in config.splitlines():
        wrong.append("config.txt lacks upstream_kernel=1: the firmware would look for other names of device trees")
    return wrong + [f"{name} is not there" for name in (*BOARDS, *FIRST_PROGRAMS) if name not in files]


def must_hold(complaints: Collection[str]) -> None:
    """Raises ImageError with all complaints, if there are any."""
    if complaints:
        raise ImageError("\n".join(complaints))
