"""The tool that plants wrongs (python -m tests.mutation) knows every module of the heart, and plants real ones."""

import ast

from tests.mutation import __main__ as tool
from tests.mutation.mutants import mutants

SOURCE = "def least(a: int, b: int) -> int:\n    return a if a < b else b + 1\n"


def test_every_module_of_the_heart_has_its_tests() -> None:
    assert set(tool.FIRST) == set(tool.heart_modules())
    assert all((tool.ROOT / path).exists() for module in tool.FIRST for path in (*tool.tests_for(module), tool.LAST))


def test_each_wrong_is_another_program() -> None:
    planted = [mutant.source for mutant in mutants(SOURCE)]
    assert len(planted) >= 3
    assert len({ast.dump(ast.parse(each)) for each in (SOURCE, *planted)}) == len(planted) + 1


def test_what_counts_as_no_wrong_still_stands_in_its_module() -> None:
    """A name is the module, what was done, and the line's text: when the line changes, it must be judged anew."""
    for name in tool.equivalents():
        module, _, rest = name.partition(": ")
        line = rest.partition(" in: ")[2]
        assert line in (
            text.strip() for text in tool.heart_modules()[module].read_text(encoding="utf-8").splitlines()
        ), name
