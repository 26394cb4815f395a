"""The mark by which a browser is known again as one that a customer has signed in from: its cookie, one a customer."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from bank.books.clock import WallClock, wall_ms
from bank.books.records import Customer, user_code
from bank.books.store_sql import SqlStore
from bank.operations.guarding import LONGEST_TERMINAL, meet_terminal
from bank.web.coopanet.frame import root_of
from web.cookies import read_token

DAYS_S: Final = 180 * 86_400
"""How long a browser keeps it without a visit; whoever comes from nowhere known is told of."""


@dataclass(frozen=True, slots=True)
class TerminalMarks:
    """The cookies over the books. Nothing in a cookie's name or value tells whose it is."""

    store: SqlStore
    wall: WallClock = wall_ms

    def read_mark(self, request: Request, user: str) -> str:
        """What the browser kept for that user code; nothing for what cannot be ours."""
        return read_token(request, self._name(user), LONGEST_TERMINAL)

    def meet(self, customer: Customer, mark: str) -> str:
        """The customer has signed in there: the mark to keep. Raises StateError."""
        return meet_terminal(self.store, customer.customer_id, mark, self.wall)

    def keep_mark(self, request: Request, answer: Response, user: str, mark: str) -> None:
        """Have the browser keep it."""
        secure, path = request.url.scheme == "https", root_of(request) or "/"
        answer.set_cookie(
            self._name(user), mark, max_age=DAYS_S, path=path, secure=secure, httponly=True, samesite="strict"
        )

    def _name(self, user: str) -> str:
        key = self.store.derive_key("terminal cookies")
        return f"terminal-{hmac.new(key, user_code(user).encode(), sha256).hexdigest()[:8]}"
