"""What the site hands to the launcher when a transfer is to be confirmed, and how the key confirms it.

The site's page gives the browser a small file of a type of its own, and the browser passes it on: the order. With its
mark the launcher asks the site for the bank's sentence over the key's freshness, and brings the signature. The mark
opens nothing else, and not for long: who has it has no signature, and it is the signature that confirms.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from launcher.card.octets import find_octets, write_octets
from launcher.card.piv_client import SIGNATURE, PivClient
from launcher.ports import Net
from launcher.troubles import LaunchError, LaunchTrouble

PATH: Final = "/order"
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
LONGEST: Final = 2048
LONGEST_SAID: Final = 300
LONGEST_SENTENCE: Final = 8192
"""In base64; eight pages and a signature have some 900."""
MARK: Final = re.compile(r"[0-9A-Za-z._-]{1,400}")
PAGE: Final = re.compile(r"(/[0-9A-Za-z_-]{1,64}){1,8}")
"""A page of the site by its path, and of no other."""

ENVELOPE: Final = 0xE0
SIGNED: Final = 0xE1


@dataclass(frozen=True, slots=True)
class ConfirmationOrder:
    """`page`: where the site shows the transfer."""

    mark: str = field(repr=False)
    page: str


def read_order(octets: bytes) -> ConfirmationOrder:
    """Raises LaunchError: it is none."""
    try:
        told = json.loads(octets) if len(octets) <= LONGEST else {}
        mark, page = told["order"], told["page"]
        if MARK.fullmatch(mark) and PAGE.fullmatch(page):
            return ConfirmationOrder(mark, page)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise LaunchError(LaunchTrouble.PAYMENT, "the browser has handed over something else than an order")


def confirm_order(key: PivClient, net: Net, site: str, order: ConfirmationOrder, pin: str) -> None:
    """PIN, the bank's sentence on the key's glass, its signature in 9C, and that to the site. Raises LaunchError:
    nothing is confirmed then, unless the very answer of the site was lost."""
    key.verify_pin(pin)
    fresh = key.draw_freshness().hex()
    sentence = _take_sentence(_ask_site(net, site, order=order.mark, fresh=fresh))
    key.show_sentence(sentence)
    signed = write_octets(SIGNED, find_octets(sentence, ENVELOPE, SIGNED))
    _, signature = key.sign_octets(SIGNATURE, signed)
    _ask_site(net, site, order=order.mark, fresh=fresh, signature=base64.b64encode(signature).decode())


def _ask_site(net: Net, site: str, **fields: str) -> bytes:
    answer = net.ask_server(site + PATH, urlencode(fields).encode(), FORM)
    if answer.status == 200:
        return answer.body
    said = answer.body.decode("utf-8", "replace").strip()[:LONGEST_SAID]
    raise LaunchError(LaunchTrouble.PAYMENT, f"site {answer.status}: {said}" if said.isprintable() else "")


def _take_sentence(body: bytes) -> bytes:
    """Of a size that the key can be told, and a data object at least: what it says is the key's to judge."""
    try:
        sentence = base64.b64decode(body, validate=True) if len(body) <= LONGEST_SENTENCE else b""
        if find_octets(sentence, ENVELOPE, SIGNED):
            return sentence
    except (binascii.Error, LaunchError):
        pass
    raise LaunchError(LaunchTrouble.PAYMENT, "the site has answered no sentence")
