"""What is still to be paid: transfers of a later day and of every month, and their end, which nobody need confirm."""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bank.operations.ports import Operation, OperationDesk, ScheduledPayment, UnknownOperationError
from bank.web.coopanet.frame import Frame, go_to
from bank.web.coopanet.space.visiting import Visit, make_own_page, read_visitors_form


@dataclass(frozen=True)
class SchedulePages:
    """The list, and the button beside each."""

    frame: Frame
    operations: OperationDesk

    def list_routes(self) -> list[Route]:
        """Every address."""
        return [
            Route("/{language}/scheduled", make_own_page(self.frame, self.show_scheduled), name="scheduled"),
            Route(
                "/{language}/operations/{number}/unschedule",
                make_own_page(self.frame, self.cancel),
                methods=["POST"],
                name="unschedule",
            ),
        ]

    async def show_scheduled(self, visit: Visit) -> Response:
        """The earliest day first."""
        listed = await run_in_threadpool(self._list, visit.file.customer_id)
        return self.frame.render_page(visit.request, visit.words, "space/scheduled.html", payments=listed)

    async def cancel(self, visit: Visit) -> Response:
        """No day of it comes any more; what has ended already changes nothing. The operation's page says so."""
        await read_visitors_form(self.frame, visit)
        number = _number_of(visit.request)
        try:
            await run_in_threadpool(self.operations.cancel_scheduled, visit.file.customer_id, number)
        except UnknownOperationError:
            raise HTTPException(404) from None
        return go_to(visit.request, "operation", visit.words, number=number)

    def _list(self, customer_id: int) -> list[tuple[ScheduledPayment, Operation]]:
        find = self.operations.find_operation
        return [(one, find(customer_id, one.operation_id)) for one in self.operations.list_scheduled(customer_id)]


def _number_of(request: Request) -> str:
    return str(request.path_params["number"])
