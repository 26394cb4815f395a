"""Two applications at one address, each with a guard of its own."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True)
class PathSplit:
    """`below` answers for `path` and all below it, `others` for the rest. Neither sees what is the other's."""

    path: str
    below: ASGIApp
    others: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """To the one or the other."""
        asked = scope.get("path", "") if scope["type"] == "http" else ""
        own = asked == self.path or asked.startswith(f"{self.path}/")
        await (self.below if own else self.others)(scope, receive, send)
