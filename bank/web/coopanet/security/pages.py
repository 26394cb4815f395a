"""« Sécurité »: the telephone and its exemptions, browsers that are known, consents; each ended by the customer.

Ending needs no confirmation: it takes away what somebody else might use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bank.languages import choose_words
from bank.operations.guarding import forget_terminal, identify_terminal, list_terminals
from bank.partners.consents import Consents
from bank.securpass.approving.trusting import Exemption
from bank.securpass.service import SecurPassService
from bank.web.coopanet.frame import Frame, go_to
from bank.web.coopanet.security.words import SecurityWords, list_security_words
from bank.web.coopanet.space.visiting import Visit, make_own_page, read_visitors_form
from bank.web.coopanet.terminals import TerminalMarks

DONE: Final = "done=1"


@dataclass(frozen=True)
class SecurityPages:
    """The page and its buttons."""

    frame: Frame
    phones: SecurPassService
    terminals: TerminalMarks
    words: Mapping[str, SecurityWords] = field(default_factory=list_security_words)

    def list_routes(self) -> list[Route]:
        """Every address."""
        frame, here = self.frame, "/{language}/security"
        ends = {"exemption": self.end_exemption, "terminal": self.forget_terminal, "consent": self.end_consent}
        return [
            Route(here, make_own_page(frame, self.show_page), name="security"),
            *(
                Route(f"{here}/{name}/{{which}}", make_own_page(frame, end), methods=["POST"], name=f"end_{name}")
                for name, end in ends.items()
            ),
        ]

    async def show_page(self, visit: Visit) -> Response:
        """All of it."""
        consents, now_ms = await run_in_threadpool(self._consents.list_consents, visit.file.customer_id)
        shown: dict[str, Any] = {"consents": consents, "now_ms": now_ms}
        shown["trust"] = await run_in_threadpool(self.phones.read_trust, visit.file.customer_id)
        shown["known"] = await run_in_threadpool(list_terminals, self.frame.books, visit.file.customer_id)
        shown["this_terminal"] = await run_in_threadpool(self._identify, visit)
        shown["policy"], shown["y"] = self.phones.frame.policy, choose_words(self.words, visit.words.language)
        shown["done"] = visit.request.query_params.get("done") == "1"
        return self.frame.render_page(visit.request, visit.words, "security.html", **shown)

    async def end_exemption(self, visit: Visit) -> Response:
        """He wants to be asked again."""
        exemption = next((one for one in Exemption if one.value == visit.request.path_params["which"]), None)
        if exemption is None:
            raise HTTPException(404)
        return await self._end(visit, lambda: self.phones.end_exemption(visit.file.customer_id, exemption))

    async def forget_terminal(self, visit: Visit) -> Response:
        """He does not know that browser, or uses it no more."""
        store, which, wall = self.frame.books, visit.request.path_params["which"], self.frame.wall
        return await self._end(visit, lambda: forget_terminal(store, visit.file.customer_id, which, wall))

    async def end_consent(self, visit: Visit) -> Response:
        """The partner reads nothing any more."""
        which = visit.request.path_params["which"]
        return await self._end(visit, lambda: self._consents.end_consent(visit.file.customer_id, which))

    async def _end(self, visit: Visit, act: Callable[[], bool]) -> Response:
        """What is ended already, or is another's, changes nothing."""
        await read_visitors_form(self.frame, visit)
        done = await run_in_threadpool(act)
        return go_to(visit.request, "security", visit.words, DONE if done else "")

    @property
    def _consents(self) -> Consents:
        return Consents(self.frame.books, self.frame.wall)

    def _identify(self, visit: Visit) -> str:
        customer = visit.request.state.customer
        mark = self.terminals.read_mark(visit.request, customer.user)
        return identify_terminal(self.frame.books, customer.customer_id, mark) if mark else ""
