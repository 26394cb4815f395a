"""Who uses the library with types is helped by them: every name has its own, a wrong call is found before it runs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

RIGHT = """
from sesame import Reader, ReaderError, WrongPinError

with Reader.virtual("bank-card") as reader:
    try:
        code: str = reader.code("1234", amount="25000", account="00000189")
    except WrongPinError as error:
        left: int = error.tries_left
    except ReaderError as error:
        print(error.fault.name)
    tries: int | None = reader.tries_left
"""

WRONG = 'from sesame import Reader\n\nReader.virtual("bank-card").code(1234)\n'


def check(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(program)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "program.py"],
        cwd=folder,
        env={"MYPYPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_right_program_passes_the_strict_check(tmp_path: Path) -> None:
    done = check(tmp_path, RIGHT)
    assert done.returncode == 0, done.stdout


def test_a_wrong_program_does_not(tmp_path: Path) -> None:
    done = check(tmp_path, WRONG)
    assert 'incompatible type "int"; expected "str"' in done.stdout


def test_each_world_says_that_it_is_typed() -> None:
    worlds = ("sesame", "sesame_core", "drivers", "device", "simulator", "bank", "web")
    assert all((ROOT / world / "py.typed").exists() for world in worlds)
