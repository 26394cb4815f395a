"""Small wrongs, one at a time: what a tired programmer might have written in place of what stands there.

Left alone, because no test of behaviour could or should notice: docstrings, annotations, decorators, type aliases,
names of type variables, and the text of error messages. Outside the heart, whose every word is on a golden picture:
lines of the log, sentences (strings with a blank between words), and what a command's help says.
"""

import ast
import copy
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
ERRORS = ("CardError", "UsageError", "partial")
NOT_MUTATED = {"annotation", "returns", "decorator_list", "type_params"}
HELP = {"help", "description", "epilog", "metavar", "usage", "title"}
SENTENCE = re.compile(r"[^\W\d_].*[ \n].*[^\W\d_]|[ \n][^\W\d_]|[^\W\d_][,:;.]?[ \n]", re.DOTALL)
LOG = re.compile(r"(log|logger|logging)\.(debug|info|warning|error|exception)")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong: where, what, and the whole module with it."""

    line: int
    what: str
    source: str
    where: str
    """The function that it is in, by its qualified name, or the class; "" where a module's own statements are."""


@dataclass(frozen=True, slots=True)
class MutantOptions:
    """What is left alone outside the heart: sentences and the log."""

    sentences: bool = True


def mutants(source: str, wish: MutantOptions = MutantOptions(), only: Container[int] | None = None) -> Iterator[Mutant]:
    """Every mutant of a module, or those of these numbers."""
    tree = ast.parse(source)
    for number, (place, changed) in enumerate(_changed(tree, wish)):
        if only is None or number in only:
            yield Mutant(
                place.line, f"{_short(place.node)} -> {_short(changed)}", place.applied(tree, changed), place.where
            )


def number_of_mutants(source: str, wish: MutantOptions = MutantOptions()) -> int:
    """How many there are; much quicker than to make them."""
    return sum(1 for _ in _changed(ast.parse(source), wish))


def _changed(tree: ast.Module, wish: MutantOptions) -> Iterator["tuple[_Place, ast.AST]"]:
    for place in _places(tree, wish):
        for changed in _changes(place.node):
            yield place, changed


@dataclass(frozen=True, slots=True)
class _Place:
    """A node, and how to put another in its place."""

    parent: ast.AST
    name: str
    index: int | None
    node: ast.AST
    where: str = ""

    @property
    def line(self) -> int:
        return int(getattr(self.node, "lineno", getattr(self.parent, "lineno", 0)))

    def applied(self, tree: ast.Module, changed: ast.AST) -> str:
        """The module's source with `changed` here."""
        self._put(changed)
        try:
            return ast.unparse(ast.fix_missing_locations(tree))
        finally:
            self._put(self.node)

    def _put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.name, node)
        else:
            getattr(self.parent, self.name)[self.index] = node


def _places(parent: ast.AST, wish: MutantOptions, where: str = "") -> Iterator[_Place]:
    where = _inside(parent, where)
    for name, value in ast.iter_fields(parent):
        if name in NOT_MUTATED or _is_message(parent, name) or _is_alias(parent):
            continue
        nodes = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, node in nodes:
            if isinstance(node, ast.AST) and not _is_docstring(parent, name, index, node):
                place = _Place(parent, name, index, node, where)
                if not _left_alone(place, wish):
                    yield place
                    yield from _places(node, wish, where)


def _inside(node: ast.AST, where: str) -> str:
    """The qualified name of what is in a function or a class, as Python gives it."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return where
    own = f"{where}.{node.name}" if where else node.name
    return own if isinstance(node, ast.ClassDef) else f"{own}.<locals>"


def _left_alone(place: _Place, wish: MutantOptions) -> bool:
    return not wish.sentences and _is_talk(place)


def _is_message(parent: ast.AST, name: str) -> bool:
    """The arguments of an error are its fault, whose name the tests ask for, and text for people."""
    return isinstance(parent, ast.Call) and name == "args" and getattr(parent.func, "id", "") in ERRORS[:2]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_talk(place: _Place) -> bool:
    """A sentence, a line of the log, the help of an option, the text of an error of any kind."""
    node, parent = place.node, place.parent
    if _is_text(node) and any(SENTENCE.search(str(getattr(each, "value", ""))) for each in _said_together(place)):
        return True
    if isinstance(parent, ast.keyword) and parent.arg in HELP and _is_text(node):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return bool(LOG.fullmatch(ast.unparse(node.value.func)))
    return _is_text(node) and isinstance(parent, ast.Call) and _speaks(parent)


def _said_together(place: _Place) -> list[ast.AST]:
    """A string with those that an f-string says beside it: its punctuation is a sentence's, too."""
    parts = place.parent.values if isinstance(place.parent, ast.JoinedStr) else [place.node]
    return [each for each in parts if _is_text(each)]


def _speaks(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    return name.endswith(("Error", "TypeVar", "NewType")) or bool(LOG.fullmatch(name))


def _is_alias(parent: ast.AST) -> bool:
    """Also a list of what a module exports: the linter judges it."""
    if isinstance(parent, ast.Assign) and ast.unparse(parent.targets[0]) == "__all__":
        return True
    return isinstance(parent, ast.AnnAssign) and ast.unparse(parent.annotation) == "TypeAlias"


def _is_docstring(parent: ast.AST, name: str, index: int | None, node: ast.AST) -> bool:
    """Also the strings that stand under a constant to explain it."""
    return name == "body" and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    for kind, change in CHANGES.items():
        if isinstance(node, kind):
            yield from change(node)


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    changed = copy.deepcopy(node)
    changed.ops[0] = COMPARISONS[type(node.ops[0])]()
    yield changed


def _operation(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in OPERATORS:
        yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)


def _logic(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _negation(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    match node.value:
        case bool():
            yield ast.Constant(not node.value)
        case int():
            yield ast.Constant(node.value + 1)
        case str() | bytes() if node.value:
            yield ast.Constant(node.value[:-1])


def _condition(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    if not isinstance(node.test, ast.Compare):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), changed.test)
        yield changed


def _dropped(node: ast.stmt) -> Iterator[ast.AST]:
    """A statement that is forgotten. (Without an ordinary assignment nothing would run at all.)"""
    if not isinstance(node, ast.Assign) or isinstance(node.targets[0], ast.Attribute | ast.Subscript):
        yield ast.Pass()


def _dict(node: ast.Dict) -> Iterator[ast.AST]:
    for index in range(len(node.keys)):
        kept = [at for at in range(len(node.keys)) if at != index]
        yield ast.Dict([node.keys[at] for at in kept], [node.values[at] for at in kept])


def _call(node: ast.Call) -> Iterator[ast.AST]:
    """An argument of `replace` that is forgotten; a phase that a rule does not name."""
    if getattr(node.func, "id", "") == "replace" and len(node.keywords) > 1:
        for index in range(len(node.keywords)):
            yield ast.Call(node.func, node.args, node.keywords[:index] + node.keywords[index + 1 :])
    if getattr(node.func, "id", "") == "_make_cell" and len(node.args) > 1:
        for index in range(1, len(node.args)):
            yield ast.Call(node.func, node.args[:index] + node.args[index + 1 :], node.keywords)


def _tuple(node: ast.Tuple) -> Iterator[ast.AST]:
    """Effects and other rows of values, one of them forgotten; not a pair that is taken apart by its receiver."""
    if isinstance(node.ctx, ast.Load) and node.elts and all(isinstance(each, ast.Call) for each in node.elts):
        for index in range(len(node.elts)):
            yield ast.Tuple(node.elts[:index] + node.elts[index + 1 :], ast.Load())


CHANGES: dict[type | tuple[type, ...], Callable[..., Iterator[ast.AST]]] = {
    ast.Compare: _compare,
    ast.BinOp: _operation,
    ast.BoolOp: _logic,
    ast.UnaryOp: _negation,
    ast.Constant: _constant,
    (ast.If, ast.IfExp): _condition,
    (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise): _dropped,
    ast.Dict: _dict,
    ast.Call: _call,
    ast.Tuple: _tuple,
}


def _short(node: ast.AST) -> str:
    text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).splitlines()[0]
    return text if len(text) <= 70 else text[:67] + "..."
