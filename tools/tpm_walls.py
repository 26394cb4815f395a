"""What the key's unit lets in for a TPM: a drop-in beside it, there only while the configuration seals the key by one.

Source: systemd.unit(5), on drop-ins; systemd.resource-control(5), DeviceAllow=; systemd.exec(5), SupplementaryGroups=.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from device.errors import ConfigError
from device.toml_file import decode_toml
from tools.machine import run
from tools.release import InstallError
from tools.steps import Step, gone, holds, seen, write

CONFIG: Final = "etc/sesame/reader.toml"
DROP_IN: Final = "etc/systemd/system/sesame-key.service.d/50-tpm.conf"
GROUP: Final = "tss"
"""Debian's, of the package tpm-udev, whose rule gives it the kernel's resource manager."""

USUAL_TPM: Final = "/dev/tpmrm0"
"""Where `key.tpm` is not set (device.config)."""

PACKAGE: Final = "tpm2-tools"
DEVICE: Final = re.compile(r"/dev/[A-Za-z0-9._/-]+")
"""No blank and no %, which mean something in a unit."""

TEXT: Final = """\
# By ./install, since {config} has sealing = "tpm" below [key]; without that it takes this file away again.
[Service]
DeviceAllow={device} rw
SupplementaryGroups={group}
"""


def find_tpm(root: Path) -> str | None:
    """The TPM that the configuration below this root seals the key by; empty for none; None where it cannot be read: it
    has faults, or only root may look. Raises InstallError."""
    try:
        key = decode_toml((root / CONFIG).read_bytes(), CONFIG).get("key", {})
        sealing, device = key.get("sealing", "file"), key.get("tpm", USUAL_TPM)
    except FileNotFoundError:
        return ""
    except (ConfigError, OSError, AttributeError):
        return None
    if sealing != "tpm":
        return "" if sealing == "file" else None
    if not isinstance(device, str) or not DEVICE.fullmatch(device):
        raise InstallError(f'key.tpm is "{device}": set it to a device below /dev; the service is let at no other')
    return device


def tpm_packages(root: Path, with_key: bool) -> tuple[str, ...]:
    """What apt is to bring for it."""
    return (PACKAGE,) if with_key and find_tpm(root) else ()


def tpm_steps(root: Path, with_key: bool) -> list[Step]:
    """The drop-in, and its group where it lacks; or that it goes. What cannot be read changes nothing."""
    device = find_tpm(root) if with_key else ""
    if not device:
        return removal_steps(root) if device is not None else []
    place = root / DROP_IN
    content = TEXT.format(config=f"/{CONFIG}", device=device, group=GROUP).encode()
    make = ["systemd-sysusers", f"--root={root}", "--inline", f"g {GROUP} - -"]
    return [
        Step(f"make the group {GROUP} where it lacks", seen(lambda: _has_group(root)), lambda: _make_group(make)),
        Step(f"write {place}: {device} for the service", seen(lambda: holds(place, content)), _put(place, content)),
    ]


def removal_steps(root: Path) -> list[Step]:
    """The drop-in goes, and its folder where nobody else has put anything there."""
    place = root / DROP_IN
    if seen(place.exists) is False:
        return []
    deleting = gone(place)
    return [Step(deleting.says, deleting.done, lambda: _take_away(deleting, place.parent))]


def _take_away(deleting: Step, folder: Path) -> None:
    deleting.do()
    if not any(folder.iterdir()):
        folder.rmdir()


def _put(place: Path, content: bytes) -> Callable[[], None]:
    return lambda: write(place, content)


def _has_group(root: Path) -> bool:
    groups = root / "etc/group"
    return groups.exists() and any(line.startswith(f"{GROUP}:".encode()) for line in groups.read_bytes().splitlines())


def _make_group(make: list[str]) -> None:
    if run(make):
        raise InstallError(f"This did not work: {' '.join(make)}")
