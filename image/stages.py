"""The stages of a build, each kept below .cache/image under the digest of what it depends on."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from image.archive import Archive, write_index
from image.base import make_base
from image.card import LABELS, make_card
from image.firmware import must_hold
from image.lock import packages, wheels
from image.owned import judge_owned
from image.sbom import write_sbom
from image.shell import EPOCH, ROOT, run_program
from image.signature import digest_of, write_sums
from image.tree import Flavour, Tree, make_tree
from image.tree_checks import check_tree, list_tree
from sesame.version import VERSION
from tools.release import RECIPE, sources

CACHE = ROOT / ".cache/image"

BASE_SOURCES = ("image/base.py", "image/lock/packages.lock", "image/lock/wanted.txt")
TREE_SOURCES = ("image/tree.py", "image/lock/wheels.lock", "image/appliance")


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where stages are kept. Two workshops build independently of each other, from the same downloads."""

    place: Path = CACHE
    downloads: Path = CACHE

    def bring_downloads(self) -> None:
        """Every package and wheel of the lists."""
        Archive(self.downloads / "apt").fetch(packages.load_lock(), self.downloads / "debs")
        wheels.fetch_wheels(self.downloads / "wheels")

    def bring_base(self) -> Path:
        """Debian alone, as a tar; minutes where it is not there yet."""
        wanted = self.place / f"base-{digest_sources(BASE_SOURCES)}.tar"
        if not wanted.exists():
            self.place.mkdir(parents=True, exist_ok=True)
            lock = packages.load_lock()
            archive = self.place / "archive"
            shutil.rmtree(archive, ignore_errors=True)
            self.bring_downloads()
            write_index(lock, self.downloads / "debs", archive)
            make_base(archive, packages.read_wanted(packages.WANTED.read_text(encoding="utf-8")), wanted)
        return wanted

    def bring_tree(self, flavour: Flavour) -> Tree:
        """The root file system of a flavour, judged. Raises ImageError."""
        judge_owned(flavour)
        base = self.bring_base()
        mark = digest_sources(tree_sources(), base.name, flavour.name, str(flavour.latch), *_digest_owned(flavour))
        tree = Tree(self.place / f"tree-{flavour.name}/root", self.place / f"tree-{flavour.name}/boot")
        note = self.place / f"tree-{flavour.name}.made"
        if not note.exists() or note.read_text() != mark:
            note.unlink(missing_ok=True)
            self.bring_downloads()
            make_tree(base, self.downloads / "wheels", flavour, LABELS[flavour.name], tree)
            must_hold(judge_tree(tree, flavour))
            note.write_text(mark)
        return tree

    def bring_card(self, flavour: Flavour, out: Path) -> Path:
        """The card's file with its list of parts and its sums, in a folder."""
        tree = self.bring_tree(flavour)
        out.mkdir(parents=True, exist_ok=True)
        name = f"sesame-{flavour.name}"
        card = out / f"{name}.img"
        made = card.with_suffix(".part")
        make_card(tree, flavour, self.place / f"card-{flavour.name}", made)
        made.replace(card)
        parts = packages.load_lock(), wheels.installed_wheels(tree.root, wheels.load_lock())
        (out / f"{name}.spdx.json").write_text(write_sbom(name, digest_of(card), VERSION, *parts), encoding="utf-8")
        write_sums(out, [card.name, f"{name}.spdx.json"])
        return card


def judge_tree(tree: Tree, flavour: Flavour) -> list[str]:
    """What is wrong with a tree: what is in it, and that its packages are those of the list."""
    form = "${Package} ${Version} ${Architecture}\\n"
    said = run_program(["dpkg-query", "--admindir", tree.root / "var/lib/dpkg", "-W", "-f", form])
    rows = [tuple(line.split()) for line in said.splitlines()]
    installed = [(name, version, kind) for name, version, kind in rows]
    return check_tree(list_tree(tree.root), flavour.name) + packages.differences(packages.load_lock(), installed)


def tree_sources() -> list[str]:
    """Every file that a tree depends on."""
    folders = (ROOT / name for name in ("systemd", "tools", "image/files"))
    found = [*sources(), *(file.relative_to(ROOT) for folder in folders for file in folder.iterdir() if file.is_file())]
    return sorted({*map(str, found), *TREE_SOURCES, *RECIPE})


def digest_sources(names: Iterable[str], *more: str) -> str:
    """A name that changes with any of these files, or of these words."""
    digest = hashlib.sha256("\0".join((str(EPOCH), *more)).encode())
    for name in names:
        digest.update(f"\0{name}\0{os.access(ROOT / name, os.X_OK)}".encode() + (ROOT / name).read_bytes())
    return digest.hexdigest()[:16]


def _digest_owned(flavour: Flavour) -> list[str]:
    """Names and sums of what the owner puts on the card, wherever it lies here."""
    files = flavour.list_files() + ([flavour.settings] if flavour.settings else [])
    return [f"{file.name} {digest_of(file)}" for file in files]
