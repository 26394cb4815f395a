"""What a module's own statements give a name: constants, members of enumerations, defaults of fields and arguments."""

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from importlib import import_module
from types import ModuleType, UnionType
from typing import Any, Final, TypeVar, get_origin

from tests.told.telling import ROOT, tell_lines, tell_value

OF_THE_MACHINE: Final = {"os", "sys", "platform", "time", "secrets", "socket", "shutil", "errno", "signal", "version"}
"""What is taken from one of these is another value on another machine."""

NO_ROOM: Final = ("__main__", "words", "migrations")

NOT_TOLD: Final = ("__all__", "__version__", "log")


def list_rooms(package: str) -> list[str]:
    """The package itself, for the modules that stand in it, and each package in it."""
    folder = ROOT / package
    names = sorted(each.parent.name for each in folder.glob("*/__init__.py"))
    return [package, *(f"{package}.{name}" for name in names if name not in NO_ROOM)]


def list_modules(room: str) -> list[str]:
    """Every module of a room; not what is run as a program, no words, nothing of Alembic's. A package's: its own."""
    folder = ROOT / room.replace(".", "/")
    walk = pkgutil.walk_packages if "." in room else pkgutil.iter_modules
    found = [each.name for each in walk([str(folder)], f"{room}.") if "." in room or not each.ispkg]
    kept = [name for name in found if not any(part in NO_ROOM for part in name.split("."))]
    return [room, *sorted(kept)]


def tell_module(name: str) -> Iterator[str]:
    """A line for each value."""
    module = import_module(name)
    for node in ast.parse(inspect.getsource(module)).body:
        for target in _names_of(node):
            yield from _tell_constant(module, name, target)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _tell_arguments(vars(module)[node.name], node, f"{name}.{node.name}")
        if isinstance(node, ast.ClassDef):
            yield from _tell_class(vars(module)[node.name], node, f"{name}.{node.name}")


def _names_of(node: ast.stmt) -> list[str]:
    """Those that a statement assigns to; none where a value is the machine's."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    value = getattr(node, "value", None)
    if value is None or _is_the_machines(value):
        return []
    names = [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
    return [name for name in names if name not in NOT_TOLD]


def _is_the_machines(value: ast.expr) -> bool:
    return any(isinstance(each, ast.Name) and each.id in OF_THE_MACHINE for each in ast.walk(value))


def _tell_constant(module: ModuleType, where: str, name: str) -> Iterator[str]:
    value = vars(module).get(name, int)
    is_kind = isinstance(value, type | TypeVar | UnionType) or get_origin(value) is not None
    return iter(()) if is_kind else tell_lines(value, f"{where}.{name}")


def _tell_class(kind: Any, node: ast.ClassDef, where: str) -> Iterator[str]:  # noqa: ANN401 - a class
    if issubclass(kind, Enum):
        for member, each in kind.__members__.items():
            yield from tell_lines(each.value, f"{where}.{member}")
    elif is_dataclass(kind):
        yield from _tell_fields(kind, node, where)
    else:
        for name in (name for part in node.body for name in _names_of(part) if name in vars(kind)):
            yield from tell_lines(vars(kind)[name], f"{where}.{name}")
    for part in node.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _tell_arguments(vars(kind).get(part.name), part, f"{where}.{part.name}")


def _tell_fields(kind: Any, node: ast.ClassDef, where: str) -> Iterator[str]:  # noqa: ANN401 - a class
    """Defaults, and what is not shown, compared, or given."""
    told = {name for part in node.body for name in _names_of(part)}
    for each in fields(kind):
        flags = [flag for flag in ("init", "repr", "compare") if not getattr(each, flag)]
        if flags:
            yield f"{where}.{each.name}: not in {', '.join(flags)}"
        if each.default is not MISSING and each.name in told:
            yield from tell_lines(each.default, f"{where}.{each.name}")


def _tell_arguments(function: Any, node: ast.FunctionDef | ast.AsyncFunctionDef, where: str) -> Iterator[str]:  # noqa: ANN401
    """The defaults of a function's, or a method's, arguments."""
    inner = getattr(function, "__func__", getattr(function, "fget", function))
    if not callable(inner) or not inspect.isfunction(inspect.unwrap(inner)):
        return
    for parameter in inspect.signature(inner).parameters.values():
        if parameter.default is not inspect.Parameter.empty and parameter.name in _given_by_us(node.args):
            yield f"{where}({parameter.name} = {tell_value(parameter.default)})"


def _given_by_us(arguments: ast.arguments) -> set[str]:
    """The arguments with a default that is the same on every machine."""
    places = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(reversed(places), reversed(arguments.defaults), strict=False)]
    pairs += [(place, value) for place, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value]
    return {place.arg for place, value in pairs if not _is_the_machines(value)}
