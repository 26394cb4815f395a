"""`python -m docs.tools.page_pictures`: pages and windows, taken from the real ones while their courses run.

A page is drawn by whichever Chromium and fonts a machine has, so that no two machines draw the same pixels: these are
made on demand and looked at, and `--check` of `docs.tools` does not compare them.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final

from PIL import Image

from docs.tools.made import DOCS

COURSES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "tests/browser/test_browser_entrance.py": (
            "branch-entrance-laptop-fr.png",
            "branch-telephone-codes-fr.png",
            "branch-telephone-asked-fr.png",
            "branch-telephone-approved-fr.png",
            "branch-telephone-refused-fr.png",
        ),
        "tests/browser/test_browser_key.py": (
            "branch-key-consent-1440-fr.png",
            "branch-key-payment-1440-fr.png",
            "branch-key-number-fr.png",
            "branch-key-accounts-fr.png",
        ),
        "tests/launcher/test_launcher_window.py": (
            "branch-key-window-asking-fr.png",
            "branch-key-window-trouble-fr.png",
            "branch-key-window-updating-fr.png",
            "branch-key-window-corner-fr.png",
        ),
    }
)
"""Each course, and which of the pictures that it takes stand in a document."""
COLOURS: Final = 96


def take_pictures(folder: Path) -> int:
    """Run the courses, and write what they show below `folder`. The exit status of the first that fails, else 0."""
    for course, names in COURSES.items():
        with TemporaryDirectory() as taken:
            command = [sys.executable, "-m", "pytest", "-q", course]
            environment = {**os.environ, "SESAME_PICTURES": taken}
            run = subprocess.run(command, cwd=DOCS.parent, env=environment, check=False)  # noqa: S603 - written here
            if run.returncode:
                return run.returncode
            for name in names:
                with Image.open(Path(taken) / name) as picture:
                    picture.convert("RGB").quantize(COLOURS).save(folder / name, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(take_pictures(DOCS / "pictures"))
