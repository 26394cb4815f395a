"""Which modules can be given wrongs, and which tests look at each.

For the heart a table says which file is the likeliest to notice. For the other worlds the imports say it: a test file
that imports a module looks at it; one that imports what imports it looks at it from further away. A file that bears a
word of the module's name looks at it, too, perhaps by a process of its own.
"""

import ast
import re
from collections import deque
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HEART: Final = "sesame_core"
OTHERS: Final = ("device", "drivers", "bank", "web", "simulator", "sesame")
WORLDS: Final = (HEART, *OTHERS)

MODULES: Final = tuple(f"{world}." for world in WORLDS)

SAID_ELSEWHERE: Final = ("cap.blocking",)
"""Modules of the heart whose sentences are on no glass: the command line says them."""

ELSEWHERE: Final = ("browser", "pcsc", "systemd", "uml", "vm", "mutation")
"""Areas that need a machine to themselves, or are this tool."""

TOLD: Final = "tests/told/"
"""Tests that compare what modules' own statements say (constants, words, tables) with what was decided."""

NOT_OURS: Final = ("test_architecture.py", "test_mutation_tool.py", "test_packaging.py")
"""Files that look at the text of the checkout: a wrong is a text, too. (`test_pages.py` runs the program and compares
what it says with the pages that are there.)"""

MOST_FILES: Final = 10
"""The files that look at a module outside the heart from the nearest: these, no more, are run."""

FIRST: Final = {
    "cap.codes": "test_known_codes.py",
    "smartcard.apdu": "test_carrying_commands.py",
    "smartcard.tlv": "test_tlv_and_dol.py",
    "smartcard.masking": "test_masking.py",
    "cap.blocking": "test_session.py",
    "cap.choice": "test_which_application.py",
    "cap.directory": "test_which_application.py",
    "pin": "test_secret_digits.py",
    "secrets": "test_secret_digits.py",
    "errors": "test_secret_digits.py",
    "cap.emv": "test_emv_conversation.py",
    "cap.session": "test_session.py",
    "reader.actions": "test_reader_course.py",
    "reader.entry": "test_reader_course.py",
    "reader.table": "test_reader_course.py",
    "reader.state": "test_reader_course.py",
    "events": "test_reader_course.py",
    "effects": "test_reader_course.py",
    "reader.effects": "test_reader_course.py",
    "appliance": "test_reader_course.py",
    "reader.views": "test_views_of_states.py",
    "screens": "test_views_of_states.py",
    "reader.words.fr": "test_views_of_states.py",
    "reader.words.en": "test_views_of_states.py",
    "reader.words.sentences": "test_views_of_states.py",
    "reader.words": "test_views_of_states.py",
}
"""The heart's tests most likely to notice; all the others of tests/core follow, the exploration of all states last."""

BESIDE: Final = {"cap.blocking": ("tests/device/test_card_work.py",)}
"""Judges of the heart that stand elsewhere: only the bank's cards play a whole session."""

ROOMS: Final = {"piv.": tuple(f"tests/key/test_key_{part}.py" for part in ("contract", "applet", "vault"))}
"""Rooms of the heart whose judges are elsewhere, by how their modules' names begin."""

USUAL: Final = "test_emv_conversation.py"
"""For a module that the table does not know."""

STEM: Final = 5
"""Letters of a word that tell it: `verify` looks at `verification`."""

NAMED, FAR = 2, 1000
"""How far a test file is from a module that it names, and from one that it never reaches."""

AREAS: Final = {world: f"tests/{world}/" for world in OTHERS} | {
    "sesame": "tests/card/",
    "simulator": "tests/flows/",
}
"""Where a package's own tests are."""

LAST: Final = "tests/promises/test_r14_every_state_and_key.py"
LAST_FOR: Final = {"events", *(f"reader.{part}" for part in ("actions", "entry", "table", "state", "views"))}


def heart_modules() -> dict[str, Path]:
    """The heart's modules by name, `words.fr` for one in a folder."""
    return {name.removeprefix(f"{HEART}."): path for name, path in _modules_of(HEART).items()}


@cache
def modules() -> dict[str, Path]:
    """Every module by name: `cap` and `words.fr` for the heart's, `drivers.keypad.scan` for the others."""
    known = heart_modules()
    for world in OTHERS:
        known |= _modules_of(world)
    return known


def world_of(module: str) -> str:
    """The package that a module is a part of."""
    first = module.partition(".")[0]
    return first if first in OTHERS else HEART


def chosen(names: Iterable[str]) -> list[str]:
    """The modules that are meant: each by its name, or a package's all. Raises KeyError for a name nobody bears."""
    known, meant = modules(), []
    for name in names:
        parts = [name] if name in known else [each for each in known if each.startswith(f"{name}.")]
        parts = parts or [each for each in known if name == world_of(each)]
        if not parts:
            raise KeyError(f"there is no module {name!r} in {', '.join(WORLDS)}")
        meant += parts
    return list(dict.fromkeys(meant))


@cache
def tests_for(module: str) -> list[str]:
    """The files to run, the likeliest first."""
    return _tests_of_the_heart(module) if world_of(module) == HEART else _nearest(module)


def _modules_of(world: str) -> dict[str, Path]:
    paths = sorted((ROOT / world).rglob("*.py"))
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}
    return {name: path for name, path in named.items() if name != world and _has_code(path)}


def _has_code(path: Path) -> bool:
    """A package that holds nothing but its docstring has nothing to change."""
    return path.name != "__init__.py" or len(ast.parse(path.read_text(encoding="utf-8")).body) > 1


def _tests_of_the_heart(module: str) -> list[str]:
    if room := next((tests for begins, tests in ROOMS.items() if module.startswith(begins)), ()):
        return list(room)
    first = f"tests/core/{FIRST.get(module, USUAL)}"
    others = [f"tests/core/{path.name}" for path in sorted((ROOT / "tests/core").glob("test_*.py"))]
    last = [LAST] if module in LAST_FOR else []
    return [first, *BESIDE.get(module, ()), *(other for other in others if other != first), *last]


def _nearest(module: str) -> list[str]:
    """By the number of imports between test and module; of the same, those that speak of it and of its world first."""
    world = world_of(module)
    about = {word[:STEM] for word in set(re.split(r"[._]", module)) - {world, "card", "cards", "web", "commands"}}

    def strangeness(test: str) -> tuple[int, int, bool, str]:
        shared = len(about & {word[:STEM] for word in re.split(r"[/_.]", test)})
        far = min(_distances(test).get(module, FAR), NAMED if shared else FAR)
        return far, -shared, not test.startswith(AREAS[world]), test

    return [test for test in sorted(test_files(), key=strangeness) if strangeness(test)[0] < FAR][:MOST_FILES]


def files_that_import(module: str) -> set[str]:
    """The files of tests that name a module of the other worlds in an import."""
    return {test for test in test_files() if _distances(test).get(module, FAR) == 1}


def files_to_try(module: str) -> list[str]:
    """Where to look for a wrong in a module's own statements, or in a function that no test is known to execute."""
    return _nearest(module)


def tells(test: str, module: str) -> bool:
    """Does this test compare the module's own statements with what was decided? Each says whose it looks at."""
    file, _, name = test.partition("::")
    room = name.partition("[")[2].removesuffix("]")
    if file == f"{TOLD}test_schema_told.py":
        return module.startswith(("bank.books.schema", "bank.books.migrations"))
    return file.startswith(TOLD) and bool(room) and f"{module}.".startswith(f"{room}.")


@cache
def test_files() -> tuple[str, ...]:
    """Every file of tests that judges the other worlds."""
    paths = [path.relative_to(ROOT / "tests") for path in sorted((ROOT / "tests").rglob("test_*.py"))]
    return tuple(f"tests/{path}" for path in paths if path.parts[0] not in (*ELSEWHERE, *NOT_OURS))


@cache
def _distances(test: str) -> dict[str, int]:
    """Every module that a test file reaches, and over how many imports."""
    start = test.removesuffix(".py").replace("/", ".")
    far = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in _imports().get(here, ()):
            if there not in far:
                far[there] = far[here] + 1
                queue.append(there)
    return far


@cache
def _imports() -> dict[str, frozenset[str]]:
    """Every module of ours and of the tests -> those that it imports, wherever in it."""
    paths = [path for part in (*WORLDS, "tests", "tools") for path in sorted((ROOT / part).rglob("*.py"))]
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}
    graph = {name: _imported(path, names) for name, path in names.items()}
    for name in names:
        conftest = f"{name.rpartition('.')[0]}.conftest"
        if ".test_" in name and conftest in names:
            graph[name] |= {conftest}
    return graph


def _imported(path: Path, names: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
            found |= _named_by(str(node.values[0].value), names)
    return frozenset(found & set(names))


def _named_by(beginning: str, names: Iterable[str]) -> set[str]:
    """What may be loaded as f"sesame.commands.{name}"."""
    return {name for name in names if name.startswith(beginning)} if beginning.startswith(MODULES) else set()
