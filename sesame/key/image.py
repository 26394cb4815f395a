"""`sesame key image`: the CD-ROM's image from a folder of files."""

import argparse
import sys

from drivers.usb.drive import build_image, read_files
from sesame.answers import say_result
from sesame.exits import CommandError, Exit


def run(arguments: argparse.Namespace) -> int:
    """Raises CommandError, DriverError."""
    files = read_files(arguments.folder)
    try:
        arguments.output.write_bytes(build_image(files))
    except OSError as cause:
        raise CommandError(Exit.USAGE, f"cannot write {arguments.output}: {cause.strerror}") from cause
    if arguments.json:
        say_result(arguments, Exit.OK, image=str(arguments.output), files=len(files))
    sys.stderr.write(f"{len(files)} files in {arguments.output}\n")
    return Exit.OK
