"""The chain's end in the real Firefox: the launcher opens it, the key's certificate logs on, an order is handed over,
*Remove* leaves nothing.

Its remote control does not get past a question for the PIN that is open already. So what stands in PATH as Firefox
notes the page that it was to open, and opens none; the test goes there when it can answer the question.
"""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from bank.cards.vpcd import VirtualReader
from bank.web.sogecash.words import list_sogecash_words
from launcher.adapters.firefox import ORDER_TYPE
from launcher.course.state import LaunchPhase
from launcher.troubles import LaunchTrouble
from launcher.words import LAUNCHER_LANGUAGES
from sesame_core.piv.card import PivCard
from tests.launcher.factory_key import FactoryKey
from tests.launcher.marionette import ANSWER_PIN, Marionette, MarionetteError
from tests.launcher.test_launcher_chain import launched
from tests.pcsc_plugin import FIRST, PcscService
from tests.web.test_sogecash_tls import TlsBench, tls

assert tls

EN = LAUNCHER_LANGUAGES["en"]
ORDER = b'{"order": "of.nobody", "page": "/en/net/transfers/0"}'

WRAPPER = """#!/bin/sh
echo 'user_pref("marionette.port", {port});' >> "$2/user.js"
echo "$4" > "$E_SECURE_TEST/opened"
exec {firefox} --headless --marionette -remote-allow-system-access "$1" "$2" "$3" about:blank
"""


def prepare_firefox(folder: Path) -> tuple[Path, int]:
    """A folder for PATH, in which Firefox can be driven; and at which port."""
    firefox = shutil.which("firefox-esr")
    assert firefox, "Debian: firefox-esr"
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    programs = folder / "bin"
    programs.mkdir()
    (programs / "firefox-esr").write_text(WRAPPER.format(port=port, firefox=firefox))
    (programs / "firefox-esr").chmod(0o755)
    return programs, port


class OrderServer(BaseHTTPRequestHandler):
    """Gives whoever asks an order, as the site gives one to whoever is signed in."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", ORDER_TYPE)
        self.send_header("Content-Disposition", 'attachment; filename="transfer.esecure"')
        self.send_header("Content-Length", str(len(ORDER)))
        self.end_headers()
        self.wfile.write(ORDER)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def orders_served() -> Iterator[str]:
    """Its address."""
    with HTTPServer(("127.0.0.1", 0), OrderServer) as server:
        beside = threading.Thread(target=server.serve_forever)
        beside.start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()
            beside.join()


def digest_folder(folder: Path) -> dict[str, str]:
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def make_own_profile(home: Path) -> dict[str, str]:
    """The user's own, with a page of his; what every file of it is."""
    own = home / ".mozilla/firefox/abcd.default"
    own.mkdir(parents=True)
    (own / "prefs.js").write_text('user_pref("browser.startup.homepage", "https://own.example/");\n')
    (own.parent / "profiles.ini").write_text("[Profile0]\nName=default\nIsRelative=1\nPath=abcd.default\nDefault=1\n")
    return digest_folder(home / ".mozilla")


def log_on(firefox: Marionette, site: str) -> None:
    """Until the site asks for the security number, whatever became of the page that met the question for the PIN."""
    with suppress(MarionetteError):
        firefox.call("WebDriver:Navigate", url=f"{site}en/")
    firefox.call("WebDriver:Navigate", url=f"{site}en/")
    firefox.until("User ID")
    firefox.on_page(
        "document.querySelector('input[name=user]').value = 'MOREAU17';"
        "document.querySelector('main form button, main form input[type=submit]').click();"
    )
    firefox.until(list_sogecash_words()["en"].number)


def test_the_launcher_logs_on_in_firefox_and_leaves_nothing(
    tls: TlsBench, pcscd: PcscService, virtual_readers: tuple[VirtualReader, VirtualReader], tmp_path: Path
) -> None:
    programs, port = prepare_firefox(tmp_path)
    before = make_own_profile(tmp_path)
    key = FactoryKey()
    letter = tls.bank.give_out(key)
    virtual_readers[0].insert(PivCard(key.vault, key.person))
    pcscd.until_present(FIRST, True)
    with launched(tls, tmp_path, programs) as launcher:
        launcher.until("There is no need to restart your computer")
        launcher.type("1")
        launcher.until("User ID:")
        launcher.type("MOREAU17", letter.code, key.pin)
        launcher.until("The download of your certificate is complete")
        launcher.type("1")
        launcher.until("You are connected to Sogecash Net")
        with closing(Marionette(port)) as firefox:
            firefox.inside(ANSWER_PIN, key.pin)
            opened = (tmp_path / "opened").read_text().strip()
            opened, _, told = opened.partition("?launcher=")
            assert (opened, len(told)) == (f"https://localhost:{tls.port}/", 64)
            log_on(firefox, opened)
            assert "promptPassword" in firefox.inside("return globalThis.seen")
            with orders_served() as order:
                firefox.on_page(f"location.href = '{order}';")
                launcher.until(EN.phases[LaunchPhase.ORDERED])
            launcher.type(key.pin)
            launcher.until(EN.troubles[LaunchTrouble.PAYMENT].message)
        (profile,) = (tmp_path / "run").glob("e-secure-firefox-*")
        launcher.type("4")
        launcher.until("Remove your access key and keep it in a safe place")
        assert not profile.exists()
    assert digest_folder(tmp_path / ".mozilla") == before, "the user's own profile is untouched"
    assert not [*tmp_path.rglob("*.esecure*")], "what was handed over is no download that stays"
