"""What every error of the house says and carries that puts its own sentence together.

After a wanted change: `python -m pytest --golden-record tests/told`.
"""

import inspect
import types
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib import import_module
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from tests.golden_plugin import GoldenText
from tests.told.constants import list_modules, list_rooms
from tests.told.telling import tell_value

PACKAGES = ("bank", "device", "drivers", "launcher", "sesame", "sesame_core", "simulator", "web")

SAMPLES: dict[Any, object] = {str: "so", int: 7, bytes: b"\x07", bool: True}


def sample_of(kind: Any) -> object:  # noqa: ANN401 - whatever is annotated
    """A value of that kind; of several kinds the first."""
    if get_origin(kind) in (Union, types.UnionType):
        return sample_of(get_args(kind)[0])
    if get_origin(kind) in (Sequence, tuple, list):
        return (sample_of(get_args(kind)[0]),) * 2
    if get_origin(kind) is dict:
        return {}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{each.name: sample_of(hints[each.name]) for each in fields(kind) if each.init})  # type: ignore[operator]
    return SAMPLES[kind]


def list_errors(package: str) -> Iterator[tuple[str, type[Exception]]]:
    """Each that has its own way to be made."""
    for room in list_rooms(package):
        for name in list_modules(room):
            for kind in vars(import_module(name)).values():
                own = isinstance(kind, type) and issubclass(kind, Exception) and kind.__module__ == name
                if own and isinstance(vars(kind).get("__init__"), types.FunctionType):
                    yield name, kind


def make_errors(kind: type[Exception]) -> Iterator[Exception]:
    """With a sample of every argument that it names, and with those alone that it must be given."""
    init = vars(kind)["__init__"]
    hints = get_type_hints(init)
    _, *named = inspect.signature(init).parameters.values()
    for chosen in (named, [each for each in named if each.default is each.empty]):
        usual = [each for each in chosen if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
        places = [sample_of(hints[each.name]) for each in usual if each.kind is not each.KEYWORD_ONLY]
        yield kind(
            *places, **{each.name: sample_of(hints[each.name]) for each in usual if each.kind is each.KEYWORD_ONLY}
        )


@pytest.mark.parametrize("package", PACKAGES)
def test_errors_say_what_was_decided(package: str, golden_text: GoldenText) -> None:
    lines = []
    for name, kind in list_errors(package):
        for error in make_errors(kind):
            lines.append(f"{name}.{kind.__name__}: {error}")
            lines += [f"    {key} = {tell_value(value)}" for key, value in vars(error).items()]
    golden_text("\n".join(lines) + "\n", f"errors/{package}")
