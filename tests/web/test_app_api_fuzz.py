"""The app's verbs, fuzzed by their own description: every answer is one that is described there, and no trace."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.applications import Starlette

from bank.demo.database import open_in_memory
from bank.securpass.phone.subscribing import PhoneSubscriptions
from bank.securpass.proofs.octets import PhoneAct, ProofKind
from bank.verification import Verifier
from bank.web.app.api.description import describe_app_api
from bank.web.app.api.verbs import AppApi, make_app_api
from bank.web.app.shell import app_policy
from bank.web.coopanet.sign_in import Desk, SourceLimit
from bank.web.feed import OperationFeed
from bank.web.shared import BookSessions
from simulator.phone.keys import PLACE
from tests.bank.app_counter import AppCounter
from tests.bank.phone import Phone
from tests.web.fuzzing import MOST, Schema, list_fuzzed
from web.guard import Guard
from web.mounting import WholeMount

HOST: Final = {"Host": "localhost:8035"}
EXAMPLES: Final = max(1, MOST // 8)
LATER_MS: Final = 700_000
"""Nothing waits any more, and no place is held for closed."""


async def no_pause(_seconds: float) -> None:
    """A refusal takes no time of the test's."""


@pytest.fixture(scope="module")
def bank() -> Iterator[AppCounter]:
    with closing(open_in_memory()) as store:
        yield AppCounter(store)


@pytest.fixture(scope="module")
def phone(bank: AppCounter) -> Phone:
    return bank.usable_phone()


@pytest.fixture(scope="module")
def schema(bank: AppCounter) -> Schema:
    store = bank.store
    api = AppApi(
        bank.app,
        BookSessions(store, wall=bank.hand),
        Desk(Verifier(store), pause=no_pause),
        SourceLimit(most=10**6),
        OperationFeed(store),
        PhoneSubscriptions(store, wall=bank.hand),
    )
    app = Guard(Starlette(routes=[WholeMount("/app/api", make_app_api(api))]), app_policy())
    return schemathesis.openapi.from_asgi("/app/api/openapi.json", app, headers=HOST)


@pytest.mark.parametrize(("path", "method", "mode"), list_fuzzed(describe_app_api("/app/api"), "/events"))
def test_every_answer_of_the_apps_is_described(  # noqa: PLR0917
    schema: Schema, bank: AppCounter, phone: Phone, path: str, method: str, mode: GenerationMode
) -> None:
    """Whoever asks is signed in on a telephone that has proved its key; the operation is the customer's in some."""
    verb = schema[path][method.upper()]
    sessions = BookSessions(bank.store, wall=bank.hand)

    @given(st.data())
    @settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def fuzz(data: st.DataObject) -> None:
        bank.hand.ms += LATER_MS
        case: Any = data.draw(verb.as_strategy(generation_mode=mode))
        if "number" in (case.path_parameters or {}) and data.draw(st.booleans()):
            case.path_parameters |= {"number": bank.ask(amount=1).operation_id}
        challenge, _ = bank.app.draw_challenge()
        mark = bank.app.open_phone(challenge, phone.envelope(PhoneAct.OPEN, challenge, ProofKind.DEVICE)).mark
        cookies = {"coopanet_app": sessions.open_session("DURAND42"), "coopanet_phone": mark}
        given_cookies = "; ".join(f"{name}={value}" for name, value in cookies.items())
        case.call_and_validate(
            base_url=f"{PLACE.origin}/app/api",
            headers=HOST | {"Cookie": given_cookies, "X-Coopanet-App": "1"},
            excluded_checks=[positive_data_acceptance, negative_data_rejection],
        )

    fuzz()
