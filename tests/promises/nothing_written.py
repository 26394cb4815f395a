"""Plays the reader with every change to a file system reported. Run by test_r12_nothing_written.

Prints one line for each: the event's name and the path. An audit hook of Python (PEP 578) cannot be taken away again,
hence a process of its own.
"""

import os
import sys

from tests.story import FIRST_CODE, Story

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod")
COURSES = ("", FIRST_CODE, "Code 9 9 9 9 OK 1 2 3 4 OK", "Code 1 2", "Défi 1 2 OK", "Signer 1 OK 2 OK 1 2 3 4 OK")


def report(event: str, arguments: tuple[object, ...]) -> None:
    """The hook."""
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
        sys.stdout.write(f"open {arguments[0]}\n")
    if event in CHANGES or event == "socket.connect":
        sys.stdout.write(f"{event} {arguments[0]}\n")


def main() -> None:
    """Every course, ended in every way; at the end, `--show` opens a file to write, to show that it would be seen."""
    sys.dont_write_bytecode = True
    sys.addaudithook(report)
    for course in COURSES:
        for ending in ("35 s", "Arrêt", "pull", "unplug", "cut"):
            reader = Story()
            reader.insert("bank-card")
            reader.press(course)
            _end(reader, ending)
    if sys.argv[1:]:
        os.close(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT))
    sys.stdout.write("played\n")


def _end(reader: Story, ending: str) -> None:
    match ending:
        case "35 s":
            reader.wait(35_000)
        case "Arrêt":
            reader.press("Arrêt")
        case "pull":
            reader.pull()
        case "unplug":
            reader.bench.unplug_reader()
        case _:
            pass  # the supply is cut: nothing has the time to do anything


if __name__ == "__main__":
    main()
