"""A computer with the launcher, the bank that it speaks to, and a key that the customer has been given."""

from collections.abc import Mapping

from starlette.testclient import TestClient

from launcher.course import events as ev
from launcher.course.state import LaunchPhase
from launcher.ports import NetAnswer
from launcher.troubles import LaunchTrouble
from tests.bank.keyed import EsecureBank
from tests.launcher.factory_key import FactoryKey
from tests.launcher.twins import SITE, Computer

P, C = LaunchPhase, ev.LaunchChoice


class Scene(Computer):
    """A computer, a bank, and a key that the customer has been given."""

    def __init__(self, bank: EsecureBank, client: TestClient, *, language: str = "en") -> None:
        super().__init__(language=language)
        self.bank, self.client, self.key = bank, client, FactoryKey()
        self.net.answer = self.ask
        self.farewells: list[str] = []
        self.letter = bank.give_out(self.key)
        self.code = self.letter.code
        self.conductor.begin()

    def ask(self, url: str, body: bytes | None, headers: Mapping[str, str]) -> NetAnswer:
        path = url.removeprefix(SITE)
        if path == "/farewell":
            self.farewells.append((body or b"").decode())
            return NetAnswer(204, b"")
        got = self.client.post(path, content=body or b"", headers=dict(headers))
        return NetAnswer(got.status_code, got.content)

    def form(self, **other: str) -> ev.FormSent:
        return ev.FormSent(**{"user": "MOREAU17", "code": self.code, "pin": self.key.pin, **other})

    def come_to_form(self) -> None:
        self.plug(self.key.card)
        self.timer.pass_time()
        assert self.phase is P.ASKING

    def activate(self) -> None:
        self.come_to_form()
        self.send(self.form(), ev.ChoiceMade(C.OK))

    @property
    def phase(self) -> LaunchPhase:
        return self.conductor.state.phase

    @property
    def trouble(self) -> LaunchTrouble | None:
        return self.conductor.state.trouble
