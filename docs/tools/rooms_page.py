"""Rooms and arrows, drawn from the data that tests/architecture_rules.py holds the house to.

The rules are read as text, not imported: documents stand above the product and know no tests.
"""

import ast
from collections.abc import Iterator
from typing import Any

from docs.tools.made import DOCS, Page

RULES = DOCS.parent / "tests" / "architecture_rules.py"

INTRODUCTION = """\
# Rooms and arrows

Who may import whom. The test `tests/test_architecture.py` reads every import of every module and holds the whole
house to these tables; an arrow leads from who knows to who is known.
What a room is for: [architecture.md](architecture.md).

## The worlds

"""

INNER = """
## Inside the worlds

A room may know the ground of its world and the rooms named here, and no other; no room leads back to itself.
The rules of what is being built stand here before its folder does, and hold from its first file on.

"""

OUTER = """
## The ground, the roof, and what stands beside

"""


def page() -> str:
    """The text that the page must have."""
    worlds, beside = read_table("MAY_IMPORT"), read_table("MAY_IMPORT", 1)
    rooms, ground, narrow, above = (read_table(name) for name in ("ROOMS", "GROUND", "NARROW", "ABOVE"))
    text = INTRODUCTION + "\n".join(_diagram((name, sorted(known - {name})) for name, known in worlds.items()))
    text += "\n" + INNER + "\n".join(_diagram((name, list(known)) for name, known in rooms.items())) + "\n" + OUTER
    text += "".join(f"- The ground of `{name}`: {_list(modules)}.\n" for name, modules in ground.items())
    text += "".join(f"- `{roof}` is a roof: only {_list([only])} may know it.\n" for roof, only in above.items())
    text += "".join(f"- `{name}` reads of the product {_list(only)} only.\n" for name, only in narrow.items())
    return text + f"- Nothing of the product may know {_list(beside)}.\n"


def read_table(name: str, which: int = 0) -> Any:  # noqa: ANN401 - sets and tuples by name
    """A table of the rules as they are written; `which`: 0 where it is made, 1 where it is added to. Names of other
    tables in it (`*PRODUCT`) are left out."""
    tree = ast.parse(RULES.read_text(encoding="utf-8"))
    found = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AugAssign) and node.value and name in _targets(node)
    ]
    for part in ast.walk(found[which]):
        if isinstance(part, ast.Set):
            part.elts = [each for each in part.elts if not isinstance(each, ast.Starred)]
    return ast.literal_eval(found[which])


def _targets(node: ast.Assign | ast.AugAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {each.id for each in targets if isinstance(each, ast.Name)}


def _diagram(arrows: Any) -> Iterator[str]:  # noqa: ANN401 - pairs of a name and those it knows
    yield "```mermaid\nflowchart BT"
    for name, known in arrows:
        yield f"    {_box(name)}"
        yield from (f"    {_box(name)} --> {_box(other)}" for other in known)
    yield "```"


def _box(name: str) -> str:
    return f'{name.replace(".", "_")}["{name}"]'


def _list(names: Any) -> str:  # noqa: ANN401 - any collection of names
    return ", ".join(f"`{name}`" for name in names)


PAGES = (Page("dev/rooms.md", page, "tests/architecture_rules.py"),)
