"""The checkout as modules and imports, for the tests that read it (tests/test_architecture.py)."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Module:
    """One module: its dotted name and its text. `package` says that it is an `__init__`."""

    name: str
    text: str
    package: bool = False

    @property
    def world(self) -> str:
        """The top-level package."""
        return self.name.partition(".")[0]

    @property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return _parse(self.text)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name, dotted. `eager`: it is loaded as soon as the module is. `typed`: only for
    types, never loaded."""

    target: str
    line: int
    eager: bool
    typed: bool = False

    @property
    def root(self) -> str:
        """The top-level package."""
        return self.target.partition(".")[0]


@cache
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def imports(module: Module) -> tuple[Import, ...]:
    """Every import, wherever it stands: at the top, in a function, under a condition."""
    return tuple(_imports(module, module.tree, eager=True, typed=False))


def _imports(module: Module, node: ast.AST, eager: bool, typed: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, node.lineno, eager, typed) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        base = _base(module, node)
        yield from (Import(f"{base}.{alias.name}", node.lineno, eager, typed) for alias in node.names)
    for_types = _for_types_only(node)
    inner = eager and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not for_types
    for child in ast.iter_child_nodes(node):
        yield from _imports(module, child, inner, typed or for_types)


def _base(module: Module, node: ast.ImportFrom) -> str:
    """The module that a `from` names, a relative one made absolute."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    kept = parts[: len(parts) - node.level + module.package]
    return ".".join([*kept, node.module] if node.module else kept)


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def read_module(file: Path) -> Module:
    parts = file.relative_to(ROOT).with_suffix("").parts
    package = parts[-1] == "__init__"
    return Module(".".join(parts[:-1] if package else parts), file.read_text(encoding="utf-8"), package)


def is_below(name: str, package: str) -> bool:
    """True for the package itself and everything in it."""
    return name == package or name.startswith(f"{package}.")
