"""The measures of docs/dev/architecture.md, read off the source: how long, how named, how explained, how flat.

    python -m tools.measures            # this checkout
    python -m tools.measures FOLDER     # another one, an older commit's or another project's

Counted are the product's modules: not tests, benchmarks, documents' tools, or anything hidden.
"""

import ast
import os
import statistics
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BUILT = frozenset({"build", "dist", "node_modules"})
LEFT_OUT = BUILT | {"tests", "benchmarks", "docs", "tools", "hw", "image"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Measures:
    """What was counted in one tree of modules."""

    modules: list[int] = field(default_factory=list)
    functions: list[int] = field(default_factory=list)
    annotated: list[bool] = field(default_factory=list)
    explained: list[bool] = field(default_factory=list)
    one_word: list[bool] = field(default_factory=list)
    comments: int = 0
    folders: Counter[str] = field(default_factory=Counter)
    classes: dict[str, set[str]] = field(default_factory=dict)


def measure(root: Path) -> Measures:
    """Read every module below `root`."""
    found = Measures()
    for path in sorted(walk_files(root, ".py", left_out=LEFT_OUT)):
        text = path.read_text(encoding="utf-8", errors="replace")
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        found.modules.append(text.count("\n"))
        if path.name != "__init__.py":
            found.folders[str(path.parent.relative_to(root))] += 1
        _read_definitions(found, tree, str(path.relative_to(root)))
        found.comments += _comments_in_functions(path, tree)
    return found


def walk_files(root: Path, *suffixes: str, left_out: frozenset[str] = BUILT) -> Iterator[Path]:
    """The files with one of these suffixes. What is hidden is not entered, nor the folders of `root` that are left out:
    caches hold whole systems, which other programs make and take away meanwhile."""
    for folder, below, names in os.walk(root):
        out = left_out if Path(folder) == root else frozenset[str]()
        below[:] = [each for each in below if not each.startswith(".") and each not in out]
        yield from (Path(folder, name) for name in names if name.endswith(suffixes))


def _read_definitions(found: Measures, tree: ast.Module, name: str) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found.classes.setdefault(node.name, set()).add(name)
        if not isinstance(node, Function):
            continue
        found.functions.append((node.end_lineno or node.lineno) - node.lineno + 1)
        found.annotated.append(node.returns is not None)
        if not node.name.startswith("_"):
            found.explained.append(ast.get_docstring(node) is not None)
        if not node.name.startswith("__"):
            found.one_word.append("_" not in node.name.strip("_"))


def _comments_in_functions(path: Path, tree: ast.Module) -> int:
    """Comments that a person wrote for a person: not those that only a linter reads."""
    spans = [(node.lineno, node.end_lineno or node.lineno) for node in ast.walk(tree) if isinstance(node, Function)]
    with path.open("rb") as opened:
        lines = [
            token.start[0]
            for token in tokenize.tokenize(opened.readline)
            if token.type == tokenize.COMMENT and not token.string.startswith(("# noqa", "# type:", "# pragma"))
        ]
    return sum(any(first <= line <= last for first, last in spans) for line in lines)


def summarise(found: Measures) -> Sequence[tuple[str, str]]:
    """The rows of the table: what, and how much."""
    twice = twice_named(found)
    folder, most = found.folders.most_common(1)[0]
    return [
        ("modules", str(len(found.modules))),
        ("module lines, median/p90/max", _spread(found.modules)),
        ("function lines, median/p90/max", _spread(found.functions)),
        ("annotated, public docstrings %", f"{_share(found.annotated)}, {_share(found.explained)}"),
        ("comments per 100 function lines", f"{100 * found.comments / sum(found.functions):.1f}"),
        ("most files in one flat folder", f"{most} ({folder})"),
        ("one-word function names %", str(share_of_one_word(found))),
        ("class names in two modules or more", f"{len(twice)}: {', '.join(twice)}"),
    ]


def twice_named(found: Measures, worlds: Sequence[str] = ()) -> Sequence[str]:
    """The class names that stand in two modules or more; with `worlds`, in two of these."""
    inside = tuple(f"{world}/" for world in worlds) or ("",)
    return sorted(
        name for name, where in found.classes.items() if sum(module.startswith(inside) for module in where) > 1
    )


def share_of_one_word(found: Measures) -> int:
    """Per cent of the function names that are one word."""
    return _share(found.one_word)


def _spread(numbers: Sequence[int]) -> str:
    ordered = sorted(numbers)
    return f"{statistics.median(ordered):.0f}/{ordered[int(0.9 * (len(ordered) - 1))]}/{ordered[-1]}"


def _share(answers: Sequence[bool]) -> int:
    return round(100 * sum(answers) / len(answers))


def main(arguments: Sequence[str]) -> int:
    """Print the table of the tree named, or of this one."""
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[1]
    for what, how_much in summarise(measure(root)):
        sys.stdout.write(f"{what:36} {how_much}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
