"""The arrows of the house: who may know whom, held by reading every import of every module.

Each rule is a function from source text to complaints, so that it is first shown to catch a small wrong sample and only
then finds nothing in the project.
"""

import ast
import builtins
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT = {
    "sesame_core": {"sesame_core"},
    "drivers": {"sesame_core", "drivers"},
    "device": {"sesame_core", "drivers", "device", "bank"},
    "simulator": {"sesame_core", "drivers", "device", "simulator", "bank", "web"},
    "web": {"web"},
    "bank": {"bank", "web"},
    "sesame": {"sesame_core", "drivers", "device", "simulator", "bank", "web", "sesame"},
}
"""World -> the worlds it may import."""

PURE = {
    "abc",
    "collections",
    "contextlib",
    "dataclasses",
    "enum",
    "functools",
    "itertools",
    "math",
    "operator",
    "types",
}
PURE |= {"typing", "unicodedata"}
"""All that the heart may take from Python's library: nothing here can reach the outside."""

PURE_IN_THE_BANK = {f"bank.operations.{name}" for name in ("table", "catalogue", "policy", "octets")}
"""What decides in the bank: values in, values out, like the heart. They know nobody but each other."""

LENT_TO_THE_HEART = {
    "sesame_core.cap.codes": {"cryptography"},
    "bank.operations.octets": {"hashlib", "hmac", "json"},
}
"""Computations, not I/O. A reader that never mixes transaction data in must not pay for loading DES: it is lent lazily
to it."""

LENT_EAGERLY = {"bank.operations.octets"}

OUTSIDE = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
"""Built-in names that reach the outside, or that hide an import."""

ADAPTERS = {
    "smartcard": ("drivers.slot.*",),
    "gpiozero": ("drivers.gpio.*", "drivers.board_twin"),
    "lgpio": ("drivers.gpio.*",),
    "gpiod": ("drivers.gpio.*",),
    "RPi": ("drivers.gpio.*",),
    "luma": ("drivers.display.*",),
    "smbus2": ("drivers.display.*", "drivers.power.*", "device.selftest.world"),
    "spidev": ("drivers.display.*",),
    "serial": (),
    "usb": (),
}
"""Hardware library -> the only modules that may import it."""

HEAVY = {
    *ADAPTERS,
    "PIL",
    "cryptography",
    "pyemv",
    "starlette",
    "uvicorn",
    "jinja2",
    "sqlalchemy",
    "alembic",
    "prometheus_client",
    "segno",
}
"""What a start must not pay for before it knows that it is needed."""

STARTS = ("sesame.cli", "drivers.ports", "drivers.errors", "drivers.header")
"""Modules that anything may import at no cost and on any machine."""

PORTS_MAY_IMPORT = {"collections", "dataclasses", "enum", "types", "typing", "sesame_core"}

WRITES = ("sesame.*",)
"""Where `print` is the purpose."""

MAX_LINES = 400
MAX_FUNCTION_LINES = 40


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
        return ast.parse(self.text)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name, dotted. `eager`: it is loaded as soon as the module is."""

    target: str
    line: int
    eager: bool

    @property
    def root(self) -> str:
        """The top-level package."""
        return self.target.partition(".")[0]


def imports(module: Module) -> list[Import]:
    """Every import, wherever it stands: at the top, in a function, under a condition."""
    return list(_imports(module, module.tree, eager=True))


def _imports(module: Module, node: ast.AST, eager: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, node.lineno, eager) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        base = _base(module, node)
        yield from (Import(f"{base}.{alias.name}", node.lineno, eager) for alias in node.names)
    inner = eager and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _for_types_only(node)
    for child in ast.iter_child_nodes(node):
        yield from _imports(module, child, inner)


def _base(module: Module, node: ast.ImportFrom) -> str:
    """The module that a `from` names, a relative one made absolute."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    kept = parts[: len(parts) - node.level + module.package]
    return ".".join([*kept, node.module] if node.module else kept)


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


# The rules


def against_the_arrows(module: Module) -> list[str]:
    """Imports of a world that this one must not know."""
    return [
        f"{module.name}:{found.line} imports {found.target}"
        for found in imports(module)
        if found.root in MAY_IMPORT and found.root not in MAY_IMPORT[module.world]
    ]


def knows_its_tests(module: Module) -> list[str]:
    """The product must not know its tests or its tools."""
    return [
        f"{module.name}:{i.line} imports {i.target}" for i in imports(module) if i.root in {"tests", "tools", "pytest"}
    ]


def impurities(module: Module) -> list[str]:
    """Anything by which the heart could reach the outside."""
    if module.world != "sesame_core" and module.name not in PURE_IN_THE_BANK:
        return []
    complaints = [
        f"{module.name}:{found.line} imports {found.target}"
        for found in imports(module)
        if not _may_stand_in_the_heart(module.name, found)
    ]
    names = (node for node in ast.walk(module.tree) if isinstance(node, ast.Name) and node.id in OUTSIDE)
    return complaints + [f"{module.name}:{name.lineno} uses {name.id}" for name in names]


def _may_stand_in_the_heart(name: str, found: Import) -> bool:
    if found.root in LENT_TO_THE_HEART.get(name, set()):
        return name in LENT_EAGERLY or not found.eager
    if name in PURE_IN_THE_BANK:
        return found.root in PURE or found.target.rpartition(".")[0] in PURE_IN_THE_BANK
    return found.root in PURE | {"sesame_core"}


def hardware_outside_adapters(module: Module) -> list[str]:
    """A hardware library where no adapter is."""
    return [
        f"{module.name}:{found.line} imports {found.target}"
        for found in imports(module)
        if found.root in ADAPTERS and not any(fnmatch(module.name, place) for place in ADAPTERS[found.root])
    ]


def ports_know_too_much(module: Module) -> list[str]:
    """The contracts are values and duties only."""
    if module.name not in {"drivers.ports", "drivers.errors", "drivers.header"}:
        return []
    return [f"{module.name}:{i.line} imports {i.target}" for i in imports(module) if i.root not in PORTS_MAY_IMPORT]


def prints(module: Module) -> list[str]:
    """`print` anywhere but in the command line."""
    if any(fnmatch(module.name, place) for place in WRITES):
        return []
    names = (node for node in ast.walk(module.tree) if isinstance(node, ast.Name) and node.id == "print")
    return [f"{module.name}:{name.lineno} prints" for name in names]


def too_long(module: Module) -> list[str]:
    """Modules and functions that nobody reads in one go."""
    lines = module.text.count("\n")
    complaints = [f"{module.name} has {lines} lines"] if lines > MAX_LINES else []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                complaints.append(f"{module.name}:{node.lineno} {node.name} has {length} lines")
    return complaints


def shared_state(module: Module) -> list[str]:
    """A function that rebinds a module's global."""
    return [f"{module.name}:{node.lineno} global" for node in ast.walk(module.tree) if isinstance(node, ast.Global)]


def heavy_at_start(modules: Mapping[str, Module], start: str) -> list[str]:
    """How loading `start` would load something heavy: the chain of modules, each importing the next as it is loaded."""
    complaints: list[str] = []
    seen = {start}
    waiting = [(start, start)]
    while waiting:
        name, path = waiting.pop()
        for found in imports(modules[name]):
            if found.eager and found.root in HEAVY:
                complaints.append(f"{path} -> {found.target}")
            elif found.eager:
                reached = [one for one in _loaded(modules, found.target) if one not in seen]
                seen.update(reached)
                waiting += [(one, f"{path} -> {one}") for one in reached]
    return complaints


def _loaded(modules: Mapping[str, Module], target: str) -> list[str]:
    """The modules of ours that importing `target` loads: every package on the way, too."""
    parts = target.split(".")
    return [name for end in range(1, len(parts) + 1) if (name := ".".join(parts[:end])) in modules]


RULES: Sequence[Callable[[Module], list[str]]] = (
    against_the_arrows,
    knows_its_tests,
    impurities,
    hardware_outside_adapters,
    ports_know_too_much,
    prints,
    too_long,
    shared_state,
)


def project() -> dict[str, Module]:
    """Every module of the product by its dotted name."""
    files = chain.from_iterable((ROOT / world).rglob("*.py") for world in MAY_IMPORT)
    return {module.name: module for module in map(_read, files)}


def _read(file: Path) -> Module:
    parts = file.relative_to(ROOT).with_suffix("").parts
    package = parts[-1] == "__init__"
    return Module(".".join(parts[:-1] if package else parts), file.read_text(encoding="utf-8"), package)


# Each rule catches what it is for ...

LONG_FUNCTION = "def f() -> None:\n" + "    pass\n" * MAX_FUNCTION_LINES

WRONG = [
    (against_the_arrows, Module("sesame_core.x", "import drivers.ports")),
    (against_the_arrows, Module("sesame_core.x", "from bank import card")),
    (against_the_arrows, Module("drivers.x", "def f() -> None:\n    from device.config import Config")),
    (against_the_arrows, Module("drivers.x", "if TYPE_CHECKING:\n    from simulator import web")),
    (against_the_arrows, Module("drivers.x", "from bank.cards.gallery import bank_card")),
    (against_the_arrows, Module("device.x", "try:\n    import simulator\nexcept ImportError:\n    pass")),
    (against_the_arrows, Module("bank.x", "from sesame_core.smartcard.apdu import Command")),
    (knows_its_tests, Module("bank.x", "import pytest")),
    (impurities, Module("sesame_core.x", "import time")),
    (impurities, Module("sesame_core.x", "def f() -> None:\n    import socket")),
    (impurities, Module("sesame_core.x", "from os import environ")),
    (impurities, Module("sesame_core.x", "import logging")),
    (impurities, Module("sesame_core.x", "import cryptography")),
    (impurities, Module("sesame_core.cap.codes", "from cryptography.hazmat import primitives")),
    (impurities, Module("sesame_core.x", "text = open('/etc/passwd').read()")),
    (impurities, Module("sesame_core.x", "show = print")),
    (impurities, Module("bank.operations.table", "import time")),
    (impurities, Module("bank.operations.policy", "from bank.database import opened_engine")),
    (impurities, Module("bank.operations.catalogue", "import json")),
    (hardware_outside_adapters, Module("device.x", "def f() -> None:\n    import gpiozero")),
    (hardware_outside_adapters, Module("drivers.keypad.scan", "from gpiozero import Pin")),
    (hardware_outside_adapters, Module("drivers.gpio.x", "from luma.oled.device import ssd1306")),
    (ports_know_too_much, Module("drivers.ports", "import threading")),
    (prints, Module("drivers.x", "print('PIN')")),
    (too_long, Module("bank.x", "x = 1\n" * (MAX_LINES + 1))),
    (too_long, Module("bank.x", LONG_FUNCTION)),
    (shared_state, Module("bank.x", "n = 0\ndef f() -> None:\n    global n\n    n = 1")),
]


@pytest.mark.parametrize(("rule", "sample"), WRONG, ids=lambda value: getattr(value, "__name__", None))
def test_a_wrong_sample_is_caught(rule: Callable[[Module], list[str]], sample: Module) -> None:
    assert len(rule(sample)) == 1


def test_a_right_sample_is_left_alone() -> None:
    text = "from sesame_core.errors import Fault\n\ndef f() -> None:\n    from smartcard.System import readers\n"
    assert [complaint for rule in RULES for complaint in rule(Module("drivers.slot.pcsc", text))] == []


def test_a_relative_import_is_followed() -> None:
    inside = Module("bank.shop.till", "from ...sesame_core import apdu\nfrom . import coins")
    assert [found.target for found in imports(inside)] == ["sesame_core.apdu", "bank.shop.coins"]
    package = Module("bank.shop", "from . import till", package=True)
    assert [found.target for found in imports(package)] == ["bank.shop.till"]


def test_a_heavy_start_is_caught_through_two_modules() -> None:
    chained = {
        "sesame.cli": Module("sesame.cli", "from drivers import display_oled"),
        "drivers": Module("drivers", "", package=True),
        "drivers.display_oled": Module("drivers.display_oled", "import luma.oled"),
    }
    assert heavy_at_start(chained, "sesame.cli") == ["sesame.cli -> drivers.display_oled -> luma.oled"]


def test_a_lazy_import_costs_nothing_at_start() -> None:
    lazy = {"sesame.cli": Module("sesame.cli", "def f() -> None:\n    import luma.oled")}
    assert heavy_at_start(lazy, "sesame.cli") == []


# ... and finds nothing in the project


def test_every_world_is_there() -> None:
    assert {module.world for module in project().values()} == set(MAY_IMPORT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps(rule: Callable[[Module], list[str]]) -> None:
    assert [complaint for module in project().values() for complaint in rule(module)] == []


@pytest.mark.parametrize("start", STARTS)
def test_starting_loads_nothing_heavy(start: str) -> None:
    assert heavy_at_start(project(), start) == []


def test_the_lists_name_real_things() -> None:
    """A misspelt name in a list would forbid nothing."""
    assert set(sys.stdlib_module_names) >= PURE
    assert all(hasattr(builtins, name) for name in OUTSIDE)
    modules = project()
    assert set(LENT_TO_THE_HEART) | set(STARTS) | PURE_IN_THE_BANK <= set(modules)
