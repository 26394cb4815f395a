"""How a part that is missing is installed here: from this very checkout, into this very environment.

Never by the project's name: on PyPI that name is not ours, and could be anybody's.
"""

import json
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from shlex import quote
from typing import Final
from urllib.parse import unquote, urlsplit

NAME: Final = "sesame-reader"


def install_extra(extra: str) -> str:
    """The line to type to have an extra of setup.cfg, in the environment that runs this."""
    checkout, editable = _origin()
    pip = f"{quote(sys.executable)} -m pip install{' --editable' if editable else ''}"
    if checkout is None:
        return f"{pip} '.[{extra}]' in the project's folder"
    return f"{pip} {quote(f'{checkout}[{extra}]')}"


def _origin() -> tuple[Path | None, bool]:
    """The checkout that this was installed from, None when it is not there any more; and whether it is still read from
    there (PEP 610)."""
    here = Path(__file__).resolve().parent.parent
    if (here / "setup.cfg").is_file():
        return here, True
    try:
        url = json.loads(distribution(NAME).read_text("direct_url.json") or "{}").get("url", "")
    except (PackageNotFoundError, ValueError):
        url = ""
    came_from = Path(unquote(urlsplit(url).path))
    return (came_from if url.startswith("file:") and (came_from / "setup.cfg").is_file() else None), False
