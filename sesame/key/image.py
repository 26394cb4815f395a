"""`sesame key image`: the CD-ROM's image from a folder of files, and the launcher with what begins it."""

import argparse
import sys

from drivers.usb.drive import build_image, read_files
from launcher.packing import list_disc_files
from sesame.answers import say_result
from sesame.exits import CommandError, Exit
from sesame.key.launcher import make_for_bank


def run(arguments: argparse.Namespace) -> int:
    """Raises CommandError, DriverError."""
    files = read_files(arguments.folder) if arguments.folder is not None else {}
    if arguments.site or arguments.authority is not None:
        files = {**files, **make_for_bank(arguments, list_disc_files)}
    if not files:
        raise CommandError(Exit.USAGE, "name a folder with files, or a bank with --site and --authority, or both")
    try:
        arguments.output.write_bytes(build_image(files))
    except OSError as cause:
        raise CommandError(Exit.OTHER, f"cannot write {arguments.output}: {cause.strerror}") from cause
    if arguments.json:
        say_result(arguments, Exit.OK, image=str(arguments.output), files=len(files))
    sys.stderr.write(f"{len(files)} files in {arguments.output}\n")
    return Exit.OK
