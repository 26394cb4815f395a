"""Every recipe of CONTRIBUTING.md, followed literally in a copy of the checkout, shows the thing to be there."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.door.recipes import Create, Kitchen, PutIn, RecipeError, Run, recipes, steps_of

WANTED = {"a card", "a display", "a keypad", "a language", "a command", "a setting"}

SAMPLE = """
In `a.txt`, below `one`, add:

```text
two
```

Create `b.txt`:

```text
b
```

```console
$ cat a.txt b.txt
two
b
$ true
```
"""


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    return Kitchen(tmp_path)


def test_a_recipe_is_read_as_it_is_written() -> None:
    assert list(steps_of(SAMPLE)) == [
        PutIn("a.txt", "one", "two\n"),
        Create("b.txt", "b\n"),
        Run("cat a.txt b.txt", ("two", "b")),
        Run("true", ()),
    ]


@pytest.mark.parametrize(
    "step",
    [
        PutIn("README.md", "no such line", "x\n"),
        PutIn("README.md", "", "after which of the empty lines?\n"),
        Create("README.md", "x\n"),
        Run("false", ()),
        Run("echo one", ("two",)),
    ],
    ids=str,
)
def test_a_recipe_that_does_not_work_is_noticed(kitchen: Kitchen, step: PutIn | Create | Run) -> None:
    with pytest.raises(RecipeError):
        kitchen.follow(step)


def test_a_block_that_goes_nowhere_is_noticed() -> None:
    with pytest.raises(RecipeError, match="where does this go"):
        list(steps_of("And then:\n\n```python\nx = 1\n```\n"))


def test_every_recipe_is_there_and_ends_by_showing_the_thing() -> None:
    assert recipes().keys() == WANTED
    for text in recipes().values():
        steps = list(steps_of(text))
        assert any(isinstance(step, PutIn | Create) for step in steps)
        assert any(isinstance(step, Run) and step.expected for step in steps)


@pytest.mark.parametrize("name", sorted(WANTED))
def test_a_recipe_is_followed_literally(name: str, kitchen: Kitchen) -> None:
    for step in steps_of(recipes()[name]):
        kitchen.follow(step)
    checked = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--quiet",
        "--isolated",
        "--select",
        "E9,F",
        str(kitchen.checkout),
    ]
    assert subprocess.run(checked, check=False).returncode == 0
