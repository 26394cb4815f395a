"""The line to the bank: JSON by HTTP, with a key, at one address that does not change."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from merchant.errors import NetworkError
from merchant.threeds import Json, read_json
from web.client import ServerAnswer, post_octets

HTTP_OK: Final = 200
HTTP_NO_CONTENT: Final = 204

Post = Callable[[str, bytes, Mapping[str, str]], ServerAnswer]


@dataclass(frozen=True)
class BankLine:
    """`base`: the bank's address, with a slash at its end. Every method raises NetworkError."""

    base: str
    key: str = field(repr=False)
    post: Post = post_octets

    def ask(self, path: str, plain: Mapping[str, Any] | None = None) -> ServerAnswer:
        """Whatever the bank answers."""
        headers = {"Content-Type": "application/json;charset=utf-8", "Authorization": f"Bearer {self.key}"}
        try:
            return self.post(f"{self.base}acs/{path}", json.dumps(plain or {}).encode(), headers)
        except OSError as cause:
            raise NetworkError("the bank does not answer") from cause

    def read(self, answer: ServerAnswer) -> Json:
        """What a good answer says."""
        if answer.status != HTTP_OK:
            raise NetworkError(f"the bank answers {answer.status}")
        return read_json(answer.body)
