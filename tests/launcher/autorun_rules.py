"""What Windows does with a disc that is put in, by Microsoft's documents, as data: no Windows is needed to look it up.

"Autorun.inf Entries" (what an entry means, where a program must be), "Enabling and Disabling AutoRun" and KB 967715
(the settings and their bits), KB 971029 (since Windows 7 an autorun.inf counts on optical drives alone).
"""

from collections.abc import Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from enum import IntFlag


class DriveKind(IntFlag):
    """The bits of NoDriveTypeAutoRun."""

    UNKNOWN = 0x01
    REMOVABLE = 0x04
    FIXED = 0x08
    REMOTE = 0x10
    CDROM = 0x20
    RAM = 0x40


DELIVERED = 0x91
"""NoDriveTypeAutoRun where nobody has set it."""

OPTICAL = frozenset({DriveKind.CDROM})
ASSOCIATED = frozenset({".pyz"})
"""Endings that the installer of Python for Windows registers, beside those that Windows has."""

PROGRAMS = frozenset({".exe", ".com", ".bat", ".cmd"})


@dataclass(frozen=True)
class AutoPlayPolicy:
    """The settings under which whoever is responsible for security has it off. `drives`: NoDriveAutoRun, a bit for each
    letter from A on. `off_for_user`: DisableAutoplay. `no_autorun`: "do not execute any autorun commands"."""

    kinds: int = DELIVERED
    drives: int = 0
    off_for_user: bool = False
    no_autorun: bool = False


@dataclass(frozen=True)
class Insertion:
    """`asks`: what AutoPlay offers; empty: nothing is seen. `begins`: the file of the disc and its words.
    `shows_files`: a double-click on the drive shows what is on it, and begins nothing."""

    asks: str
    begins: tuple[str, ...]
    shows_files: bool


def insert_disc(disc: Mapping[str, bytes], kind: DriveKind, policy: AutoPlayPolicy, letter: str = "F") -> Insertion:
    """What a person sees of it."""
    entries = read_autorun(disc)
    off = bool(policy.kinds & kind or policy.drives >> (ord(letter) - ord("A")) & 1)
    off = off or policy.off_for_user or policy.no_autorun or kind not in OPTICAL
    begins = _find_program(disc, entries)
    verbs = any(name == "shell" or name.startswith(("shell\\open", "shell\\autoplay")) for name in entries)
    shows = off or not verbs
    if off or not begins:
        return Insertion("", (), shows)
    return Insertion(entries.get("action", "Run " + begins[0]), begins, shows)


def read_autorun(disc: Mapping[str, bytes]) -> dict[str, str]:
    """The entries of [autorun] in the root folder's file; names of files and of entries in any case."""
    octets = next((content for name, content in disc.items() if name.lower() == "autorun.inf"), b"")
    parser = ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    parser.read_string(octets.decode("ascii"))
    section = next((name for name in parser.sections() if name.lower() == "autorun"), None)
    return dict(parser[section]) if section else {}


def _find_program(disc: Mapping[str, bytes], entries: Mapping[str, str]) -> tuple[str, ...]:
    """`open`: a program in the root folder, where no path is given. `shellexecute`: also what a program is associated
    with. Neither looks elsewhere than on the disc."""
    files = {name.lower(): name for name in disc}
    for entry, endings in (("open", PROGRAMS), ("shellexecute", PROGRAMS | ASSOCIATED)):
        words = entries.get(entry, "").split()
        if words and words[0].lower() in files and words[0][words[0].rfind(".") :].lower() in endings:
            return files[words[0].lower()], *words[1:]
    return ()
