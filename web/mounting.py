"""An application below a path, for every address there is below it."""

import re

from starlette.routing import Mount
from starlette.types import ASGIApp


class WholeMount(Mount):
    """Starlette's ends at a line feed, which an address may have in it (%0A): the application that is mounted would
    not be asked, and somebody else would answer for it, in a form that it does not speak."""

    def __init__(self, path: str, app: ASGIApp, name: str | None = None) -> None:
        super().__init__(path, app=app, name=name)
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + r"\Z", re.DOTALL)
