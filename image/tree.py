"""The root file system of a card: the base, the reader in it by its own installer, the appliance, and one initramfs."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from image.shell import EPOCH, ROOT, ImageError, run_program
from image.tree_checks import UNITS
from tools.installer import KEY_STATE
from tools.machine import worlds
from tools.release import METADATA

FILES = ROOT / "image/files"
CHECKOUT = ("tools", "systemd", "image", "install")
"""What of the checkout the installer needs besides the application's packages."""

UNUSED = (
    "net", "sound", "drivers/net", "drivers/media", "drivers/gpu", "drivers/infiniband", "drivers/scsi", "drivers/iio",
    "drivers/hwmon", "drivers/nvme", "drivers/isdn", "drivers/staging", "drivers/bluetooth", "drivers/ata",
    "drivers/accel", "drivers/target", "drivers/mtd",
)  # fmt: skip
"""Kernel modules that no reader has a use for: radio and network above all. Folders below kernel/."""

EMPTIED = ("var/cache", "var/log", "var/lib/apt/lists", "tmp", "var/tmp", "boot")
GONE = (
    "root/sesame", "root/wheels", "root/.cache", "etc/resolv.conf", "etc/ssh", "etc/apt/sources.list",
    "usr/share/python3/debpython/__pycache__",  # of packages' scripts: whoever imports one first writes it
)  # fmt: skip

SETTINGS = "/etc/sesame"
SELFTEST = "sesame-selftest.service"
STATE_MOUNT = "/dev/disk/by-partuuid/{label}-03 /var/lib/sesame-key ext4 noatime,nodev,nosuid,noexec,data=journal 0 0\n"


@dataclass(frozen=True, slots=True)
class Flavour:
    """What the card becomes. `settings`: a reader.toml in the place of the project's own; `files`: a folder whose files
    are put beside it, as the settings name them; `latch`: battery version."""

    key: bool = False
    latch: bool = False
    settings: Path | None = None
    files: Path | None = None

    @property
    def name(self) -> str:
        """The appliance's name, and that of its card's files."""
        return "key" if self.key else "reader"

    def list_files(self) -> list[Path]:
        """The files to put beside the settings, in order of names. Raises ImageError: the folder cannot be read."""
        try:
            return sorted(self.files.iterdir()) if self.files else []
        except OSError as cause:
            raise ImageError(f"{self.files}: {cause.strerror}: name a folder with --files") from cause


@dataclass(frozen=True, slots=True)
class Tree:
    """A root file system in a folder, and beside it what the firmware's partition takes: kernel, initramfs, trees."""

    root: Path
    boot: Path

    def run_inside(self, *command: str) -> str:
        """What a program prints in it, emulated where need be."""
        plain = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "HOME=/root", "TZ=UTC"]
        fixed = [f"SOURCE_DATE_EPOCH={EPOCH}", "PYTHONHASHSEED=0", "PIP_NO_CACHE_DIR=1"]
        return run_program(["chroot", self.root, *plain, *fixed, *command])


def make_tree(base: Path, wheels: Path, flavour: Flavour, label: str, tree: Tree) -> None:
    """Fill a tree. Needs root, `run_foreign_programs`, and a mount namespace of its own. `label`: the card's number."""
    for folder in (tree.root, tree.boot):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    run_program(["tar", "-C", tree.root, "--numeric-owner", "-xpf", base])
    _bring_sources(tree.root, wheels)
    run_program(["mount", "-t", "proc", "proc", tree.root / "proc"])
    try:
        _install(tree, flavour, label)
        _make_initramfs(tree)
    finally:
        run_program(["umount", tree.root / "proc"])
    _take_boot(tree)
    _clean(tree.root)


def _bring_sources(root: Path, wheels: Path) -> None:
    target = root / "root/sesame"
    target.mkdir()
    for name in (*worlds(), *METADATA, *CHECKOUT):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy2(source, target / name)
    shutil.copytree(wheels, root / "root/wheels")


def _install(tree: Tree, flavour: Flavour, label: str) -> None:
    words = ["--no-start", "--without-lgpio", "--wheels", "/root/wheels", *(["--key"] if flavour.key else [])]
    tree.run_inside("/root/sesame/install", *words)
    (tree.root / "etc/fstab").write_text(
        "/dev/mapper/root / erofs ro,noatime 0 0\n" + (STATE_MOUNT.format(label=label) if flavour.key else "")
    )
    tree.run_inside("/root/sesame/image/appliance")
    settings = tree.root / SETTINGS[1:] / "reader.toml"
    for file in flavour.list_files():
        target = settings.with_name(file.name)
        target.write_bytes(file.read_bytes())
        target.chmod(0o644)
    if flavour.settings:
        settings.write_bytes(flavour.settings.read_bytes())
    if flavour.latch:
        settings.write_text(cut_supply(settings.read_text(encoding="utf-8")), encoding="utf-8")
    if flavour.key:  # its unit starts "chosen", and its store is mounted: nobody can make either here
        (tree.root / KEY_STATE).mkdir(exist_ok=True)
        chosen = tree.root / "opt/sesame/chosen"
        chosen.symlink_to((tree.root / "opt/sesame/current").readlink())
    _install_selftest(tree)
    hook = tree.root / "usr/lib/systemd/system-shutdown/sesame-latch"
    hook.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(FILES / "sesame-latch", hook)
    hook.chmod(0o755)


def _install_selftest(tree: Tree) -> None:
    """In the reader's or the key's place, where the kernel's line has a word for it: the card has no login."""
    units = tree.root / "etc/systemd/system"
    shutil.copyfile(FILES / SELFTEST, units / SELFTEST)
    for unit in UNITS.values():
        (units / f"{unit}.d").mkdir(exist_ok=True)
        shutil.copyfile(FILES / "not-at-selftest.conf", units / f"{unit}.d/not-at-selftest.conf")
    tree.run_inside("systemctl", "--quiet", "enable", SELFTEST)


def cut_supply(settings: str) -> str:
    """reader.toml with `[power] off = "system"`: the key Arrêt shuts the system down, and the latch ends it."""
    lines = [line for line in settings.splitlines() if not line.replace(" ", "").startswith(("off=", "#off="))]
    at = lines.index("[power]") + 1 if "[power]" in lines else len(lines)
    head = [] if "[power]" in lines else ["", "[power]"]
    return "\n".join([*lines[:at], *head, 'off = "system"', *lines[at:], ""])


def _make_initramfs(tree: Tree) -> None:
    kernel = find_kernel(tree.root)
    for folder in UNUSED:
        shutil.rmtree(tree.root / "usr/lib/modules" / kernel / "kernel" / folder, ignore_errors=True)
    tree.run_inside("depmod", kernel)
    for hook in tree.root.glob(
        "etc/*/post*.d/z50-raspi-firmware"
    ):  # writes a config.txt that nobody wants, for minutes
        hook.unlink()
    parts = tree.root / "etc/initramfs-tools"
    for name, place in (("verity-hook", "hooks"), ("verity-local-top", "scripts/local-top")):
        (parts / place).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(FILES / name, parts / place / "sesame-verity")
        (parts / place / "sesame-verity").chmod(0o755)
    tree.run_inside("update-initramfs", "-c", "-k", kernel)


def find_kernel(root: Path) -> str:
    """The release of the one kernel in a tree: 6.12.118+deb13-arm64."""
    return next(iter(sorted(path.name for path in (root / "usr/lib/modules").iterdir())))


def _take_boot(tree: Tree) -> None:
    """What only the firmware reads leaves the root."""
    kernel = find_kernel(tree.root)
    shutil.copyfile(tree.root / f"boot/vmlinuz-{kernel}", tree.boot / "vmlinuz")
    shutil.copyfile(tree.root / f"boot/initrd.img-{kernel}", tree.boot / "initramfs.img")
    for source, name in ((f"usr/lib/linux-image-{kernel}/broadcom", "trees"), ("usr/lib/raspi-firmware", "firmware")):
        shutil.copytree(tree.root / source, tree.boot / name)
        shutil.rmtree(tree.root / source)


def _clean(root: Path) -> None:
    """Nothing of the build stays, and nothing that is another each time."""
    for place in EMPTIED:
        for path in (root / place).iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for place in GONE:
        path = root / place
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    (root / "etc/machine-id").write_bytes(b"")
    (root / "etc/hostname").write_text("sesame\n")
    for note in root.glob("opt/sesame/releases/*/lib/python3*/site-packages/*.dist-info/direct_url.json"):
        forget_origin(note)


def forget_origin(note: Path) -> None:
    """pip writes down the random folder it installed from, and that note's digest into RECORD (PEP 610, 627)."""
    record = note.with_name("RECORD")
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    record.write_text("".join(line for line in lines if "/direct_url.json," not in line), encoding="utf-8")
    note.unlink()
