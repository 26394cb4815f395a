"""The simulated telephone by the bench's verbs: a whole transfer, what is refused, and the next customer."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bank.books.store_sql import SqlStore
from simulator.phone.opening import open_phone
from simulator.web.beside import BesideReader
from simulator.web.openapi import LONGEST_WORD
from simulator.web.site import reader_site
from tests.web.coopanet import HERE
from tests.web.reading import desk_of, living


@dataclass
class Script:
    """Somebody who drives the bench over HTTP."""

    client: TestClient

    def say(self, head: str, *words: str, status: int = 200) -> dict[str, Any]:
        answer = self.client.post(f"/api/{head}", json={"words": words})
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    def look(self) -> dict[str, Any]:
        return dict(self.client.get("/api/phone").json())


@pytest.fixture
def script(store: SqlStore, tmp_path: Path) -> Iterator[Script]:
    with living(tmp_path / "state") as bench:
        beside = BesideReader(telephone=open_phone(store))
        yield Script(TestClient(reader_site(bench, desk_of(store), beside=beside), base_url=HERE))


def test_a_transfer_is_approved_on_the_telephone(script: Script) -> None:
    assert script.look() == {
        "activated": False,
        "online": True,
        "waiting": 0,
        "says": "Connexion",
        "operation": None,
    }
    assert script.say("phone", "activate")["activated"]
    script.say("bank", "lift")
    asked = script.say("bank", "transfer", "250,00", "Camille Moreau")
    assert (asked["waiting"], asked["operation"]) == (1, {"kind": "sepa-transfer", "state": "pending"})
    assert "250,00" in asked["says"]
    done = script.say("phone", "approve")
    assert (done["waiting"], done["operation"]["state"]) == (0, "approved")
    assert "Opération validée" in done["says"]
    assert script.client.post("/api/next", json={}).status_code == 200
    after = script.look()
    assert (after["activated"], after["operation"]) == (False, None)


def test_what_cannot_be_is_an_object_with_one_sentence(script: Script) -> None:
    assert "phone activate" in script.say("phone", "approve", status=409)["error"]
    assert "write: phone" in script.say("phone", "dance", status=400)["error"]
    assert "write: bank transfer" in script.say("bank", "transfer", "250", status=400)["error"]
    assert "words is a list" in script.say("phone", "x" * (LONGEST_WORD + 1), status=400)["error"]
    assert "words is a list" in script.say("phone", status=400)["error"]


def test_without_a_telephone_there_is_nothing_to_ask(store: SqlStore, tmp_path: Path) -> None:
    with living(tmp_path / "state") as bench:
        script = Script(TestClient(reader_site(bench, desk_of(store)), base_url=HERE))
        assert "no telephone" in script.say("phone", "activate", status=404)["error"]
        assert script.client.get("/api/phone").status_code == 404
