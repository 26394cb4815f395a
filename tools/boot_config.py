"""The firmware's configuration on a Raspberry Pi: our lines, between two marks, so that they can be taken out again.

The file is its owner's. It is read and written as bytes: what is not ours stays bit by bit, whatever its encoding, its
line ends and its last line are, and wherever our marks were lost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PLACES = ("boot/firmware/config.txt", "boot/config.txt")
"""Since bookworm, and before; where both exist, the second is a link or a note about the first."""

BEGIN, END = "# sesame-reader: begin", "# sesame-reader: end"
UNENDED = " (the line above has no end of its own)"
"""Behind BEGIN: the owner's last line had no newline, so that the one before the mark is ours and goes with us."""

ALL = "[all]"
BUS = "dtparam=i2c_arm=on,i2c_arm_baudrate=400000"
LATCH = "dtoverlay=gpio-poweroff,gpiopin=26"
DEVICE = "dtoverlay=dwc2,dr_mode=peripheral"
KNOWN = frozenset(line.encode() for line in (ALL, BUS, LATCH, DEVICE))
"""Every line that this or a former version writes between the marks."""

OPENS = re.compile(
    rb"(?P<others>.*?)" + re.escape(BEGIN.encode()) + rb"(?P<unended>" + re.escape(UNENDED.encode()) + rb")?\s*"
)
"""A mark at the end of a line. Former versions wrote it behind an owner's last line that had no newline."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The owner's bytes before and behind the place of our lines, and what stands there of ours (known lines only)."""

    before: bytes
    ours: tuple[bytes, ...]
    behind: bytes
    unended: bool


def files(root: Path) -> list[Path]:
    """The one file to change, behind links; none where this is no Raspberry Pi."""
    found = [(root / place).resolve() for place in PLACES if (root / place).is_file()]
    return [file for file in found if file.is_relative_to(root.resolve())][:1]


def lines(file: Path, latch: bool, key: bool = False) -> list[str]:
    """What the reader needs of the firmware: the display's bus; for the battery version, GPIO26 to cut the supply; for
    the access key, the USB port as a device.

    A latch that is there already stays: an update must not forget it.
    """
    latched = latch or LATCH.encode() in parts(file.read_bytes()).ours
    return [ALL, BUS, *([LATCH] if latched else []), *([DEVICE] if key else [])]


def wanted(file: Path, ours: Sequence[str]) -> bytes:
    """The file with these lines of ours and no others, where ours were or else at its end; with none, as before us."""
    found = parts(file.read_bytes())
    return _with(found, ours) if ours else _without(found)


def parts(content: bytes) -> Parts:
    """Take the file apart. Only marks and lines that are known to be ours are ours."""
    rows = content.splitlines(keepends=True)
    before: list[bytes] = []
    behind: list[bytes] = []
    ours: list[bytes] = []
    unended, place, index = False, before, 0
    while index < len(rows):
        if opened := OPENS.fullmatch(rows[index]):
            place.extend(_damaged(opened, rows[index]))
            unended = unended or bool(opened["unended"])
            block, index = _block(rows, index + 1)
            place = behind
            ours += [row for row in block if _is_ours(row)]
            place.extend(row for row in block if not _is_ours(row))
        else:
            place.append(rows[index])
            index += 1
    return Parts(b"".join(before), tuple(row.strip() for row in ours), b"".join(behind), unended)


def _damaged(opened: "re.Match[bytes]", row: bytes) -> list[bytes]:
    """The owner's line that a mark was written behind, with the end that it lacked."""
    return [opened["others"] + _end_of(row)] if opened["others"].strip() else []


def _block(rows: Sequence[bytes], start: int) -> tuple[list[bytes], int]:
    """The rows of a block that begins at `start`, and where the owner goes on.

    To its end mark; where that is lost, as far as the rows are known ones, each once: all below them is the owner's.
    """
    for index in range(start, len(rows)):
        if rows[index].strip() == END.encode():
            return list(rows[start : index + 1]), index + 1
        if OPENS.fullmatch(rows[index]):
            break
    run: list[bytes] = []
    for row in rows[start:]:
        if not _is_ours(row) or row.strip() in {each.strip() for each in run}:
            break
        run.append(row)
    return run, start + len(run)


def _is_ours(row: bytes) -> bool:
    return row.strip() in KNOWN | {END.encode()}


def _with(found: Parts, ours: Sequence[str]) -> bytes:
    end = _end_of(found.before or found.behind)
    unended = found.unended or bool(found.before and not found.before.endswith((b"\n", b"\r")))
    before = found.before if found.before.endswith((b"\n", b"\r")) or not found.before else found.before + end
    marked = [BEGIN + (UNENDED if unended else ""), *ours, END]
    return before + b"".join(line.encode() + end for line in marked) + found.behind


def _without(found: Parts) -> bytes:
    """Lines behind ours were below our [all]: where another section was open before it, [all] stays."""
    if not found.behind:
        return found.before.removesuffix(_end_of(found.before)) if found.unended else found.before
    sections = re.findall(rb"^\s*(\[[^\]\r\n]*\])", found.before, re.MULTILINE)
    below = not re.match(rb"(\s|#[^\n]*\n)*(\[|$)", found.behind)
    keep = below and sections and sections[-1].lower() != ALL.encode()
    return found.before + (ALL.encode() + _end_of(found.before) if keep else b"") + found.behind


def _end_of(content: bytes) -> bytes:
    """How lines end here."""
    return b"\r\n" if b"\r\n" in content else b"\n"
