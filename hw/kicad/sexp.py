"""S-expressions as KiCad writes them: nested lists, bare words, quoted strings, numbers.

Source: KiCad developer documentation, "S-expression format".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

GRID_MM: Final = 1.27
"""The schematic grid: 50 mil."""


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word, written without quotes (`yes`, `input`)."""

    text: str


Node: TypeAlias = "Word | str | float | int | list[Node]"

_TOKEN: Final = re.compile(r'\s*(?:([()])|"((?:[^"\\]|\\.)*)"|([^\s()"]+))')


def number(value: float) -> str:
    """At most four decimals, no trailing zeros, never `-0`: the same bytes on every machine."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def atom(node: Word | str | float) -> str:
    """One leaf as KiCad writes it."""
    if isinstance(node, Word):
        return node.text
    if isinstance(node, str):
        escaped = node.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return number(node)


def is_flat(node: list[Node]) -> bool:
    """True for a list without lists."""
    return not any(isinstance(child, list) for child in node)


def dumps(node: Node, depth: int = 0) -> str:
    """The text of a node: one line a list, children indented by tabs."""
    indent = "\t" * depth
    if not isinstance(node, list):
        return indent + atom(node)
    leading = " ".join(atom(child) for child in node if not isinstance(child, list))
    if is_flat(node):
        return f"{indent}({leading})"
    children = "\n".join(dumps(child, depth + 1) for child in node if isinstance(child, list))
    return f"{indent}({leading}\n{children}\n{indent})"


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """The text cut into brackets ("b"), strings ("s") and words ("w")."""
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        bracket, string, word = match.groups()
        if bracket:
            yield "b", bracket
        elif word:
            yield "w", word
        else:
            yield "s", re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], string)


def loads(text: str) -> list[Node]:
    """Parse one expression. Raises ValueError when the brackets do not match."""
    stack: list[list[Node]] = [[]]
    for kind, value in tokens(text):
        if kind == "b" and value == "(":
            stack.append([])
        elif kind == "b":
            if len(stack) < 2:
                raise ValueError("a closing bracket too many")
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(value if kind == "s" else Word(value))
    if len(stack) != 1 or not stack[0] or not isinstance(stack[0][0], list):
        raise ValueError("not one complete expression")
    return stack[0][0]


def head(node: Node) -> str:
    """The word a list begins with; empty for anything else."""
    return node[0].text if isinstance(node, list) and node and isinstance(node[0], Word) else ""


def children(node: list[Node], name: str) -> list[list[Node]]:
    """The lists inside `node` that begin with `name`."""
    return [child for child in node if isinstance(child, list) and head(child) == name]


def text_of(node: list[Node], name: str) -> str:
    """The first value of the first child `name`. Raises KeyError when there is none."""
    for child in children(node, name):
        value = child[1]
        return value.text if isinstance(value, Word) else str(value)
    raise KeyError(name)
