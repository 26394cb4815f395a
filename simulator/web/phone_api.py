"""The simulated telephone over HTTP, in the words of the scripts: `simulator.web.openapi` describes it."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bank.errors import BankError
from sesame_core.errors import SesameError
from simulator.phone.hands import PhoneHands
from simulator.phone.statements import PhoneStatementError, act_at_bank, act_on_phone
from simulator.web.openapi import LONGEST_WORD, MOST_WORDS
from simulator.web.reading import given_value

Act = Callable[[PhoneHands, list[str]], None]
T = TypeVar("T")

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class PhoneApi:
    """The verbs, over one telephone; without one every answer is that there is none."""

    hands: PhoneHands | None

    def list_routes(self) -> list[Route]:
        """Every address, below the path that it is mounted at."""
        return [
            Route("/phone", self.tell_phone, methods=["GET"]),
            Route("/phone", self._acting(act_on_phone), methods=["POST"]),
            Route("/messages", self.tell_messages, methods=["GET"]),
            Route("/bank", self._acting(act_at_bank), methods=["POST"]),
        ]

    async def tell_phone(self, _request: Request) -> Response:
        """How the telephone is, and how the customer's latest operation stands."""
        return JSONResponse(await run_in_threadpool(self._tell))

    async def tell_messages(self, _request: Request) -> Response:
        """What the bank sent to its customers last."""
        return JSONResponse({"messages": await run_in_threadpool(self.list_messages)})

    def list_messages(self) -> list[dict[str, Any]]:
        """The same. Raises HTTPException."""
        return [asdict(one) for one in self._told(lambda hands: hands.bank.list_inbox())]

    def _acting(self, act: Act) -> Callable[[Request], Any]:
        async def acted(request: Request) -> Response:
            words = read_words(await given_value(request, "words"))
            return JSONResponse(await run_in_threadpool(self._tell, lambda hands: act(hands, words)))

        return acted

    def _tell(self, act: Callable[[PhoneHands], None] | None = None) -> dict[str, Any]:
        def told(hands: PhoneHands) -> dict[str, Any]:
            if act is not None:
                act(hands)
            latest = hands.bank.find_latest(hands.customer_id)
            operation = {"kind": latest.kind.value, "state": latest.state.value} if latest else None
            return {**asdict(hands.look()), "operation": operation}

        return self._told(told)

    def _told(self, tell: Callable[[PhoneHands], T]) -> T:
        if self.hands is None:
            raise HTTPException(404, "there is no telephone beside this reader")
        try:
            return tell(self.hands)
        except PhoneStatementError as error:
            raise HTTPException(400, str(error)) from None
        except SesameError as error:
            raise HTTPException(409, str(error)) from None
        except BankError as error:
            log.error("%s", error)  # where files are is for whoever started this, and nobody else
            raise HTTPException(503, "the bank's books cannot be used; the terminal of this program says why") from None


def read_words(value: object) -> list[str]:
    """The words of a statement after its first. Raises HTTPException."""
    if (
        not isinstance(value, list)
        or not 1 <= len(value) <= MOST_WORDS
        or not all(isinstance(word, str) and len(word) <= LONGEST_WORD for word in value)
    ):
        raise HTTPException(400, f"words is a list of 1 to {MOST_WORDS} words, as a script has them")
    return [str(word) for word in value]
