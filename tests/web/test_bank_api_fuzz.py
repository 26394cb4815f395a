"""The bank's verbs, fuzzed by their own description: every answer is one that is described there, and no trace."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from bank.books.store_sql import SqlStore
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.ports import Asking
from bank.operations.service import OperationService
from bank.web.api.description import describe_bank_api
from bank.web.coopanet.pages import Pages, make_coopanet
from tests.web.coopanet import HERE, Time
from tests.web.fuzzing import MOST, Schema, list_fuzzed
from tests.web.space import furnish_space
from web.guard import Guard, content_policy

HOST = {"Host": "localhost"}
EXAMPLES = max(1, MOST // 2)
LATER_S = 700.0
"""Nothing waits for its confirmation any more, and no place is held for closed."""


@pytest.fixture
def schema(pages: Pages) -> Schema:
    app = Guard(make_coopanet(pages), content_policy())
    return schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=HOST)


@pytest.mark.parametrize(("path", "method", "mode"), list_fuzzed(describe_bank_api("/api")))
def test_every_answer_is_described(  # noqa: PLR0917
    schema: Schema, pages: Pages, store: SqlStore, time: Time, path: str, method: str, mode: GenerationMode
) -> None:
    """What is right in its form and not in the books is refused: that alone is no fault. The other way round, whoever
    asks and which operation are put right in some."""
    file, verb = furnish_space(store), schema[path][method.upper()]
    desk = OperationService(store, wall=pages.wall)

    def pending() -> str:
        fields: dict[str, str | int] = {"email": f"{time.now}@example.org"}
        asking = Asking(file.customer_id, OperationKind.CHANGE_EMAIL, TerminalKind.COMPUTER, fields)
        return desk.request_operation(asking).operation_id

    own: dict[str, Callable[[], str]] = {"number": pending, "iban": lambda: file.list_accounts()[0].iban}

    @given(st.data())
    @settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def fuzz(data: st.DataObject) -> None:
        time.now += LATER_S
        case: Any = data.draw(verb.as_strategy(generation_mode=mode))
        if case.path_parameters and data.draw(st.booleans()):
            case.path_parameters |= {name: own[name]() for name in case.path_parameters}
        token = pages.sessions.open_session("DURAND42")
        case.call_and_validate(
            base_url=f"{HERE}/api",
            headers=HOST | {"Authorization": f"Bearer {token}"},
            excluded_checks=[positive_data_acceptance, negative_data_rejection],
        )

    fuzz()
