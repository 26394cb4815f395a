"""The tool that plants wrongs (python -m tests.mutation) knows every module of the heart, and plants real ones."""

import argparse
import ast
from pathlib import Path

import pytest

from tests.mutation import __main__ as tool
from tests.mutation import modules
from tests.mutation.bench import Bench
from tests.mutation.looks import MOST_S, Looks, TracedTest, read_traces
from tests.mutation.mutants import MutantOptions, mutants, number_of_mutants

SOURCE = "def least(a: int, b: int) -> int:\n    return a if a < b else b + 1\n"


def test_every_module_of_the_heart_has_its_tests() -> None:
    assert set(modules.FIRST) <= set(modules.heart_modules())
    paths = [path for module in modules.heart_modules() for path in (*modules.tests_for(module), modules.LAST)]
    assert all((modules.ROOT / path).exists() for path in paths)
    assert modules.tests_for("piv.keys") == [path for path in paths if path.startswith("tests/key/")][:3]


def test_each_wrong_is_another_program() -> None:
    planted = [mutant.source for mutant in mutants(SOURCE)]
    assert len(planted) == number_of_mutants(SOURCE) >= 3
    assert [mutant.source for mutant in mutants(SOURCE, only={1})] == planted[1:2]
    assert len({ast.dump(ast.parse(each)) for each in (SOURCE, *planted)}) == len(planted) + 1


def test_what_counts_as_no_wrong_still_stands_in_its_module() -> None:
    """A name is the module, what was done, and the line's text: when the line changes, it must be judged anew."""
    for name in tool.equivalents():
        module, _, rest = name.partition(": ")
        line, _, where = rest.partition(" in: ")[2].partition(" @ ")
        assert line in (text.strip() for text in modules.modules()[module].read_text(encoding="utf-8").splitlines()), (
            name
        )
        if where:
            found = [task for task in tool.tasks_in(module) if task.is_one_of({name})]
            assert len(found) == 1, name


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


NESTED = """
LIMIT = 3

class Box:
    size: int = 4

    def fill(self) -> int:
        def more() -> int:
            return 5
        return more() + 6
"""


def test_a_wrong_knows_the_function_that_it_is_in() -> None:
    """As Python itself names functions: this is how `tracing` and the planter speak of the same one."""
    namespace: dict[str, object] = {}
    exec(compile(NESTED, "nested.py", "exec"), namespace)
    box = namespace["Box"]
    assert isinstance(box, type)
    names = {"", "Box", f"{box.fill.__qualname__}.<locals>", f"{box.fill.__qualname__}.<locals>.more.<locals>"}  # type: ignore[attr-defined]
    assert {mutant.where for mutant in mutants(NESTED)} == names


def a_test(name: str, seconds: float, *seen: str) -> TracedTest:
    return TracedTest(f"tests/{name}", seconds, frozenset(seen))


def test_who_executes_the_function_judges_it_the_narrowest_first() -> None:
    place = "drivers/clock.py:SteppedClock.advance"
    wide = a_test("drivers/test_sound_patterns.py::test_wide", 1, place, "drivers/clock.py:a", "drivers/clock.py:b")
    narrow = a_test("drivers/test_clock.py::test_narrow", 1, place)
    other = a_test("drivers/test_clock.py::test_other", 1, "drivers/clock.py:SteppedClock.now")
    far = [a_test(f"web/test_far.py::test_{number}", 1, place, *"abcdefg") for number in range(100)]
    looks = Looks([*far, wide, narrow, other])
    stages = looks.stages("drivers.clock", "drivers/clock.py", "SteppedClock.advance.<locals>")
    assert stages[0] == [narrow, wide]
    assert len(stages[1]) == MOST_S - 2, "so much time there is, and no more"
    unseen = looks.stages("drivers.clock", "drivers/clock.py", "SteppedClock.new.<locals>")
    assert {test for stage in unseen for test in stage} > {narrow, other}, "those of the class"
    whole = looks.stages("drivers.clock", "drivers/clock.py", "")
    assert {narrow, other, wide} <= {test for stage in whole for test in stage}, "a module's own statements: all"


def test_what_tells_a_modules_own_statements_is_the_first_to_judge_them_and_the_last_for_a_function() -> None:
    told = [f"told/test_{name}" for name in (
        "constants_told.py::test_constants[web]", "constants_told.py::test_constants[bank.web]",
        "schema_told.py::test_tables[sqlite]", "words_told.py::test_words[web.clock]")]  # fmt: skip
    near = a_test("web/test_clock.py::test_near", 1, "web/clock.py:seconds")
    looks = Looks([near, *(a_test(name, 1) for name in told)])
    of_clock = [[f"tests/{told[0]}", f"tests/{told[3]}"]]
    ordered = [[test.name for test in stage] for stage in looks.stages("web.clock", "web/clock.py", "")]
    assert ordered == [*of_clock, [near.name]]
    ordered = [[test.name for test in stage] for stage in looks.stages("web.clock", "web/clock.py", "seconds.<locals>")]
    assert ordered == [[near.name], *of_clock]
    assert modules.tells(f"tests/{told[2]}", "bank.books.schema_keys")
    assert not modules.tells(f"tests/{told[2]}", "bank.books.bell")


def test_a_test_that_takes_too_long_or_a_function_that_nobody_knows_is_no_error() -> None:
    looks = Looks([a_test("web/test_long.py::test_long", 100, "web/once.py:Submissions.once")])
    assert looks.stages("web.once", "web/once.py", "Submissions.once.<locals>") == []


def test_the_tests_that_ran_say_what_they_execute(tmp_path: Path) -> None:
    """In their own process, in one that they start, and in what the file's fixtures do for all of them."""
    with Bench(tmp_path / "copy", set()) as bench:
        sample = tmp_path / "copy/tests/web/test_sample.py"
        sample.write_text(SAMPLE, encoding="utf-8")
        traces = tmp_path / "traces"
        traces.mkdir()
        bench.trace("tests/web/test_sample.py", str(traces))
    told = read_traces(traces)
    seen = {name.rpartition("::")[2]: names for name, (_, names) in told.items()}
    assert set(seen) == {"test_one", "test_two"}, "the one that fails is of no use"
    shared = "web/sessions.py:Sessions.open_session"
    assert all(shared in names for names in seen.values())
    assert "web/guard.py:content_policy" in seen["test_one"]
    assert "web/guard.py:content_policy" not in seen["test_two"]
    assert "web/clock.py:seconds_asleep_too" in seen["test_two"], "a process"


SAMPLE = """
import subprocess
import sys

import pytest

from web.guard import content_policy
from web.sessions import Sessions


@pytest.fixture(scope="module")
def token():
    return Sessions().open_session("x")


def test_one(token):
    assert content_policy() and token


def test_two(token):
    subprocess.run([sys.executable, "-c", "import web.clock"], check=True)


def test_three():
    raise AssertionError
"""


def test_a_wrong_is_noticed_by_the_tests_that_are_named(tmp_path: Path) -> None:
    path = "web/clock.py"
    right = (modules.ROOT / path).read_text(encoding="utf-8")
    wrong = right.replace("1_000_000_000", "1_000_000_001")
    assert wrong != right
    file = "tests/web/test_what_pages_stand_on.py"
    other = [TracedTest(f"{file}::test_signing_off_ends_one_and_the_end_ends_all", 1, frozenset())]
    renamed = "test_seconds_are_counted_by_the_first_clock_that_goes_on_asleep[a name from before the wrong]"
    clock = [TracedTest(f"{file}::{renamed}", 1, frozenset())]
    with Bench(tmp_path / "copy", set()) as bench:
        assert not bench.notices([other], path, wrong)
        assert bench.notices([other, clock], path, wrong), "all of that function are run"
        assert not bench.notices([other, clock])


TALK = """
log.warning("it fails")
log.warning(f"it fails {1}")
raise DriverError("no")
parser.add_argument("--seed", help="of")
print("a sentence of words")
x = "word"
faults.append(f"{x}: {x} is not known")
key = f"{x}; {x}"
__all__ = ["exported"]
"""


def test_outside_the_heart_what_is_said_is_left_alone() -> None:
    outside = MutantOptions(sentences=False)
    assert {2, 3}.isdisjoint(mutant.line for mutant in mutants(TALK, outside))
    kept = [mutant.what for mutant in mutants(TALK, outside)]
    assert "'word' -> 'wor'" in kept
    assert "'--seed' -> '--see'" in kept
    assert "': ' -> ':'" not in kept, "a sentence's"
    assert "'exported' -> 'exporte'" not in kept
    assert "'; ' -> ';'" in kept, "no sentence's"
    assert not any("'no'" in what and "DriverError" not in what for what in kept)
    assert not any(what.startswith("'of'") or what.startswith("'a sentence") for what in kept)
