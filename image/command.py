"""`image/build`: a card's file from Debian's archive, or the lists it is made of, or the judgement of a card."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from image.archive import Archive
from image.emulation import run_foreign_programs
from image.lock import packages, wheels
from image.owned import judge_owned
from image.shell import ROOT, ImageError, need_programs
from image.signature import SIGNATURE, sign_sums, verify_folder
from image.stages import CACHE, Workshop
from image.tree import Flavour

PROGRAMS = {
    "mmdebstrap": "mmdebstrap", "mkfs.erofs": "erofs-utils", "veritysetup": "cryptsetup-bin", "mkfs.vfat": "dosfstools",
    "mcopy": "mtools", "sfdisk": "fdisk", "mke2fs": "e2fsprogs", "dtc": "device-tree-compiler", "openssl": "openssl",
}  # fmt: skip
"""What a build asks of this machine: program -> Debian package."""


def main(arguments: Sequence[str]) -> int:
    """0 when it is done; 1 with a message that says what to do."""
    options = parse(arguments)
    try:
        options.work(options)
    except (ImageError, OSError, UnicodeError) as error:
        sys.stderr.write(f"image/build: {error}\n")
        return 1
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line. Ends the program for --help and for what it does not know."""
    parser = argparse.ArgumentParser(prog="image/build", description="Build a card for a Raspberry Pi Zero 2 W or 3.")
    commands = parser.add_subparsers(required=True, metavar="reader | key | renew | verify")
    for name, what in (("reader", "the card reader"), ("key", "the e-secure access key")):
        one = commands.add_parser(name, help=f"build the card of {what}")
        one.add_argument("--out", type=Path, default=ROOT / "build/image", metavar="FOLDER", help="where the card goes")
        one.add_argument("--config", type=Path, metavar="FILE", help="a reader.toml in the place of our own")
        one.add_argument("--files", type=Path, metavar="FOLDER", help="files for /etc/sesame that --config names")
        one.add_argument("--latch", action="store_true", help="battery version: GPIO26 cuts the supply after power-off")
        one.add_argument("--sign", type=Path, metavar="KEY.pem", help="an Ed25519 private key that signs SHA256SUMS")
        one.set_defaults(work=build, key=name == "key")
    renew_words = commands.add_parser("renew", help="pin the packages and wheels that the archives have today")
    renew_words.set_defaults(work=renew)
    verify = commands.add_parser("verify", help="judge a folder with a card by its signature")
    verify.add_argument("folder", type=Path)
    verify.add_argument("public", type=Path, metavar="PUBLIC.pem")
    verify.set_defaults(work=judge)
    return parser.parse_args(arguments)


def build(options: argparse.Namespace) -> None:
    """Build one card, and sign it if asked to."""
    if os.geteuid() != 0:
        raise ImageError("This needs root: it makes other users' files. Type: sudo image/build ...")
    flavour = Flavour(options.key, options.latch, options.config, options.files)
    judge_owned(flavour)
    need_programs(PROGRAMS)
    (options.out / SIGNATURE).unlink(missing_ok=True)
    with run_foreign_programs():
        card = Workshop().bring_card(flavour, options.out)
    if options.sign:
        sign_sums(options.out, options.sign)
    sys.stdout.write(f"{card}\n")


def renew(_options: argparse.Namespace) -> None:
    """Write the lists anew."""
    archive = Archive(CACHE / "apt")
    archive.open()
    wanted = packages.read_wanted(packages.WANTED.read_text(encoding="utf-8"))
    packages.LOCK.write_text(packages.write_lock(archive.resolve(wanted)), encoding="ascii")
    wheels.LOCK.write_text(wheels.write_wheels(wheels.choose_wheels()), encoding="ascii")
    sys.stdout.write(f"{packages.LOCK}\n{wheels.LOCK}\n")


def judge(options: argparse.Namespace) -> None:
    """Say that a card is what its maker signed."""
    verify_folder(options.folder, options.public)
    sys.stdout.write("The signature is right, and every file is what it says.\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
