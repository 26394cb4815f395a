"""Somebody at the adviser's desk with a browser, as the tests need one."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.testclient import TestClient

from bank.books.people import Post
from bank.demo.staff import STAFF
from bank.web.branch.site import PATH
from tests.web.coopanet import NewCode

MEMBERS = {member.post: (member, card) for member, card in STAFF}


@dataclass
class Adviser:
    """Somebody at the desk with a browser."""

    client: TestClient
    new_code: NewCode

    def mark(self, path: str = "fr/") -> str:
        found = re.search(r'name="mark" value="(\w+)"', self.client.get(f"{PATH}/{path}").text)
        assert found
        return found[1]

    def sign_on(self, at: Post, **other: str) -> tuple[int, str, str]:
        member, card = MEMBERS[at]
        given = {"staff": member.staff_code, "post": at.value, "mark": self.mark()}
        given |= {"code": other["code"] if "code" in other else self.new_code(card)} | other
        answer = self.client.post(f"{PATH}/fr/", data=given)
        return answer.status_code, answer.url.path, answer.text

    def post(self, path: str, **given: str) -> tuple[int, str]:
        answer = self.client.post(f"{PATH}/{path}", data=given | {"mark": self.mark("fr/customers")})
        return answer.status_code, answer.text

    def get(self, path: str) -> tuple[int, str]:
        answer = self.client.get(f"{PATH}/{path}")
        return answer.status_code, answer.text


Advisers = Callable[[], Adviser]
