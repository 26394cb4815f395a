"""A partner of the bank: reads a customer's accounts, or is paid by one, once he has said yes in his bank.

    export PARTNER_ID=aggregator-... PARTNER_SECRET=...
    python examples/partner.py accounts --user DURAND42 --days 90
    python examples/partner.py transfer --user DURAND42 --amount 12.30 --message "Order 4711"

Python's own library is all it needs. The protocol is OpenID CIBA in poll mode: docs/api.md.
"""

import argparse
import base64
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

CIBA = "urn:openid:params:grant-type:ciba"
LIMIT_S = 30
WAITING = ("authorization_pending", "slow_down")


class Refused(Exception):  # noqa: N818 - what the bank says, not what went wrong
    """The bank refuses: `error` for programs, a sentence for people."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(f"{answer['error']}: {answer['error_description']}")
        self.error = answer["error"]


@dataclass(frozen=True)
class PartnerClient:
    """A client of the bank's interface for partners."""

    bank: str
    client_id: str
    secret: str = field(repr=False)

    def ask(self, form: dict[str, str]) -> dict[str, Any]:
        """Have the customer asked. Sent twice, for instance after a lost answer, it is one request."""
        return self._post("bc-authorize", form, {"Idempotency-Key": uuid.uuid4().hex})

    def wait_for_token(self, ticket: dict[str, Any], wait: Callable[[float], object] = time.sleep) -> str:
        """Poll until the customer has decided. Raises Refused where he said no, or nothing in time."""
        interval = ticket["interval"]
        while True:
            wait(interval)
            try:
                given = self._post("token", {"grant_type": CIBA, "auth_req_id": ticket["auth_req_id"]})
            except Refused as refused:
                if refused.error not in WAITING:
                    raise
                interval += 5 if refused.error == "slow_down" else 0
            else:
                return str(given["access_token"])

    def get(self, path: str, token: str) -> dict[str, Any]:
        """What the customer lets us see."""
        return _send(Request(f"{self.bank}/{path}", headers={"Authorization": f"Bearer {token}"}))

    def _post(self, path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> dict[str, Any]:
        login = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        sent = {"Authorization": f"Basic {login}", **(headers or {})}
        return _send(Request(f"{self.bank}/{path}", urlencode(form).encode(), sent))


def _send(request: Request) -> dict[str, Any]:
    try:
        with urlopen(request, timeout=LIMIT_S) as answer:
            given: dict[str, Any] = json.load(answer)
    except HTTPError as error:
        with error:
            raise Refused(json.load(error)) from None
    return given


def describe_request(arguments: argparse.Namespace) -> dict[str, str]:
    """The form of POST /bc-authorize."""
    if arguments.what == "accounts":
        scope, detail = "accounts", {"type": "account_information", "days": arguments.days}
    else:
        amount = {"currency": "EUR", "amount": arguments.amount}
        scope, detail = "transfer", {"type": "transfer", "instructedAmount": amount}
    return {
        "scope": scope,
        "login_hint": arguments.user,
        "binding_message": arguments.message,
        "authorization_details": json.dumps([detail]),
    }


def show_accounts(client: PartnerClient, token: str) -> None:
    """Every account with its latest movements."""
    for account in client.get("accounts", token)["accounts"]:
        print(f"{account['iban']}  {account['kind']:<12}{account['balance_cents'] / 100:>12.2f} EUR")
        for line in client.get(f"accounts/{account['iban']}/movements", token)["movements"][:3]:
            print(f"    {line['cents'] / 100:>12.2f}  {line['label']}")


def main(argv: Sequence[str], wait: Callable[[float], object] = time.sleep) -> int:
    """Ask, wait, show. The exit status: 1 where the bank or the customer refuses."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("accounts", "transfer"))
    parser.add_argument("--bank", default="http://localhost:8036/partners")
    parser.add_argument("--user", required=True, help="the customer's user code")
    parser.add_argument("--message", default="Example", help="what the customer sees here and in the bank")
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--amount", default="1.00")
    arguments = parser.parse_args(argv)
    client = PartnerClient(arguments.bank, os.environ["PARTNER_ID"], os.environ["PARTNER_SECRET"])
    try:
        ticket = client.ask(describe_request(arguments))
        number = f" (on your telephone: {ticket['shown_number']})" if "shown_number" in ticket else ""
        print(f"Confirm it in your bank: {arguments.message}{number}")
        token = client.wait_for_token(ticket, wait)
        if arguments.what == "accounts":
            show_accounts(client, token)
        else:
            print(f"The transfer is {client.get('transfer', token)['state']}")
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
