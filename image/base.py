"""Debian alone, as a tar: made from the packages of the list and from nothing else, the same bytes each time."""

from pathlib import Path

from image.shell import run_program

NO_PAGES = ("/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/doc/*")

BEFORE = (
    'mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/boot/firmware" && '
    'printf "MODULES=list\\nCOMPRESS=zstd\\n" >"$1/etc/initramfs-tools/conf.d/sesame" && '
    'echo update_initramfs=no >"$1/etc/initramfs-tools/update-initramfs.conf"'
)
"""Under emulation each initramfs costs minutes: it is made once, at the end (image/tree.py)."""


def make_base(archive: Path, wanted: tuple[str, ...], out: Path) -> None:
    """`archive`: a folder with an index (`image.archive.write_index`). Needs root and `run_foreign_programs`."""
    options = ['--aptopt=Acquire::Languages "none"', '--aptopt=Apt::Install-Recommends "false"']
    options += [f"--dpkgopt=path-exclude={place}" for place in NO_PAGES]
    options += ["--dpkgopt=path-include=/usr/share/doc/*/copyright", "--dpkgopt=force-confold"]
    command = ["mmdebstrap", "--quiet", "--mode=root", "--architectures=arm64", "--variant=apt", "--skip=check/qemu"]
    source = f"deb [trusted=yes] copy:{archive} ./"  # each package was compared with the list, the archive's key before
    made = out.with_suffix(".part.tar")
    run_program(
        [*command, *options, f"--include={','.join(wanted)}", f"--setup-hook={BEFORE}", "trixie", made, source],
        INITRD="No",
    )
    made.replace(out)
