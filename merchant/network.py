"""The bank as the shop reaches it: by HTTP, with the shop's key, at one address that does not change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from merchant.cards import WrittenCard
from merchant.errors import NetworkError
from merchant.line import HTTP_NO_CONTENT, HTTP_OK, BankLine, Post
from merchant.threeds import (
    UNSUPPORTED,
    VERSIONS,
    BrowserFacts,
    Json,
    PurchaseFacts,
    ShopFacts,
    read_answer,
    write_areq,
)
from web.client import ServerAnswer, post_octets

REFUSALS: Final = frozenset({422, 429})


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
        return self._line.ask(path, plain)

    def _read(self, answer: ServerAnswer) -> Json:
        return self._line.read(answer)

    @property
    def _line(self) -> BankLine:
        return BankLine(self.base, self.key, self.post)
