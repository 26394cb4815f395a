"""A board as a file: KiCad places and fills it in a child process, and what is random in it is replaced by content.

pcbnew gives every thing a random identifier and orders equal things by it. Here things are ordered by what they are,
and their identifiers are uuid5 of that: the same drawing gives the same bytes.
"""

import json
import subprocess
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID, uuid5

from hw.board.job import Job, Measures
from hw.kicad.cli import KicadError
from hw.kicad.sexp import Node, Word, dumps, head, loads

PYTHON: Final = "/usr/bin/python3"
"""The Python that KiCad's bindings are made for."""
SCRIPT: Final = Path(__file__).parent / "pcb.py"
_NAMESPACE: Final = UUID("5b1f3f0e-6c3c-5a52-9d7e-2f6f5be3c5d1")

ORDERED: Final = ("footprint", "gr_line", "gr_arc", "gr_text", "segment", "via", "zone")
INNER: Final = ("property", "fp_line", "fp_circle", "fp_arc", "fp_poly", "fp_text", "fp_rect", "pad", "model")


def run_child(job: Job) -> Measures:
    """Let KiCad make the job. Raises KicadError with its last words."""
    with TemporaryDirectory() as settings:
        done = subprocess.run(  # noqa: S603 - our own list
            [PYTHON, "-B", SCRIPT], input=json.dumps(job), capture_output=True, text=True, check=False, timeout=300,
            env={"PATH": "/usr/bin:/bin", "HOME": settings, "KICAD_CONFIG_HOME": settings},
        )  # fmt: skip
    if done.returncode:
        raise KicadError(f"pcbnew under {PYTHON} made no board: {done.stderr.strip()[-800:]}")
    measures: Measures = json.loads(done.stdout.splitlines()[-1])
    return measures


def _without_names(node: Node) -> Node:
    if not isinstance(node, list):
        return node
    return [_without_names(child) for child in node if head(child) != "uuid"]


def _ordered(node: list[Node], kinds: tuple[str, ...]) -> list[Node]:
    """The things of these kinds sorted by content, at the place of the first of them; the rest as it is."""
    sortable = sorted(
        (child for child in node if head(child) in kinds), key=lambda child: (kinds.index(head(child)), dumps(child))
    )
    rest = [child for child in node if head(child) not in kinds]
    first = next((index for index, child in enumerate(node) if head(child) in kinds), len(rest))
    return [*rest[:first], *sortable, *rest[first:]]


NAMELESS: Final = ("net", "general", "paper", "layers", "setup", "version", "generator", "generator_version")


def _named(node: Node, seen: Counter[str], board: str) -> Node:
    """The tree with an identifier for every thing that KiCad gives one."""
    if not isinstance(node, list):
        return node
    named = [_named(child, seen, board) for child in node]
    if head(node) in ORDERED or head(node) in INNER[:-1]:
        content = f"{board}/{dumps(node)}"
        seen[content] += 1
        named.append([Word("uuid"), str(uuid5(_NAMESPACE, f"{content}/{seen[content]}"))])
    return named


def canonical(text: str, board: str) -> str:
    """A `.kicad_pcb` file in its own order, with identifiers made from content."""
    bare = _without_names(loads(text))
    inner = [_inner_ordered(child) for child in bare] if isinstance(bare, list) else []
    return dumps(_named(_ordered(inner, ORDERED), Counter(), board)) + "\n"


def _inner_ordered(node: Node) -> Node:
    return _ordered(node, INNER) if isinstance(node, list) and head(node) == "footprint" else node


def write_board(job: Job, board: str) -> str:
    """The board's file. Raises KicadError."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"{board}.kicad_pcb"
        run_child({**job, "target": str(target)})
        return canonical(target.read_text(encoding="utf-8"), board)
