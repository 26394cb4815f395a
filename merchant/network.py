"""The bank as the shop reaches it: by HTTP, with the shop's key, at one address that does not change."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from merchant.cards import WrittenCard
from merchant.errors import NetworkError
from merchant.threeds import (
    UNSUPPORTED,
    VERSIONS,
    BrowserFacts,
    Json,
    PurchaseFacts,
    ShopFacts,
    read_answer,
    read_json,
    write_areq,
)
from web.client import ServerAnswer, post_octets

HTTP_OK: Final = 200
HTTP_NO_CONTENT: Final = 204
REFUSALS: Final = frozenset({422, 429})

Post = Callable[[str, bytes, Mapping[str, str]], ServerAnswer]


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class CardNetwork:
    """`base`: the bank's address, with a slash at its end. Every method raises NetworkError."""

    base: str
    shop: ShopFacts
    key: str = field(repr=False)
    post: Post = post_octets

    @property
    def origin(self) -> str:
        """The bank's: customers are sent nowhere else."""
        return origin_of(self.base)

    def take_card(self, card: WrittenCard) -> str:
        """A token for the card; nothing where the bank does not know it, or not so."""
        asked = {"number": card.number, "expires": card.expires, "value": card.value}
        answer = self._ask("cards", asked)
        if answer.status in REFUSALS:
            return ""
        return str(self._read(answer).get("token", ""))

    def authenticate(self, payment: PurchaseFacts, browser: BrowserFacts) -> Json:
        """The bank's ARes, in the newest version that both know; or an Erro."""
        said: Json = {}
        for version in VERSIONS:
            answer = self._ask("areq", write_areq(self.shop, payment, browser, version))
            if answer.status != HTTP_OK:
                raise NetworkError(f"the bank answers {answer.status}")
            said = read_answer(answer.body, payment.server_id)
            if said.get("errorCode") != UNSUPPORTED:
                break
        url = said.get("acsURL")
        if url is not None and (not isinstance(url, str) or origin_of(url) != self.origin):
            raise NetworkError("the bank sends customers to another address than its own")
        return said

    def authorise(self, token: str, ds_id: str, value: str, eci: str, cents: int) -> tuple[str, str]:
        """Response code and approval."""
        asked = {
            "token": token,
            "dsTransID": ds_id,
            "authenticationValue": value,
            "eci": eci,
            "purchaseAmount": str(cents),
            "purchaseCurrency": "978",
        }
        said = self._read(self._ask("authorisations", asked))
        return str(said.get("responseCode", "")), str(said.get("approvalCode", ""))

    def capture(self, ds_id: str) -> bool:
        """Have the money booked."""
        return self._ask(f"authorisations/{ds_id}/capture", {}).status == HTTP_NO_CONTENT

    def _ask(self, path: str, plain: Mapping[str, Any]) -> ServerAnswer:
        headers = {"Content-Type": "application/json;charset=utf-8", "Authorization": f"Bearer {self.key}"}
        try:
            return self.post(f"{self.base}acs/{path}", json.dumps(plain).encode(), headers)
        except OSError as cause:
            raise NetworkError("the bank does not answer") from cause

    def _read(self, answer: ServerAnswer) -> Json:
        if answer.status != HTTP_OK:
            raise NetworkError(f"the bank answers {answer.status}")
        return read_json(answer.body)
