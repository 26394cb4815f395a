"""EST behind its guard, for whoever mounts it on a server that asks for certificates."""

from typing import Final

from starlette.types import ASGIApp

from bank.esecure.frame import EsecureFrame
from bank.web.est.verbs import EstApi, make_est
from web.guard import LOOPBACK, Guard, content_policy

MOST_BYTES: Final = 12_288
"""Of a request in base64: with two attestations and RSA keys."""


def open_est(frame: EsecureFrame, hosts: frozenset[str] = LOOPBACK, *, own_address: bool = False) -> ASGIApp:
    """The application, at its well-known path."""
    return Guard(make_est(EstApi(frame)), content_policy(), hosts, own_address, most_bytes=MOST_BYTES)
