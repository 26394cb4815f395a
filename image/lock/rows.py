"""A list of what is pinned, as text: a line each, in the order of their names, each name once."""

import re
from collections.abc import Iterator

from image.shell import ImageError


def read_rows(text: str, row: re.Pattern[str], file: str, form: str, cure: str = "") -> Iterator[re.Match[str]]:
    """The lines of a list, but for remarks; `row` names its groups, `name` among them. Raises ImageError, which says
    the `file`, the `form` of a line and what to do, for a line that is none, and for names twice or out of order."""
    names = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            found = row.fullmatch(line)
            if found is None:
                raise ImageError(f"{file}, line {number} is not {form}{cure}")
            names.append(found["name"])
            yield found
    if not names or names != sorted(set(names)):
        raise ImageError(f"{file}: no names, a name twice, or names out of order{cure}")
