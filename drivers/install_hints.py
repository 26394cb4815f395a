"""How a part that is missing is installed here: from this very checkout, into this very environment.

Never by the project's name: on PyPI that name is not ours, and could be anybody's.

Every start loads this module, and hardly any needs a hint: `importlib.metadata` alone, which brings the readers of mail
and of zip files along, costs as much as making a code, so each function loads what it uses.
"""

import sys
from pathlib import Path
from typing import Final

NAME: Final = "sesame-reader"


def install_extra(extra: str) -> str:
    """The line to type to have an extra of setup.cfg, in the environment that runs this."""
    from shlex import quote  # noqa: PLC0415 - only where something is missing

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
    import json  # noqa: PLC0415 - only where something is missing
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - the same
    from urllib.parse import unquote, urlsplit  # noqa: PLC0415 - the same

    try:
        url = json.loads(distribution(NAME).read_text("direct_url.json") or "{}").get("url", "")
    except (PackageNotFoundError, ValueError):
        url = ""
    came_from = Path(unquote(urlsplit(url).path))
    return (came_from if url.startswith("file:") and (came_from / "setup.cfg").is_file() else None), False
