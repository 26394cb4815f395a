"""The lowest versions that setup.cfg allows, as constraints for pip: what is declared is run."""

import configparser
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LOWER = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?\s*>=\s*(?P<version>[0-9.]+)[^;]*(?P<marker>;.*)?")


def list_constraints(setup: str) -> Iterator[str]:
    """`name==version` for each requirement in this text of a setup.cfg.

    Raises ValueError for one that has no lower bound: what is never run is not declared.
    """
    parsed = configparser.ConfigParser()
    parsed.read_string(setup)
    lists = [parsed["options"]["install_requires"], *parsed["options.extras_require"].values()]
    seen = set()
    for line in (line.strip() for text in lists for line in text.splitlines()):
        if not line or line.startswith("#") or line in seen:
            continue
        seen.add(line)
        found = LOWER.fullmatch(line)
        if not found:
            raise ValueError(f"setup.cfg: {line} has no lowest version")
        yield f"{found['name']}=={found['version']} {found['marker'] or ''}".strip()


if __name__ == "__main__":
    sys.stdout.write(
        "".join(f"{line}\n" for line in list_constraints((ROOT / "setup.cfg").read_text(encoding="utf-8")))
    )
