"""`sesame bank serve` as processes: certificate, workers that die, health, figures, log, and who may come."""

import base64
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from cryptography.x509 import load_der_x509_crl
from starlette.testclient import TestClient

from bank.books.store_sql import SqlStore
from bank.web.around import LoneBank
from bank.web.coopanet.connecting import draw_address
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.words import OwnAddress
from sesame import cli
from sesame.bank.address import Place
from sesame.bank.serving import Serving, make_app
from sesame.exits import Exit
from tests.web.coopanet import HERE
from tests.web.test_next_customer import lose_books

ROOT = Path(__file__).parents[2]
LIMIT_S = 120


@pytest.fixture
def state(tmp_path: Path, fresh_books: Path) -> Path:
    shutil.copytree(fresh_books, tmp_path / "state")
    return tmp_path / "state"


@dataclass
class Served:
    """The pages of a running process."""

    process: "subprocess.Popen[str]"
    state: Path
    address: str
    business: str
    log: list[dict[str, object]] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text. Each asks by a connection of its own, which any worker may take."""
        root = self.state / "tls/root.crt"
        context = ssl.create_default_context(cafile=root) if self.address.startswith("https") else None
        request = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=LIMIT_S, context=context) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def ask_business(self, path: str) -> bytes:
        """The body of a page of the business server, which is reached by TLS always."""
        context = ssl.create_default_context(cafile=self.state / "tls/root.crt")
        with urllib.request.urlopen(self.business + path, timeout=LIMIT_S, context=context) as answer:
            found: bytes = answer.read()
            return found

    def workers(self) -> set[int]:
        """The processes that serve."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return {int(pid) for pid in children.split() if "multiprocessing-fork" in command_of(int(pid))}

    def has_counted(self, number: int) -> bool:
        """Whether the workers together have shown the home page so often; each counts once it has answered."""
        counted = f'sesame_requests_total{{method="GET",route="/{{language}}/",status="200"}} {number}.0'
        return counted in self.get("metrics")[1]

    def has_others_than(self, before: set[int]) -> bool:
        """Whether two serve, and none of these."""
        return len(self.workers()) == 2 and not self.workers() & before


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    except OSError:
        return ""


@contextmanager
def served(state: Path, *words: str, ends_with: int = 0) -> Iterator[Served]:
    """Ended by SIGTERM; what it wrote on standard error must be JSON, line by line."""
    command = [sys.executable, "-m", "sesame", "bank", "serve", *words]
    command += ["--port", "0", "--business-port", "0", "--log", "json", "--state", str(state)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line, next_line = process.stdout.readline(), process.stdout.readline()
        found, business = (re.search(r"(https?)://[^/]+:(\d+)/", one) for one in (line, next_line))
        assert found, line
        assert business, next_line
        running = Served(process, state, f"{found[1]}://127.0.0.1:{found[2]}/", business[0])
        yield running
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=LIMIT_S)
        assert process.returncode == ends_with
        if ends_with == 0:  # a worker whose parent is killed while it begins may end in Python's own words
            running.log += [json.loads(one) for one in said.splitlines()]
    finally:
        process.kill()
        process.communicate()


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_workers_that_are_killed_are_started_anew_and_count_together(state: Path) -> None:
    with served(state, "--workers", "2") as bank:
        eventually(lambda: bank.get("healthz")[0] == 200 and len(bank.workers()) == 2)
        for number in (1, 2):
            before = bank.workers()
            assert bank.get("fr/")[0] == 200
            eventually(partial(bank.has_counted, number))
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            eventually(partial(bank.has_others_than, before))
        assert json.loads(bank.get("healthz")[1]) == {"status": "ok", "books": "ok"}
        chain = load_der_pkcs7_certificates(base64.b64decode(bank.ask_business(".well-known/est/cacerts")))
        crl = urllib.request.urlopen(f"{bank.address}pki/issuing.crl", timeout=LIMIT_S).read()
        assert load_der_x509_crl(crl).issuer in {each.subject for each in chain}
        assert bank.has_counted(2), "what the dead have counted is not lost"
    events = [line["event"] for line in bank.log]
    assert events.count("worker died") == 4
    assert events.count("worker started") == 6


def test_no_worker_outlives_whoever_started_it(state: Path) -> None:
    with served(state, "--workers", "2", ends_with=-signal.SIGKILL) as bank:
        eventually(lambda: bank.get("healthz")[0] == 200 and len(bank.workers()) == 2)
        workers = bank.workers()
        os.kill(bank.process.pid, signal.SIGKILL)
        eventually(lambda: not any("multiprocessing-fork" in command_of(pid) for pid in workers))


def test_tls_with_the_demonstrations_own_root(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(state, "--tls") as bank:
        assert bank.address.startswith("https:")
        assert bank.get("healthz")[0] == 200
        root = (state / "tls/root.crt").read_bytes()
        assert bank.get("root.crt") == (404, "There is none.\n"), "nobody else can come"
        assert cli.main(["bank", "next", "--state", str(state)]) == 0
        assert "everybody signed off" in capsys.readouterr().out
        assert {path.stat().st_mode & 0o777 for path in (state / "tls").iterdir()} == {0o600}
    with served(state, "--tls", "--listen") as bank:
        assert (state / "tls/root.crt").read_bytes() == root, "a phone that has it need not take another"
        assert bank.get("root.crt") == (200, root.decode())
        assert bank.get("fr/", Host="rebound.example")[0] == 421


def test_the_log_tells_what_was_done_and_nothing_that_was_typed(state: Path) -> None:
    with served(state) as bank:
        bank.get("fr/sesame?user=DURAND42&code=12345678")
        bank.get("secret-of-somebody")
    said = json.dumps(bank.log)
    assert not re.search(r"DURAND42|12345678|secret-of|127\.0\.0\.1", said)
    requests = [(line["route"], line["status"]) for line in bank.log if line["event"] == "request"]
    assert requests[0] == ("/{language}/sesame", 200)
    assert requests[1:] == [("unmatched", 307), ("unmatched", 404)]


def test_a_proxy_says_who_asks_where_that_was_agreed(state: Path) -> None:
    passed_on = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "Host": "bank.example"}
    with served(state, "--behind-proxy", "--host", "bank.example") as bank:
        assert bank.get("fr/", **passed_on)[0] == 200
        assert bank.get("metrics", **passed_on)[0] == 403
        assert bank.get("metrics")[0] == 200
    with served(state) as bank:
        assert bank.get("metrics", **{"X-Forwarded-For": "192.0.2.7"})[0] == 403


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--listen", "wlan0"), "--listen"),
        (("--listen", "198.51.100.7"), "no address of this machine"),
    ],
)
def test_what_cannot_be_served_is_said(
    words: tuple[str, ...], said: str, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["bank", "serve", *words, "--state", str(state)]) in (Exit.USAGE, Exit.OTHER)
    assert said in capsys.readouterr().err


def test_workers_that_nobody_has_are_a_misused_line(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["bank", "serve", "--workers", "0", "--state", str(state)])
    assert ended.value.code == Exit.USAGE
    assert "--workers" in capsys.readouterr().err


# In one process


@pytest.fixture
def bank(pages: Pages) -> TestClient:
    return TestClient(LoneBank(pages).make_app(), base_url=HERE, client=("127.0.0.1", 50000))


def test_books_that_are_away_are_told_to_whoever_watches(bank: TestClient, pages: Pages, tmp_path: Path) -> None:
    assert bank.get("/healthz").status_code == 200
    lose_books(pages.desk.verifier.store, tmp_path)  # type: ignore[arg-type]
    answer = bank.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "failing")
    assert "bank.db" not in answer.text


def test_the_access_control_server_is_counted_with_the_rest(store: SqlStore, tmp_path: Path) -> None:
    place = Place((), "http://localhost:1/", "http://localhost:1/", frozenset({"localhost"}), False, None, b"", "")
    app = make_app(store, Serving(place, tmp_path, "", proxied=False, structured=False))
    bank = TestClient(app, base_url=HERE, client=("127.0.0.1", 50000))
    assert bank.post("/acs/areq", json={}).status_code == 401
    assert bank.get("/fr/").status_code == 200
    told = bank.get("/metrics").text
    assert 'sesame_requests_total{method="POST",route="/acs/areq",status="401"} 1.0' in told
    assert 'route="/{language}/"' in told


def test_only_this_machine_reads_the_figures_and_brings_the_next_customer(pages: Pages) -> None:
    far = TestClient(LoneBank(pages).make_app(), base_url=HERE, client=("192.168.1.7", 50000))
    assert far.get("/metrics").status_code == 403
    assert far.post("/next", json={}).status_code == 403
    assert far.get("/healthz").status_code == 200


def test_on_the_network_it_answers_to_the_address_that_was_connected_to(pages: Pages) -> None:
    app = LoneBank(pages, own_address=True).make_app()
    own = TestClient(app, base_url="http://192.168.1.20:8036")
    assert own.get("/fr/").status_code == 200
    assert own.get("/fr/", headers={"host": "192.168.1.21:8036"}).status_code == 421
    assert TestClient(LoneBank(pages).make_app(), base_url="http://192.168.1.20").get("/fr/").status_code == 421


def test_a_phone_is_shown_the_way(pages: Pages) -> None:
    reached = OwnAddress("https://192.168.1.20:8036/", "0123 4567", b"a certificate")
    told = Pages(pages.desk, pages.sessions, pages.submissions, reached=reached)
    client = TestClient(LoneBank(told).make_app(), base_url=HERE)
    for language in ("fr", "en"):
        page = client.get(f"/{language}/connect")
        assert page.status_code == 200
        assert all(each in page.text for each in (reached.url, reached.fingerprint, f"{reached.url}root.crt"))
        assert f"/{language}/connect" in client.get(f"/{language}/").text
    picture = client.get("/connect.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.content == draw_address(reached.url)
    assert client.get("/root.crt").content == reached.root


def test_where_only_this_machine_can_come_no_phone_is_shown_a_way(bank: TestClient) -> None:
    assert [bank.get(path).status_code for path in ("/fr/connect", "/connect.svg", "/root.crt")] == [404] * 3
    assert "/fr/connect" not in bank.get("/fr/").text
