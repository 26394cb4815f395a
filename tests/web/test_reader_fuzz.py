"""The reader's verbs, fuzzed by their own description: every answer is one that is described there.

SESAME_FUZZ=1000 makes many more requests of each verb.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bank.demo.database import open_database
from simulator.web import openapi
from simulator.web.api import KEYS
from simulator.web.site import reader_site
from tests.web.coopanet import HERE
from tests.web.fuzzing import MOST, Schema, list_fuzzed
from tests.web.reading import desk_of, living

STREAM = "/events"
"""Has no end; tests/web/test_reader_verbs.py reads it."""

QUICK_PRESS = 30
"""Milliseconds: just enough to be debounced."""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory, fresh_books: Path) -> Iterator[Schema]:
    store = open_database(fresh_books)
    with pytest.MonkeyPatch.context() as patched, living(tmp_path_factory.mktemp("state")) as bench:
        patched.setattr("simulator.live.PRESS", QUICK_PRESS)
        patched.setattr("simulator.web.bench.PRESS", QUICK_PRESS)
        site = reader_site(bench, desk_of(store))
        yield schemathesis.openapi.from_asgi("/api/openapi.json", site, headers={"Host": "localhost"})
    store.close()


@pytest.mark.parametrize(("path", "method", "mode"), list_fuzzed(openapi.describe_api(), STREAM))
def test_every_answer_is_described(schema: Schema, path: str, method: str, mode: GenerationMode) -> None:
    """A card's name that no card has is a right request and gets a 404, so being refused alone is no fault."""
    operation = schema[path][method.upper()]

    @given(st.data())
    @settings(max_examples=MOST, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def fuzz(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        case.call_and_validate(
            base_url=f"{HERE}/api", headers={"Host": "localhost"}, excluded_checks=[positive_data_acceptance]
        )

    fuzz()


def test_the_description_names_every_key() -> None:
    assert openapi.PRESS["properties"]["keys"]["items"]["enum"] == list(KEYS)
