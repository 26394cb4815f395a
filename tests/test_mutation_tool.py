"""The tool that plants wrongs (python -m tests.mutation) knows every module of the heart, and plants real ones."""

import argparse
import ast

import pytest

from tests.mutation import __main__ as tool
from tests.mutation import modules
from tests.mutation.mutants import Wish, mutants, number_of_mutants

SOURCE = "def least(a: int, b: int) -> int:\n    return a if a < b else b + 1\n"


def test_every_module_of_the_heart_has_its_tests() -> None:
    assert set(modules.FIRST) <= set(modules.heart_modules())
    paths = [path for module in modules.heart_modules() for path in (*modules.tests_for(module), modules.LAST)]
    assert all((modules.ROOT / path).exists() for path in paths)


def test_each_wrong_is_another_program() -> None:
    planted = [mutant.source for mutant in mutants(SOURCE)]
    assert len(planted) == number_of_mutants(SOURCE) >= 3
    assert [mutant.source for mutant in mutants(SOURCE, only={1})] == planted[1:2]
    assert len({ast.dump(ast.parse(each)) for each in (SOURCE, *planted)}) == len(planted) + 1


def test_what_counts_as_no_wrong_still_stands_in_its_module() -> None:
    """A name is the module, what was done, and the line's text: when the line changes, it must be judged anew."""
    for name in tool.equivalents():
        module, _, rest = name.partition(": ")
        line = rest.partition(" in: ")[2]
        assert line in (text.strip() for text in modules.modules()[module].read_text(encoding="utf-8").splitlines()), (
            name
        )


def test_every_module_outside_the_heart_is_looked_at_by_a_test() -> None:
    """But for the two lines that call the command line."""
    blind = [module for module in modules.modules() if not modules.tests_for(module)]
    assert blind == ["sesame.__main__"]


def test_the_tests_that_look_at_a_module_are_its_own_first() -> None:
    assert modules.tests_for("drivers.gpio.switch")[0] == "tests/drivers/test_gpio_switch.py"
    assert modules.tests_for("bank.verification")[0] == "tests/bank/test_verify.py"
    assert "tests/flows/test_terminal_page.py" in modules.tests_for("simulator.terminal"), "it runs a process"


def sampled(names: list[str], sample: int | None, seed: int = 1) -> list[tool.Task]:
    return list(tool.tasks_of(argparse.Namespace(modules=modules.chosen(names), sample=sample, seed=seed)))


def test_a_sample_is_drawn_from_each_package_by_its_seed() -> None:
    names = ["device.reader.link", "device.pace", "simulator.script"]
    drawn = sampled(names, 5)
    assert [modules.world_of(task.module) for task in drawn] == ["device", "simulator"] * 5
    assert [task.name for task in drawn] == [task.name for task in sampled(names, 5)]
    assert [task.name for task in drawn] != [task.name for task in sampled(names, 5, seed=2)]
    everything = sampled(["device.signals"], None)
    assert len(sampled(["device.signals"], 1000)) == len(everything) > 1


def test_a_name_is_a_module_or_a_package() -> None:
    assert modules.chosen(["pin", "bank.web", "pin"])[0] == "pin"
    assert set(modules.chosen(["drivers"])) == {name for name in modules.modules() if name.startswith("drivers.")}
    with pytest.raises(KeyError, match=r"no module 'bank\.vaults'"):
        modules.chosen(["bank.vaults"])


TALK = """
log.warning("it fails")
log.warning(f"it fails {1}")
raise DriverError("no")
parser.add_argument("--seed", help="of")
print("a sentence of words")
x = "word"
"""


def test_outside_the_heart_what_is_said_is_left_alone() -> None:
    outside = Wish(sentences=False)
    assert {2, 3}.isdisjoint(mutant.line for mutant in mutants(TALK, outside))
    kept = [mutant.what for mutant in mutants(TALK, outside)]
    assert "'word' -> 'wor'" in kept
    assert "'--seed' -> '--see'" in kept
    assert not any("'no'" in what and "DriverError" not in what for what in kept)
    assert not any(what.startswith("'of'") or what.startswith("'a sentence") for what in kept)
    assert not any("'wor" in mutant.what for mutant in mutants(TALK, Wish(sentences=False, texts=False)))
