"""`image/appliance` on a scratch root that looks like a Pi's, and the image layer that calls it."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

FSTAB = """\
proc            /proc           proc    defaults          0       0
PARTUUID=1234-01  /boot/firmware  vfat    defaults          0       2
PARTUUID=1234-02  /               ext4    defaults,noatime  0       1
/var/swap       none            swap    sw                0       0
"""


class Said(Protocol):
    status: int
    output: str


Run = Callable[[Sequence[str | Path]], Said]


@pytest.fixture
def pi(tmp_path: Path) -> Path:
    """A root as Raspberry Pi OS has it, with the reader installed."""
    files = {
        "etc/fstab": FSTAB,
        "etc/systemd/system/sesame-reader.service": "",
        "boot/firmware/cmdline.txt": "console=tty1 root=PARTUUID=1234-02 rootwait\n",
        "boot/firmware/config.txt": "dtparam=audio=on\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def appliance(run: Run, pi: Path) -> Path:
    said = run([ROOT / "image/appliance", pi])
    assert said.status == 0, said.output
    return pi


def mounts(root: Path) -> dict[str, list[str]]:
    """Mount point -> its options."""
    rows = (line.split() for line in (root / "etc/fstab").read_text().splitlines())
    return {row[1]: row[3].split(",") for row in rows}


def test_nothing_on_the_card_is_mounted_for_writing(appliance: Path) -> None:
    assert all("ro" in mounts(appliance)[place] for place in ("/", "/boot/firmware"))
    assert "noswap" in (appliance / "boot/firmware/cmdline.txt").read_text().split()


def test_what_must_be_written_is_memory(appliance: Path) -> None:
    lines = [line.split() for line in (appliance / "etc/fstab").read_text().splitlines()]
    memory = {line[1] for line in lines if line[0] == "tmpfs"}
    assert memory == {"/tmp", "/var/tmp", "/var/log", "/var/lib/systemd"}
    assert "Storage=volatile" in (appliance / "etc/systemd/journald.conf.d/sesame-reader.conf").read_text()


@pytest.mark.parametrize(
    "owner", [b"dtoverlay=hifiberry-dac", b"# r\xe9glages\n", b"dtparam=audio=on\r\ndtoverlay=x\r\n"]
)
def test_the_owners_configuration_stays_byte_by_byte(run: Run, pi: Path, owner: bytes) -> None:
    config = pi / "boot/firmware/config.txt"
    config.write_bytes(owner)
    for _ in range(2):
        assert run([ROOT / "image/appliance", pi]).status == 0
    added = config.read_bytes().removeprefix(owner)
    assert added != config.read_bytes()
    end = b"\r\n" if b"\r" in owner else b"\n"
    assert added.startswith((b"" if owner.endswith(b"\n") else end) + b"# sesame-reader: appliance" + end)
    assert added.count(b"dtoverlay=disable-wifi" + end) == 1


def test_the_kernels_line_is_one_line_however_it_ends(run: Run, pi: Path) -> None:
    line = pi / "boot/firmware/cmdline.txt"
    line.write_bytes(b"console=tty1 rootwait\r\n")
    assert run([ROOT / "image/appliance", pi]).status == 0
    assert line.read_bytes().split()[-1] == b"fsck.repair=no"
    assert b"rootwait ro quiet" in line.read_bytes()


def test_under_a_closed_umask_everybody_can_still_read_fstab(run: Run, pi: Path) -> None:
    assert run(["/bin/sh", "-c", f"umask 077; {ROOT}/image/appliance {pi}"]).status == 0
    assert (pi / "etc/fstab").stat().st_mode & 0o777 == 0o644
    assert (pi / "etc/systemd/journald.conf.d").stat().st_mode & 0o777 == 0o755


def test_no_swap_is_left(appliance: Path) -> None:
    assert "swap" not in (appliance / "etc/fstab").read_text()
    assert masked(appliance, "swap.target")


@pytest.mark.parametrize(
    "unit", ["NetworkManager.service", "wpa_supplicant.service", "ssh.service", "bluetooth.service"]
)
def test_no_network_is_left(appliance: Path, unit: str) -> None:
    assert masked(appliance, unit)


def masked(root: Path, unit: str) -> bool:
    link = root / "etc/systemd/system" / unit
    return link.is_symlink() and str(link.readlink()) == "/dev/null"


def test_the_demonstration_is_not_for_a_card_that_nothing_is_written_to(run: Run, pi: Path) -> None:
    units = pi / "etc/systemd/system"
    (units / "sesame-branch.service").write_text((ROOT / "systemd/sesame-branch.service").read_text())
    wanted = units / "multi-user.target.wants/sesame-branch.service"
    wanted.parent.mkdir()
    wanted.symlink_to("/etc/systemd/system/sesame-branch.service")
    assert run([ROOT / "image/appliance", pi]).status == 0
    assert not wanted.is_symlink()


def test_nothing_the_reader_needs_is_masked(appliance: Path) -> None:
    service = (ROOT / "systemd/sesame-reader.service").read_text()
    needed = set(re.findall(r"[\w-]+\.(?:service|socket|target)", service)) | {"pcscd.service", "polkit.service"}
    assert not [unit for unit in needed if masked(appliance, unit)]


def test_a_second_time_changes_nothing(run: Run, appliance: Path) -> None:
    files = [appliance / name for name in ("etc/fstab", "boot/firmware/cmdline.txt", "boot/firmware/config.txt")]
    before = [file.read_text() for file in files]
    assert run([ROOT / "image/appliance", appliance]).status == 0
    assert [file.read_text() for file in files] == before


def test_it_wants_the_reader_first(run: Run, tmp_path: Path) -> None:
    said = run([ROOT / "image/appliance", tmp_path])
    assert said.status == 1
    assert "sudo ./install" in said.output


LAYER = (ROOT / "image/rpi-image-gen/layer/sesame-reader.yaml").read_text()
CONFIG = (ROOT / "image/rpi-image-gen/config/sesame-reader.yaml").read_text()


def test_the_image_calls_scripts_that_exist() -> None:
    called = re.findall(r'chroot "\$1" /root/sesame/(\S+)', LAYER)
    assert called == ["install", "image/appliance"]
    assert all((ROOT / name).stat().st_mode & 0o111 for name in called)


def test_the_image_brings_the_packages_that_the_installer_would() -> None:
    from tools.installer import LGPIO_PACKAGE, PACKAGES  # noqa: PLC0415

    assert {*PACKAGES, LGPIO_PACKAGE} <= set(re.findall(r"^    - (\S+)$", LAYER, re.MULTILINE))


def test_layer_and_configuration_agree() -> None:
    name = re.search(r"^# X-Env-Layer-Name: (\S+)$", LAYER, re.MULTILINE)
    prefix = re.search(r"^# X-Env-VarPrefix: (\S+)$", LAYER, re.MULTILINE)
    assert name and f"app: {name.group(1)}" in CONFIG
    assert prefix and f"{prefix.group(1)}:\n  checkout:" in CONFIG
    assert f"$IGconf_{prefix.group(1)}_checkout" in LAYER
