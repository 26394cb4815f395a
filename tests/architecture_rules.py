"""The arrows of the house: who may know whom, held by reading every import of every module.

Each rule is a function from source text to complaints; tests/test_architecture.py first shows that it catches a small
wrong sample, and only then that it finds nothing in the project.
"""

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from fnmatch import fnmatch
from itertools import chain

from tests.source_tree import ROOT, Import, Module, imports, is_below, read_module

MAY_IMPORT = {
    "sesame_core": {"sesame_core"},
    "drivers": {"sesame_core", "drivers"},
    "device": {"sesame_core", "drivers", "device", "bank"},
    "simulator": {"sesame_core", "drivers", "device", "simulator", "bank", "web", "launcher"},
    "web": {"web"},
    "merchant": {"merchant", "web"},
    "bank": {"bank", "web"},
    "sesame": {"sesame_core", "drivers", "device", "simulator", "bank", "web", "merchant", "launcher", "sesame"},
    "launcher": {"launcher"},
}
"""World -> the worlds it may import. The merchant is a stranger to bank and reader, and knows both by HTTP alone; the
launcher runs on a customer's PC from one file, and knows a key by its commands and answers, whatever is behind them."""

PRODUCT = tuple(MAY_IMPORT)

MAY_IMPORT |= {
    "hw": {"drivers", "hw"},
    "tools": {"device", "tools"},
    "image": {"image", "device", "sesame", "tools"},
    "docs": {*PRODUCT, "docs"},
    "examples": {"examples"},
    "benchmarks": {*PRODUCT, "benchmarks", "tests"},
    "tests": {*PRODUCT, "hw", "image", "tools", "docs", "examples", "tests"},
}
"""What is made with the product, or holds it, is no part of it: nothing of the product may import any of these."""

TO_COME = ("hw.board",)
"""Worlds and rooms whose rules stand before they do: they hold from the first file on. Every other name in these lists
must be there already."""

GROUND = {
    "sesame_core": ("errors", "secrets", "pin", "events", "screens", "effects", "appliance"),
    "drivers": ("ports", "errors", "clock", "header", "circuit", "debounce", "patience", "install_hints"),
    "bank": ("errors", "base64url", "decoding", "files", "locks", "iban", "languages"),
}
"""World -> modules that every room of it may stand on."""

ROOMS = {
    "sesame_core.smartcard": (),
    "sesame_core.cap": ("sesame_core.smartcard",),
    "sesame_core.reader": ("sesame_core.cap",),
    "sesame_core.piv": ("sesame_core.smartcard",),
    "drivers.painter": (),
    "drivers.gpio": (),
    "drivers.keypad": ("drivers.gpio",),
    "drivers.display": ("drivers.gpio",),
    "drivers.slot": ("drivers.gpio",),
    "drivers.power": ("drivers.gpio",),
    "drivers.vault": (),
    "drivers.usb": (),
    "drivers.updates": ("drivers.vault",),
    "bank.emv": (),
    "bank.cards": ("bank.emv",),
    "bank.books": ("bank.emv",),
    "bank.verification": ("bank.emv", "bank.books"),
    "bank.contracts": ("bank.books",),
    "bank.push": ("bank.books",),
    "bank.sms": ("bank.books",),
    "bank.partners": ("bank.emv", "bank.books", "bank.journal", "bank.ledger", "bank.operations"),
    "bank.pki": ("bank.books",),
    "bank.updates": (),
    "hw.board": ("hw.design", "hw.kicad", "hw.svg"),
}
"""Room -> the rooms of its world that it may know, besides the ground: smart card, CAP, reader, the key's card beside
them; the painter knows no GPIO, neither vault nor USB a board; arithmetic, then card factory and books side by side,
then the verification. Waking a phone knows the books, and so do the certificates; what places and routes a board knows
its parts and the netlist, and no document."""

NARROW = {
    "hw": ("drivers.header", "drivers.keypad.legends", "drivers.keypad.matrix"),
    "tools": ("device.former_names", "device.toml_file", "device.errors"),
}
"""What is made beside the product -> all of it that it may read: pins by name, settings by their former names."""

ABOVE = {
    "bank.web": "bank.web",
    "device.service": "device.service",
}
"""Roof -> the only package of its world that may know it: pages and the service are asked for, never asked."""

STRANGERS = (
    ("sesame_core.reader", "sesame_core.esecure"),
    ("sesame_core.cap", "sesame_core.esecure"),
    ("device.reader", "device.esecure"),
    ("device.reader", "sesame_core.esecure"),
    ("device.esecure", "sesame_core.reader"),
)
"""Appliances on one front never know each other: neither may import the other."""

ANY_APPLIANCE = ("device.appliance", "device.loop", "device.pace", "device.mirror", "device.compose", "device.displays")
"""What runs any appliance, and so must know none."""

APPLIANCES = ("sesame_core.reader", "sesame_core.cap", "sesame_core.esecure", "device.reader", "device.esecure")

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
PURE_IN_THE_BANK |= {f"bank.threeds.{name}" for name in ("table", "policy", "messages", "elements")}
PURE_IN_THE_BANK |= {
    f"bank.securpass.{name}"
    for name in ("policy", "enrolment.table", "enrolment.eligibility", "enrolment.identity", "proofs.counter")
}
PURE_IN_THE_LAUNCHER = {f"launcher.{name}" for name in ("troubles", "view", "card.octets", "words.sentences")}
PURE_IN_THE_LAUNCHER |= {f"launcher.course.{name}" for name in ("state", "events", "effects", "actions", "table")}
"""What decides in the launcher: likewise."""

PURE_IN_THE_BANK |= {f"bank.securpass.{name}" for name in ("proofs.octets", "approving.asking", "approving.trusting")}
"""What decides in the bank: values in, values out, like the heart. They know nobody but each other."""

LENT_TO_THE_HEART = {
    "sesame_core.cap.codes": {"cryptography"},
    "sesame_core.reader.words": {"importlib", "pkgutil"},
    "sesame_core.esecure.words": {"importlib", "pkgutil"},
    "bank.operations.octets": {"hashlib", "hmac", "json"},
    "bank.securpass.proofs.octets": {"hashlib", "json"},
    "bank.threeds.elements": {"datetime", "re", "urllib.parse"},
}
"""Computations, not I/O, and the look for a language's file. A reader that never mixes transaction data in must not pay
for loading DES: it is lent lazily to it."""

LENT_EAGERLY = {"bank.operations.octets", "bank.securpass.proofs.octets", "bank.threeds.elements"}

CLOCKS = {"now", "utcnow", "today"}
"""What a borrowed `datetime` would ask the machine."""

OUTSIDE = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
"""Built-in names that reach the outside, or that hide an import."""

ADAPTERS = {
    "smartcard": ("drivers.slot.*", "launcher.adapters.pcsc"),
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
    "fpdf",
    "pyhanko",
    "asn1crypto",
    "fido2",
    "aiosmpplib",
    "tuf",
    "securesystemslib",
}
"""What a start must not pay for before it knows that it is needed."""

STARTS = ("sesame.cli", "drivers.ports", "drivers.errors", "drivers.header")
"""Modules that anything may import at no cost and on any machine."""

PORTS_MAY_IMPORT = {"collections", "dataclasses", "enum", "types", "typing", "sesame_core"}

WRITES = ("sesame.*",)
"""Where `print` is the purpose."""

BARE_INSTRUCTION = re.compile(
    r"Command\(0x[0-9A-Fa-f]{2}, 0x"  # its second argument
    r"|(command|apdu|asked)\[1\] [!=]= (0x|\d)"
    r"|\[2:4\] [!=]= [\"']"
    r"|^(SELECT|VERIFY|READ_RECORD|GET_RESPONSE|GET_DATA|GENERATE_AC)(: Final)? = (0x|[\"'])"
)

MAX_LINES = 400
MAX_FUNCTION_LINES = 40


# The rules


def against_the_arrows(module: Module) -> list[str]:
    """Imports of a world that this one must not know."""
    return [
        f"{module.name}:{found.line} imports {found.target}"
        for found in imports(module)
        if found.root in MAY_IMPORT and found.root not in MAY_IMPORT[module.world]
    ]


def knows_its_tests(module: Module) -> list[str]:
    """The product must not know its tests, nor what its tests use."""
    if module.world not in PRODUCT:
        return []
    return [f"{module.name}:{i.line} imports {i.target}" for i in imports(module) if i.root in {"_pytest", "pytest"}]


def against_the_rooms(module: Module) -> list[str]:
    """Imports of a room of the same world, or of a part of another, that this one must not know."""
    allowed = _rooms_for(module)
    if allowed is None:
        return []
    return [
        f"{module.name}:{found.line} imports {found.target}"
        for found in imports(module)
        if found.root in MAY_IMPORT
        and (found.root == module.world or module.world in NARROW)
        and not any(is_below(found.target, room) for room in allowed)
    ]


def _rooms_for(module: Module) -> tuple[str, ...] | None:
    """All that a module may know within its own bounds; None where the world alone bounds it."""
    beside = NARROW.get(module.world, ())
    room = next((room for room in ROOMS if is_below(module.name, room)), None)
    if room is None:
        return (module.world, *beside) if beside else None
    ground = (f"{module.world}.{name}" for name in GROUND.get(module.world, ()))
    return (room, *ROOMS[room], *ground, *beside)


def knows_the_roof(module: Module) -> list[str]:
    """What stands above everything in its world, known from below."""
    return [
        f"{module.name}:{found.line} imports {found.target}"
        for found in imports(module)
        for roof, house in ABOVE.items()
        if found.root == module.world and is_below(found.target, roof) and not is_below(module.name, house)
    ]


def knows_another_appliance(module: Module) -> list[str]:
    """One appliance in another, or any in what runs them all."""
    pairs = [*STRANGERS, *((two, one) for one, two in STRANGERS)]
    barred = [two for one, two in pairs if is_below(module.name, one)]
    if module.name in ANY_APPLIANCE:
        barred += APPLIANCES
    return [
        f"{module.name}:{found.line} imports {found.target}"
        for found in imports(module)
        if any(is_below(found.target, other) for other in barred)
    ]


def impurities(module: Module) -> list[str]:
    """Anything by which the heart could reach the outside."""
    if module.world != "sesame_core" and module.name not in PURE_IN_THE_BANK | PURE_IN_THE_LAUNCHER:
        return []
    complaints = [
        f"{module.name}:{found.line} imports {found.target}"
        for found in imports(module)
        if not _may_stand_in_the_heart(module.name, found)
    ]
    nodes = list(ast.walk(module.tree))
    names = [(node.lineno, node.id) for node in nodes if isinstance(node, ast.Name) and node.id in OUTSIDE]
    clocks = [(node.lineno, node.attr) for node in nodes if isinstance(node, ast.Attribute) and node.attr in CLOCKS]
    return complaints + [f"{module.name}:{line} uses {name}" for line, name in names + clocks]


def _may_stand_in_the_heart(name: str, found: Import) -> bool:
    if any(is_below(found.target, lent) for lent in LENT_TO_THE_HEART.get(name, ())):
        return name in LENT_EAGERLY or not found.eager
    if name in PURE_IN_THE_BANK:
        return found.root in PURE or not PURE_IN_THE_BANK.isdisjoint({found.target, found.target.rpartition(".")[0]})
    if name in PURE_IN_THE_LAUNCHER:
        return found.root in PURE or _is_of(found.target, PURE_IN_THE_LAUNCHER)
    return found.root in PURE | {"sesame_core"}


def _is_of(target: str, modules: Collection[str]) -> bool:
    """A module of these, or a name in one, or the package that they stand in."""
    return any(target in {name, name.rpartition(".")[0]} or is_below(target, name) for name in modules)


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


def circles(modules: Mapping[str, Module]) -> list[str]:
    """Rooms that lead back to themselves. A room is a package of a world, or a module that stands in it alone."""
    arrows: dict[str, set[str]] = {}
    for module in modules.values():
        here = _room_of(modules, module.name)
        targets = (_room_of(modules, found.target) for found in imports(module) if not found.typed)
        arrows.setdefault(here, set()).update(room for room in targets if room and room != here)
    return sorted(room for room in arrows if room in _reached(arrows, room))


def _room_of(modules: Mapping[str, Module], target: str) -> str:
    """The first two names of a dotted one, of which a module of ours must be left; "" for what is not ours."""
    loaded = _loaded(modules, target)
    return ".".join(loaded[-1].split(".")[:2]) if loaded else ""


def _reached(arrows: Mapping[str, set[str]], start: str) -> set[str]:
    """Every room that can be got to from `start`, which counts only when there is a way back."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        new = arrows.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return reached


def bare_instructions(module: Module) -> list[str]:
    """An instruction byte as a number or text beside `Ins`, in what speaks to cards. The bank has its own on purpose:
    it is the reader's independent judge."""
    if module.world not in {"sesame_core", "drivers", "device", "sesame"}:
        return []
    lines = enumerate(module.text.splitlines(), 1)
    return [f"{module.name}:{number} {line.strip()}" for number, line in lines if BARE_INSTRUCTION.search(line)]


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
    against_the_rooms,
    knows_the_roof,
    knows_another_appliance,
    knows_its_tests,
    impurities,
    hardware_outside_adapters,
    ports_know_too_much,
    prints,
    too_long,
    bare_instructions,
    shared_state,
)

OUTER_RULES = (against_the_arrows, against_the_rooms, shared_state)
"""What holds for hardware, tools, documents' tools, benchmarks and tests as well."""


def project() -> dict[str, Module]:
    """Every module of the product by its dotted name."""
    return _modules(PRODUCT)


def checkout() -> dict[str, Module]:
    """The product, and what is made with it or holds it."""
    return _modules(tuple(MAY_IMPORT))


def _modules(worlds: Sequence[str]) -> dict[str, Module]:
    files = chain.from_iterable((ROOT / world).rglob("*.py") for world in worlds)
    return {module.name: module for module in map(read_module, files)}
