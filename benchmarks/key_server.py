"""The business site as it is served, and bare pages by the same server, for the handshakes of `benchmarks.key`.

python -m benchmarks.key_server FOLDER      (prints the three ports; ends with its input)

FOLDER gets what a client and another server need: root.crt, server.pem, clients.pem, own.crt, own.key.
"""

import sys
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bank.demo.database import open_database
from bank.web.sogecash.site import open_business
from benchmarks.figures import say
from sesame.bank.business import authorities_now
from tests.bank.counter import Hand
from tests.bank.keyed import EsecureBank
from tests.web.soft_device import SoftDevice
from web.certified import Believed
from web.serving import CertifiedServer, bind_listener
from web.tls import make_certificate, make_root


def main() -> None:
    """Serve until nobody holds the input any more."""
    folder = Path(sys.argv[1])
    with closing(open_database(folder / "state")) as store, ExitStack() as stack:
        bank = EsecureBank(store, Hand(time.time_ns() // 1_000_000))
        _write_identities(folder, bank)
        believed = Believed(partial(authorities_now, store))
        page = Starlette(routes=[Route("/en/", lambda _: PlainTextResponse("here"))])
        ports = []
        for app, authorities in ((open_business(bank.frame), believed), (page, None)):
            listener = bind_listener(0, 0)
            files = folder / "server.pem", folder / "clients.pem"
            stack.enter_context(CertifiedServer(app, listener, *files, authorities).beside())
            ports.append(str(listener.getsockname()[1]))
        say(" ".join(ports))
        sys.stdin.read()


def _write_identities(folder: Path, bank: EsecureBank) -> None:
    now = datetime.now(UTC)
    root = make_root(now)
    server = make_certificate(root, ("localhost", "127.0.0.1"), now)
    device = SoftDevice(77)
    own = bank.activate(device)
    chain = bank.frame.open_authorities().chain
    for name, octets in (
        ("root.crt", root.certificate),
        ("server.pem", server.certificate + server.key),
        ("clients.pem", b"".join(each.public_bytes(Encoding.PEM) for each in chain)),
        ("own.crt", own.public_bytes(Encoding.PEM)),
        ("own.key", device.pem()),
    ):
        (folder / name).write_bytes(octets)


if __name__ == "__main__":
    main()
