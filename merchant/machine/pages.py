"""The cash machine's screen: a code typed, notes given. Whole without a script; a form sent twice gives once."""

import re
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from merchant.errors import ShopError
from merchant.machine.books import CashOutcome, MachineCondition, Withdrawal
from merchant.machine.giving import CashMachine
from merchant.machine.words import MachineWords, list_machine_words
from merchant.pages import load_shop_templates
from merchant.twin import SEE_OTHER, TwinFrame
from web.forms import is_ticket, make_ticket, read_form

PATH: Final = "/machine"
"""Where it is mounted."""
NAME: Final = "Distributeur du Méandre"
"""As the bank knows it."""
CODE: Final = re.compile("[0-9]{8}")
MOST_FIELDS: Final = 4


@dataclass(frozen=True)
class MachinePages:
    """The pages over the machine."""

    machine: CashMachine
    frame: TwinFrame[MachineWords]

    def list_routes(self) -> list[Route]:
        """Every address."""
        own = self.frame.make_page
        return [
            Route("/", self.frame.show_entrance),
            Route("/{language}/", own(self.show_screen)),
            Route("/{language}/", own(self.take_code), methods=["POST"]),
            Route("/{language}/condition", own(self.change_condition), methods=["POST"]),
            Route("/{language}/withdrawals/{reference}", own(self.show_outcome)),
        ]

    async def show_screen(self, request: Request, words: MachineWords) -> Response:
        """Where the code is typed."""
        return await self._screen(request, words)

    async def take_code(self, request: Request, words: MachineWords) -> Response:
        """Have the bank asked, and notes given."""
        given = await read_form(request, MOST_FIELDS)
        code, reference = "".join(given.get("code", "").split()), given.get("reference", "")
        if not CODE.fullmatch(code):
            return await self._screen(request, words, 422)
        reference = reference if is_ticket(reference) else make_ticket()
        await run_in_threadpool(self.machine.pay_out, reference, code)
        return RedirectResponse(f"{self.frame.root}/{words.language}/withdrawals/{reference}", SEE_OTHER)

    async def show_outcome(self, request: Request, words: MachineWords) -> Response:
        """The notes, or why there are none."""
        found = await run_in_threadpool(self.machine.books.find_withdrawal, request.path_params["reference"])
        if found is None:
            raise HTTPException(404)
        title, text = words.outcomes[found.outcome]
        shown: dict[str, Any] = {"title": title, "text": text.format(amount=write_euros(found.cents, words))}
        shown["notes"] = list_lines(found, words) if found.outcome is CashOutcome.GIVEN else ()
        return self.frame.render(request, words, "machine/outcome.html", shop=NAME, **shown)

    async def change_condition(self, request: Request, words: MachineWords) -> Response:
        """The keeper's switch."""
        wanted = (await read_form(request, MOST_FIELDS)).get("condition", "")
        condition = next((one for one in MachineCondition if one.value == wanted), None)
        if condition is None:
            raise HTTPException(400)
        await run_in_threadpool(self.machine.books.set_condition, condition)
        return RedirectResponse(f"{self.frame.root}/{words.language}/", SEE_OTHER)

    async def _screen(self, request: Request, words: MachineWords, status: int = 200) -> Response:
        condition = await run_in_threadpool(self.machine.books.read_condition)
        shown: dict[str, Any] = {"condition": condition, "opened": condition is not MachineCondition.WORKS}
        shown |= {"slip": status == 422, "reference": make_ticket(), "shop": NAME}
        return self.frame.render(request, words, "machine/code.html", status, **shown)


def write_euros(cents: int, words: MachineWords) -> str:
    """Whole euros: notes are nothing else."""
    return words.amount.format(whole=cents // 100)


def list_lines(found: Withdrawal, words: MachineWords) -> list[str]:
    """The notes as they are counted out."""
    notes = (found.notes or {}).items()
    return [words.note.format(count=count, worth=write_euros(note, words)) for note, count in notes]


def make_machine(machine: CashMachine) -> Starlette:
    """The application, to be mounted at PATH."""
    frame = TwinFrame(PATH, list_machine_words(), load_shop_templates())
    handlers: dict[Any, Any] = {404: frame.show_missing, 405: frame.show_missing, ShopError: frame.show_broken}
    return Starlette(routes=MachinePages(machine, frame).list_routes(), exception_handlers=handlers)
