"""What must not be in the root file system of a card, and what must be: pure functions over a list of what is there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

COMPILERS = re.compile(r"usr/bin/(?:(?:\S*-)?(?:gcc|g\+\+|cc|c\+\+|cpp|ld|as|clang|tcc|rustc|swig|make)(?:-?[\d.]+)?)")
TRACES = re.compile(
    r"root/(?:\.cache|sesame|wheels).*|(?:usr/)?etc/resolv\.conf|etc/ssh/ssh_host_.*|.*/\.cache/pip/.*|.*\.deb"
    r"|var/lib/apt/lists/.+|var/log/.+|etc/apt/sources\.list|(?!usr/share/python-wheels/).*\.whl"
)
"""What a build leaves behind, and what would be the same secret or address on every card. Debian's own wheels are what
python3-venv makes environments with."""

RADIO_AND_NETWORK = re.compile(r"usr/lib/modules/[^/]+/kernel/(?:net|drivers/net|drivers/bluetooth)/.*\.ko(?:\.xz)?")
SWAP = re.compile(r"(?:swapfile|var/swap|swap\.img)")

MASKED = ("swap.target", "NetworkManager.service", "systemd-networkd.service", "ssh.service", "bluetooth.service")
UNITS = {"reader": "sesame-reader.service", "key": "sesame-key.service"}

WANTED = (
    "usr/lib/systemd/system-shutdown/sesame-latch",
    "etc/sesame/reader.toml",
    "opt/sesame/current",
    "opt/sesame/without-lgpio",
    "etc/systemd/system/multi-user.target.wants/sesame-selftest.service",
    *(f"etc/systemd/system/{unit}.d/not-at-selftest.conf" for unit in UNITS.values()),
)

LOCKED = ("*", "!", "!*", "!!")
"""What stands in /etc/shadow where no password opens (shadow(5)); in /etc/passwd an x leads there (passwd(5))."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a tree: its mode, where it links to ("" for no link), and the text of a file that is judged. `dated`:
    a compiled module that holds the time of its source (PEP 552), as an import leaves it: another one each time."""

    mode: int = 0o100644
    target: str = ""
    text: str = ""
    dated: bool = False


def list_tree(root: Path) -> dict[str, Entry]:
    """Every path of a tree, without the leading slash. Read are small files of /etc, and compiled modules' heads."""
    return {str(path.relative_to(root)): _describe(path, root) for path in root.rglob("*")}


def _describe(path: Path, root: Path) -> Entry:
    status = path.lstat()
    if path.is_symlink():
        return Entry(status.st_mode, str(path.readlink()))
    if path.suffix == ".pyc":
        return Entry(status.st_mode, dated=is_dated(path))
    judged = path.is_file() and path.relative_to(root).parts[0] == "etc" and status.st_size < 1 << 16
    return Entry(status.st_mode, "", path.read_bytes().decode(errors="replace") if judged else "")


def is_dated(module: Path) -> bool:
    """Whether a .pyc has the time of its source, and not its hash (PEP 552: the flags are the second word)."""
    with module.open("rb") as content:
        return not int.from_bytes(content.read(8)[4:], "little") & 1


def find_unwanted(tree: Mapping[str, Entry]) -> list[str]:
    """Compilers, traces of the build, modules for radio and network, swap; compiled modules that differ from build to
    build; files that everybody may write."""
    wrong = []
    for what, pattern in (
        ("a compiler or its tool", COMPILERS),
        ("a trace of the build", TRACES),
        ("a module for a network", RADIO_AND_NETWORK),
        ("swap", SWAP),
    ):
        wrong += [f"/{path} is {what}" for path in tree if pattern.fullmatch(path)]
    loose = [path for path, entry in tree.items() if entry.mode & 0o170002 == 0o100002]
    dated = [f"/{path} is compiled with the time of its source" for path, entry in tree.items() if entry.dated]
    return wrong + dated + [f"/{path} may be written by everybody" for path in loose]


def find_missing(tree: Mapping[str, Entry], flavour: str) -> list[str]:
    """What the card needs and the tree lacks. `flavour`: reader or key."""
    wrong = [f"/{path} is not there" for path in WANTED if path not in tree]
    wanted = f"etc/systemd/system/basic.target.wants/{UNITS[flavour]}"
    other = next(unit for name, unit in UNITS.items() if name != flavour)
    if wanted not in tree:
        wrong.append(f"{UNITS[flavour]} does not start at boot")
    if f"etc/systemd/system/basic.target.wants/{other}" in tree:
        wrong.append(f"{other} starts at boot, beside {UNITS[flavour]}")
    if flavour == "key" and "opt/sesame/chosen" not in tree:
        wrong.append("/opt/sesame/chosen is not there, and nobody can write it on a card that is read-only")
    if flavour == "key" and "var/lib/sesame-key" not in tree:
        wrong.append("/var/lib/sesame-key is not there, so that the key's store cannot be mounted")
    masks = [unit for unit in MASKED if tree.get(f"etc/systemd/system/{unit}", Entry()).target != "/dev/null"]
    return wrong + [f"{unit} is not masked" for unit in masks]


def find_careless(tree: Mapping[str, Entry]) -> list[str]:
    """Settings that would make cards alike or open: machine-id, passwords, a root that is mounted for writing."""
    wrong = []
    if tree.get("etc/machine-id", Entry(text="absent")).text:
        wrong.append("/etc/machine-id is not empty: every card would be the same machine")
    for file, locked in (("shadow", LOCKED), ("passwd", (*LOCKED, "x"))):
        for line in tree.get(f"etc/{file}", Entry()).text.splitlines():
            name, secret, *_ = [*line.split(":"), ""]
            if secret not in locked:
                wrong.append(f"/etc/{file}: {name} has a password, or needs none")
    rows = [line.split() for line in tree.get("etc/fstab", Entry()).text.splitlines()]
    mounts = {row[1]: row[3].split(",") for row in rows if len(row) > 3 and not row[0].startswith("#")}
    if "ro" not in mounts.get("/", []):
        wrong.append("/etc/fstab does not mount / read-only")
    return wrong + [f"/etc/fstab has swap: {' '.join(row)}" for row in rows if row[2:3] == ["swap"]]


def check_tree(tree: Mapping[str, Entry], flavour: str) -> list[str]:
    """All complaints about a tree, one sentence each."""
    return [*find_unwanted(tree), *find_missing(tree, flavour), *find_careless(tree)]
