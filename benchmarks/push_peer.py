"""privacyIDEA's push token, as a program in an environment of its own: set up by its command, spoken to by HTTP.

It is under the AGPL: nothing of it is imported or copied here. Its phone signs a nonce and a serial with RSA-4096; ours
signs the operation's very lines and a counter, by two keys.
"""

import base64
import http.client
import json
import os
import subprocess
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.peer import ROOT
from web.serving import bind_listener

FOLDER: Final = ROOT / ".cache/privacyidea"
PACKAGE: Final = "privacyidea==3.14"
ADMIN: Final = ("boss", "benchmark-only")
PUSH: Final = "push_firebase_configuration=poll only, push_registration_url=http://127.0.0.1/ttype/push"
PATIENCE_S: Final = 60
SET_UP: Final = (
    ("setup", "create_enckey"),
    ("setup", "create_audit_keys"),
    ("setup", "create_tables"),
    ("admin", "add", "-e", "boss@example.org", "-p", ADMIN[1], ADMIN[0]),
)


class PeerError(Exception):
    """The peer cannot be had or does not answer as it should."""


def find_command() -> Path:
    """Its command; the environment is made when it is not there. Raises PeerError."""
    command = FOLDER / "bin/pi-manage"
    if not command.exists():
        venv.create(FOLDER, with_pip=True)
        done = subprocess.run([FOLDER / "bin/python", "-m", "pip", "install", "--quiet", PACKAGE], check=False)
        if done.returncode or not command.exists():
            raise PeerError(f"pip could not install {PACKAGE}")
    return command


@dataclass
class PushPeer:
    """A server with one push token, and the phone that it is on."""

    port: int
    serial: str = ""
    admin: str = field(default="", repr=False)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 4096), repr=False)

    def enrol(self) -> None:
        """A token, whose second half is the phone's key."""
        self.admin = self._call("POST", "/auth", {"username": ADMIN[0], "password": ADMIN[1]})["result"]["value"][
            "token"
        ]
        self._call("POST", "/policy/push", {"scope": "enrollment", "action": PUSH})
        made = self._call("POST", "/token/init", {"type": "push", "genkey": "1"})["detail"]
        self.serial = made["serial"]
        lines = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().split("\n")
        public = "".join(line for line in lines if "-----" not in line).replace("+", "-").replace("/", "_")
        given = {"enrollment_credential": made["enrollment_credential"], "serial": self.serial}
        self._call("POST", "/ttype/push", {**given, "pubkey": public, "fbtoken": ""})

    def trigger(self) -> dict[str, str]:
        """A challenge, which the phone finds by polling: what it answers."""
        self._call("POST", "/validate/triggerchallenge", {"serial": self.serial})
        moment = datetime.now(UTC).isoformat()
        asked = {"serial": self.serial, "timestamp": moment, "signature": self._sign(f"{self.serial}|{moment}")}
        waiting = self._call("GET", f"/ttype/push?{urlencode(asked)}")["result"]["value"]
        nonce = waiting[-1]["nonce"]
        return {"serial": self.serial, "nonce": nonce, "signature": self._sign(f"{nonce}|{self.serial}")}

    def answer(self, given: dict[str, str]) -> None:
        """The phone's yes."""
        if not self._call("POST", "/ttype/push", given)["result"]["value"]:
            raise PeerError("the peer does not take the answer")

    def _sign(self, text: str) -> str:
        return base64.b32encode(self.key.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()

    def _call(self, method: str, path: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        connection.request(method, path, urlencode(form) if form else None, headers | {"Authorization": self.admin})
        answer = connection.getresponse()
        said: dict[str, Any] = json.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise PeerError(f"{method} {path.partition('?')[0]}: {answer.status} {said.get('result', {}).get('error')}")
        return said


@contextmanager
def running_peer(folder: Path) -> Iterator[PushPeer]:
    """The server on SQLite in `folder`, with a token enrolled. Raises PeerError."""
    command, config = find_command(), folder / "pi.cfg"
    config.write_text(
        "SUPERUSER_REALM = ['super']\n"
        f"SQLALCHEMY_DATABASE_URI = 'sqlite:///{folder}/peer.sqlite'\n"
        "SECRET_KEY = 'benchmark'\nPI_PEPPER = 'benchmark'\nPI_LOGLEVEL = 50\n"
        f"PI_LOGFILE = '{folder}/peer.log'\n"
        f"PI_ENCFILE = '{folder}/enckey'\n"
        f"PI_AUDIT_KEY_PRIVATE = '{folder}/private.pem'\nPI_AUDIT_KEY_PUBLIC = '{folder}/public.pem'\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PRIVACYIDEA_CONFIGFILE": str(config)}
    for words in SET_UP:
        done = subprocess.run([command, *words], cwd=folder, env=environment, capture_output=True, check=False)
        if done.returncode:
            raise PeerError(f"pi-manage {' '.join(words[:2])}: {done.stderr.decode()[-200:]}")
    listener = bind_listener(0, 0)
    port = listener.getsockname()[1]
    listener.close()
    serving: list[str | Path] = [command, "run", "--port", str(port), "--no-reload", "--no-debugger", "--with-threads"]
    process = subprocess.Popen(
        serving, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        peer = PushPeer(port)
        _wait_until_there(port)
        peer.enrol()
        yield peer
    finally:
        process.terminate()
        process.wait()


def _wait_until_there(port: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/healthz/livez")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
        finally:
            connection.close()
    raise PeerError("the peer's server does not come up")
