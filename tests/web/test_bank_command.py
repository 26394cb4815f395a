"""`sesame bank` and `sesame run` as processes use them: one bank for terminal, page and command line."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bank.demo.database import open_database
from bank.emv.keys import card_key
from bank.verification import Search
from sesame import cli
from sesame.exits import Exit
from sesame_core.screens import group_digits

ROOT = Path(__file__).parents[2]
LIMIT_S = 120

Bank = Callable[..., int]


@pytest.fixture
def bank(tmp_path: Path, fresh_books: Path) -> Bank:
    """Runs `sesame bank` on books of the test's own."""
    shutil.copytree(fresh_books, tmp_path / "state")
    return lambda *words: cli.main(["bank", *words, "--state", str(tmp_path / "state")])


@pytest.fixture
def code(bank: Bank, tmp_path: Path) -> Callable[[int], str]:
    """The bank card's code at a counter."""
    return codes_of("bank-card", tmp_path / "state")


def codes_of(name: str, state: Path) -> Callable[[int], str]:
    """A card's code at a counter."""
    with closing(open_database(state)) as store:
        card = store.find_card(name)
        assert card is not None
        return Search(card, card_key(store.issuer_key(card.key_name), card.pan, card.psn)).code


def test_a_code_is_accepted_once(bank: Bank, code: Callable[[int], str]) -> None:
    assert bank("verify", code(1)[:4], code(1)[4:]) == 0
    assert bank("verify", code(1), "--who", "DURAND42") == 1


def test_a_counter_beyond_the_window_is_found_again_by_two_codes(bank: Bank, code: Callable[[int], str]) -> None:
    assert bank("verify", code(3000)) == 1
    assert bank("resync", code(3000), code(3001), "--who", "DURAND42") == 0
    assert bank("verify", code(3001)) == 1
    assert bank("verify", code(3002)) == 0


def test_resynchronising_reads_codes_in_groups_too(bank: Bank, code: Callable[[int], str]) -> None:
    words = [part for atc in (900, 901) for part in (code(atc)[:4], code(atc)[4:])]
    assert bank("resync", *words) == 0


def test_two_codes_far_apart_do_not_resynchronise(bank: Bank, code: Callable[[int], str]) -> None:
    assert bank("resync", code(3000), code(3020)) == 1


def test_the_last_refusal_but_one_warns_whoever_verifies(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for _ in range(6):
        assert bank("verify", "00000000") == 1
        said.append(capsys.readouterr().err)
    assert [("one more refusal" in line, "is closed" in line) for line in said] == [
        *[(False, False)] * 3,
        (True, False),
        *[(False, True)] * 2,
    ]


def test_blocking_and_unblocking(bank: Bank, code: Callable[[int], str]) -> None:
    assert bank("block", "DURAND42") == 0
    assert bank("verify", code(1)) == 1
    assert bank("unblock", "bank-card") == 0
    assert bank("verify", code(1)) == 0


def test_a_new_customer_signs_with_the_card_given(
    bank: Bank, code: Callable[[int], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bank("issue", "lefevre1", "--name", "Lou Lefèvre", "--card", "bank-card") == 0
    assert bank("verify", code(1), "--who", "LEFEVRE1") == 0
    bank("list")
    listed = capsys.readouterr().out
    assert re.search(r"^bank-card +LEFEVRE1 +1 +0 +Lou Lefèvre$", listed, re.MULTILINE)
    assert re.search(r"^bank-card +DURAND42 ", listed, re.MULTILINE)


def test_the_log_of_a_card_holds_no_code(
    bank: Bank, code: Callable[[int], str], capsys: pytest.CaptureFixture[str]
) -> None:
    bank("verify", code(1))
    bank("verify", "1234 5678")
    capsys.readouterr()
    assert bank("list", "DURAND42") == 0
    listed = capsys.readouterr().out
    assert len(listed.splitlines()) == 2
    assert "accepted" in listed
    assert code(1) not in listed
    assert "12345678" not in listed


@pytest.mark.parametrize(
    "words",
    [
        ("reset",),
        ("block", "nobody"),
        ("verify",),
        ("verify", "1234567"),
        ("verify", "1234-5678"),
        ("resync", "12345678"),
        ("resync", "12345678", "1234567"),
        ("resync", "12345678123456789"),
        ("issue", "NEWUSER1", "--card", "nothing"),
    ],
)
def test_what_cannot_be_done_is_said(bank: Bank, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert bank(*words) == 2
    assert capsys.readouterr().err.startswith("sesame: ")


@pytest.mark.parametrize(
    "words",
    [(), ("issue",), ("issue", "ONE", "TWO"), ("block",), ("customer",), ("customer", "loose"), ("reset", "--ja")],
)
def test_what_cannot_be_understood_is_said(
    bank: Bank, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        bank(*words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: sesame bank")


@pytest.mark.parametrize("words", [("verify", "1234567"), ("resync", "34656023", "1234567")])
def test_a_slip_in_typing_is_no_attempt(words: Sequence[str], bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    assert bank(*words) == 2
    assert "0000 0000 or 00000000" in capsys.readouterr().err
    assert bank("list", "bank-card") == 0
    assert capsys.readouterr().out == ""


def test_a_code_of_ten_digits_is_none_the_worse(bank: Bank, tmp_path: Path) -> None:
    code = codes_of("ten-digits", tmp_path / "state")
    assert len(code(1)) == 10
    assert bank("verify", *group_digits(code(1)).split(), "--who", "ten-digits") == 0
    assert bank("resync", group_digits(code(3000)), code(3001), "--who", "ten-digits") == 2
    assert bank("resync", code(3000), code(3001), "--who", "ten-digits") == 0


def test_reset_makes_all_as_it_was(bank: Bank, code: Callable[[int], str]) -> None:
    bank("verify", code(1))
    bank("issue", "LEFEVRE1")
    assert bank("reset", "--yes") == 0
    assert bank("verify", code(1)) == 0
    assert bank("verify", code(1), "--who", "LEFEVRE1") == 1


class Running:
    """`sesame` with these words, its page up."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line
        self.address = found[0]

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=LIMIT_S) as answer:
            return str(answer.read().decode())

    def post(self, verb: str, **body: object) -> None:
        request = urllib.request.Request(
            f"{self.address}api/{verb}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
            assert answer.status == 200


@contextmanager
def running(*words: str, end: signal.Signals = signal.SIGINT) -> Iterator[Running]:
    """The process, ended as a person or the system ends it; it must end well and say nothing on the way."""
    command = [sys.executable, "-m", "sesame", *words, "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield Running(process)
        process.send_signal(end)
        _, said = process.communicate(timeout=LIMIT_S)
        assert (process.returncode, said) == (0, "")
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_demonstration_is_stopped_and_started_without_losing_a_customer(
    bank: Bank, tmp_path: Path, end: signal.Signals
) -> None:
    words = ("run", "--simulated", "--no-browser", "--state", str(tmp_path / "state"))
    bank("issue", "LEFEVRE1", "--card", "sesame-card")
    with running(*words, end=end) as page:
        assert "LEFEVRE1" in page.get("fr/")
        assert "Coop@net" in page.get("coopanet/fr/")
        page.post("insert", card="bank-card")
    with running(*words, end=end) as page:
        assert "LEFEVRE1" in page.get("fr/")
        assert bank("reset", "--yes") == 0, "the first state, while it runs"
        assert "LEFEVRE1" not in page.get("fr/")
        assert "DURAND42" in page.get("fr/")


def test_the_bank_alone(bank: Bank, tmp_path: Path) -> None:
    with running("bank", "serve", "--state", str(tmp_path / "state")) as page:
        assert "Coop@net" in page.get("fr/")


def test_a_port_that_is_taken_is_said(bank: Bank, tmp_path: Path) -> None:
    with running("bank", "serve", "--state", str(tmp_path / "state")) as page:
        port = page.address.rstrip("/").rpartition(":")[2]
        command = [sys.executable, "-m", "sesame", "bank", "serve", "--port", port, "--state", str(tmp_path / "state")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == Exit.OTHER
    assert "--port" in done.stderr


def test_a_database_may_be_named_by_the_environment(bank: Bank, tmp_path: Path, code: Callable[[int], str]) -> None:
    """A URL may hold a password, which has no place in a list of processes."""
    url = f"sqlite:///{tmp_path}/elsewhere.db"
    command = [sys.executable, "-m", "sesame", "bank", "list", "--state", str(tmp_path / "state")]
    environment = {**os.environ, "SESAME_DATABASE": url}
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=LIMIT_S, check=True)
    assert (tmp_path / "elsewhere.db").exists()
