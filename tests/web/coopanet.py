"""What the tests of Coop@net's pages say: visitors, what they see, and time that is data."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.testclient import TestClient

HERE = "http://localhost"


@dataclass
class Time:
    """Seconds that pass when they are told to; pauses are remembered, and take their time."""

    now: float = 1000.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@dataclass
class Visitor:
    """A browser that reads only as much as the tests need."""

    client: TestClient

    def mark(self, language: str = "fr") -> str:
        found = re.search(r'name="mark" value="(\w+)"', self.client.get(f"/{language}/sesame").text)
        assert found
        return found[1]

    def sign_in(self, user: str, code: str, language: str = "fr") -> "Answer":
        given = {"user": user, "code": code, "mark": self.mark(language)}
        answer = self.client.post(f"/{language}/sesame", data=given)
        return Answer(answer.status_code, answer.url.path, answer.text)


@dataclass(frozen=True)
class Answer:
    status: int
    path: str
    text: str

    @property
    def words(self) -> str:
        """The page without what differs from visitor to visitor."""
        return re.sub(r'( id="user"[^>]*| name="mark") value="[\w ]+"', r"\1", self.text)

    @property
    def signed_in(self) -> bool:
        return self.status == 200 and self.path.endswith("/accounts")


Visitors = Callable[[], Visitor]
"""Makes visitors, each with a browser of its own."""

NewCode = Callable[..., str]
"""Makes a card's next code; one that confirms something, where that is given too."""
