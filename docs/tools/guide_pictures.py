"""The pictures of the guide's first try, from docs/guide.sesame as the reader plays it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from docs.tools.made import DOCS, Sheet
from simulator.bench import Bench
from simulator.script import Player, read_script

SCALE = 3


def pictures() -> Iterator[Sheet]:
    """One for each `screenshot` of the script."""
    with TemporaryDirectory() as folder:
        Player(Bench(), Path(folder), scale=SCALE).play(tuple(read_script(DOCS / "guide.sesame")))
        for file in sorted(Path(folder).iterdir()):
            with Image.open(file) as opened:
                yield Sheet(f"pictures/{file.name}", opened.copy().copy)
