"""The card's file from a tree: MBR; 1 FAT for the firmware, 2 the root (erofs, and dm-verity's hashes behind it),
3 for the access key alone: a small ext4 for what it keeps. The same tree makes the same bytes."""

import gzip
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from image.firmware import (
    BOARDS,
    FIRST_PROGRAMS,
    INITRAMFS,
    KERNEL,
    Root,
    check_config,
    must_hold,
    write_cmdline,
    write_config,
)  # fmt: skip
from image.overlays import check_overlay, compile_overlays
from image.shell import EPOCH, run_program
from image.tree import Flavour, Tree

MIB = 1 << 20
BLOCK = 4096
FIRST = 4
"""MiB before the first partition: what erases whole erase blocks begins at one."""

SPARE = 12
"""MiB of the FAT that stay free: at 512 bytes a cluster it must have 65,525 clusters to be FAT32 (Microsoft's FAT
specification 1.03, section 3.5), and whoever edits config.txt wants room."""

STATE = 64
"""MiB for what the access key keeps."""

LABELS = {"reader": "5e5a3e00", "key": "5e5a3e80"}
"""The card's number in its MBR; PARTUUIDs are made of it."""

SALT = "0" * 64
"""dm-verity's salt would make two cards of the same contents differ; nothing here depends on its being unknown."""


@dataclass(frozen=True, slots=True)
class Part:
    """A partition: its file, its size in MiB, its type in the MBR."""

    file: Path
    size: int
    kind: str


def make_card(tree: Tree, flavour: Flavour, work: Path, out: Path) -> Root:
    """Write the card's file. Raises ImageError when the firmware's partition names what is not in it."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    root, place = _make_root(tree, flavour, work)
    boot = _fill_boot(tree, flavour, place, work)
    parts = [_make_fat(boot, work, LABELS[flavour.name]), root]
    if flavour.key:
        parts.append(_make_state(work))
    _assemble(parts, LABELS[flavour.name], out)
    return place


def _make_root(tree: Tree, flavour: Flavour, work: Path) -> tuple[Part, Root]:
    label, file = LABELS[flavour.name], work / "root.img"
    uuid = f"{label}-0000-4000-8000-00000000000"
    _clamp_times(tree.root)
    run_program(["mkfs.erofs", "-zlz4hc", "-C65536", f"-T{EPOCH}", "-U", f"{uuid}1", file, tree.root])
    blocks = -(-file.stat().st_size // BLOCK)
    os.truncate(file, blocks * BLOCK)
    hashes = ["--salt", SALT, "--uuid", f"{uuid}2", f"--data-blocks={blocks}", f"--hash-offset={blocks * BLOCK}"]
    said = run_program(["veritysetup", "format", *hashes, file, file])
    digest = next(line.split()[-1] for line in said.splitlines() if line.startswith("Root hash:"))
    return Part(file, _mib(file), "83"), Root(digest, blocks * BLOCK, label)


def _clamp_times(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.lstat().st_mtime > EPOCH:
            os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)


def _fill_boot(tree: Tree, flavour: Flavour, place: Root, work: Path) -> Path:
    boot = work / "boot"
    overlays = compile_overlays(boot / "overlays")
    for name in FIRST_PROGRAMS:
        shutil.copyfile(tree.boot / "firmware" / name, boot / name)
    for name in BOARDS:
        shutil.copyfile(tree.boot / "trees" / name, boot / name)
    packed = gzip.compress((tree.boot / "vmlinuz").read_bytes(), 9, mtime=0)
    (boot / KERNEL).write_bytes(packed)
    shutil.copyfile(tree.boot / "initramfs.img", boot / INITRAMFS)
    (boot / "config.txt").write_text(write_config(flavour.key), encoding="utf-8")
    (boot / "cmdline.txt").write_text(write_cmdline(place, flavour.latch), encoding="ascii")
    files = [str(path.relative_to(boot)) for path in boot.rglob("*") if path.is_file()]
    wrong = check_config((boot / "config.txt").read_text(encoding="utf-8"), files)
    for overlay in overlays:
        for name in BOARDS:
            wrong += check_overlay(overlay, boot / name, work / "tried.dtb")
    must_hold(wrong)
    return boot


def _make_fat(boot: Path, work: Path, label: str) -> Part:
    file = work / "boot.img"
    paths = sorted(boot.rglob("*"))
    size = -(-sum(path.stat().st_size for path in paths if path.is_file()) // MIB) + SPARE
    for path in (boot, *paths):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (EPOCH, EPOCH))
    with file.open("wb") as empty:
        empty.truncate(size * MIB)
    run_program(["mkfs.vfat", "--invariant", "-F32", "-s1", "-i", label[:7] + "1", "-n", "SESAME", file])
    for path in sorted(boot.iterdir()):
        run_program(["mcopy", "-sDo", "-m", "-i", file, path, "::"])
    return Part(file, size, "c, bootable")


def _make_state(work: Path) -> Part:
    file = work / "state.img"
    uuid = f"{LABELS['key']}-0000-4000-8000-000000000003"
    fixed = ["-U", uuid, "-E", f"hash_seed={uuid},lazy_itable_init=0,lazy_journal_init=0", "-L", "sesame-key"]
    run_program(["mke2fs", "-q", "-t", "ext4", *fixed, file, f"{STATE}M"], E2FSPROGS_FAKE_TIME=str(EPOCH))
    return Part(file, STATE, "83")


def _assemble(parts: list[Part], label: str, out: Path) -> None:
    begins = [FIRST + sum(part.size for part in parts[:index]) for index in range(len(parts))]
    with out.open("wb") as card:
        card.truncate((begins[-1] + parts[-1].size) * MIB)
    rows = [f"start={at}MiB, size={part.size}MiB, type={part.kind}\n" for at, part in zip(begins, parts, strict=True)]
    run_program(["sfdisk", "-q", out], given=f"label: dos\nlabel-id: 0x{label}\n{''.join(rows)}".encode())
    for at, part in zip(begins, parts, strict=True):
        run_program(["dd", f"if={part.file}", f"of={out}", "bs=1M", f"seek={at}", "conv=notrunc,sparse", "status=none"])


def _mib(file: Path) -> int:
    return -(-file.stat().st_size // MIB)
