"""A small terminal for the bank's tests: it speaks to a card as protocol.md says, with no code of the reader's."""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bank.books.store_sql import SqlStore
from bank.books.vault import BooksVault
from bank.cards.card import CardInSlot
from bank.demo.database import open_in_memory
from bank.emv.keys import TEST_KEYS
from tests.left_out import leave_out

LIMIT_S = 120
"""How long a helper process may take before the test is held to have failed."""

AIDS = (
    "A0000000038002",
    "A0000000048002",
    "A0000002040000",
    "D056000666111010",
    "A0000000032010",
    "A0000000031010",
    "A0000000041010",
    "A0000000043060",
    "F0534553414D45",
)
DEFAULT_BITMAP = "0000FFFFFF0000000000000000000020B938"
CONSTRUCTED = (0x6F, 0xA5, 0xBF0C, 0x70, 0x77, 0x61)


def objects(raw: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(raw):
        if raw[position] in (0x00, 0xFF):
            position += 1
            continue
        size = 1
        if raw[position] & 0x1F == 0x1F:
            size = 2
        tag = int.from_bytes(raw[position : position + size], "big")
        position += size
        length = raw[position]
        position += 1
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(raw[position : position + count], "big")
            position += count
        value = raw[position : position + length]
        assert len(value) == length
        position += length
        yield tag, value
        if tag in CONSTRUCTED:
            yield from objects(value)


def entries(dol: bytes) -> Iterator[tuple[int, int]]:
    position = 0
    while position < len(dol):
        size = 2 if dol[position] & 0x1F == 0x1F else 1
        yield int.from_bytes(dol[position : position + size], "big"), dol[position + size]
        position += size + 1


def kept_digits(data: bytes, bitmap: bytes) -> str:
    number = 0
    for index in range(8 * min(len(data), len(bitmap))):
        byte, shift = index // 8, 7 - index % 8
        if bitmap[byte] >> shift & 1:
            number = number << 1 | data[byte] >> shift & 1
    return f"{number:08d}"


@dataclass
class Terminal:
    card: CardInSlot
    known: dict[int, bytes] = field(default_factory=dict)
    aid: str = ""
    sent: list[str] = field(default_factory=list)

    def power(self) -> bytes:
        atr = self.card.power_on()
        return self.card.reset_card() if atr[:1] == b"\x3f" else atr

    def send(self, header: str, data: bytes = b"") -> tuple[bytes, int]:
        self.sent.append(header)
        head = bytes.fromhex(header)
        body = bytes((len(data),)) + data if data else b""
        answer = self.card.transmit(head + (body + (b"\0" if self.card.protocol == 1 or not data else b"")))
        collected = answer[:-2]
        if answer[-2] == 0x6C:
            answer = self.card.transmit(head + answer[-1:])
            collected = answer[:-2]
        while answer[-2] == 0x61:
            answer = self.card.transmit(bytes.fromhex("00C00000") + answer[-1:])
            collected += answer[:-2]
        return collected, int.from_bytes(answer[-2:], "big")

    def select(self, *aids: str) -> int:
        status = 0x6A82
        for aid in aids or AIDS:
            data, status = self.send("00A40400", bytes.fromhex(aid))
            if status == 0x9000:
                self.aid, self.known = aid, dict(objects(data))
                break
        return status

    def options(self, **request: str) -> int:
        wanted = self.fill(self.known.get(0x9F38, b""), **request)
        length = bytes((len(wanted),)) if len(wanted) < 0x80 else bytes((0x81, len(wanted)))
        data, status = self.send("80A80000", b"\x83" + length + wanted)
        if status != 0x9000:
            return status
        found = dict(objects(data))
        profile, locator = (found[0x80][:2], found[0x80][2:]) if 0x80 in found else (found[0x82], found[0x94])
        self.known[0x82] = profile
        for at in range(0, len(locator), 4):
            sfi, first, last = locator[at] >> 3, locator[at + 1], locator[at + 2]
            for number in range(first, last + 1):
                record, status = self.send(f"00B2{number:02X}{sfi << 3 | 4:02X}")
                assert status == 0x9000
                self.known |= dict(objects(record))
        return status

    def belgian(self) -> bool:
        return self.known.get(0x5F2C) == b"\x00\x56" and self.known.get(0xDF07, b"").startswith(b"BKS056")

    def fill(self, dol: bytes, challenge: str = "", amount: str = "") -> bytes:
        dpa, cap = self.aid == "A0000000038002", self.aid == "A0000000048002"
        plain_belgian = self.belgian() and not (dpa or cap)
        values = {
            0x95: "8000000800" if plain_belgian else "8000000000",
            0x9A: "010101" if self.aid.startswith("A000000003") and not plain_belgian else "000000",
            0x9F34: "010002" if dpa or cap else "000000",
            0x9F35: "37" if plain_belgian else "34",
            0x9F33: "208000",
            0x9F37: challenge.zfill(8),
            0x9F02: amount.zfill(12),
            0x8A: "5A31" if plain_belgian else "5A33",
        }
        return b"".join(bytes.fromhex(values.get(tag, "00" * length)) for tag, length in entries(dol))

    def verify(self, pin: str) -> int:
        block = f"2{len(pin):X}{pin}".ljust(16, "F")
        return self.send("00200080", bytes.fromhex(block))[1]

    def generate(self, **request: str) -> tuple[bytes, int]:
        return self.send("80AE8000", self.fill(self.known[0x8C], **request))

    def close(self) -> tuple[bytes, int]:
        return self.send("80AE0000", self.fill(self.known[0x8D]))

    def cryptogram(self, **request: str) -> tuple[bytes, bytes, bytes, bytes]:
        """CID, ATC, AC, IAD."""
        data, status = self.generate(**request)
        assert status == 0x9000
        found = dict(objects(data))
        if 0x80 in found:
            packed = found[0x80]
            return packed[:1], packed[1:3], packed[3:11], packed[11:]
        return found[0x9F27], found[0x9F36], found[0x9F26], found[0x9F10]

    def start(self, pin: str | None, **request: str) -> None:
        assert self.power()
        assert self.select() == 0x9000
        assert self.options(**request) == 0x9000
        if pin is not None:
            assert self.verify(pin) == 0x9000

    def code(self, pin: str | None, **request: str) -> str:
        self.start(pin, **request)
        return self.digits(*self.cryptogram(**request))

    def digits(self, cid: bytes, atc: bytes, ac: bytes, iad: bytes) -> str:
        if self.belgian() and (0x9F56 not in self.known or self.aid == "D056000666111010"):
            base = (int.from_bytes(ac[5:7], "big") & 0x3FF) * 65536 + atc[1] * 256 + ac[7]
            return f"{(base + base % 10 * 10**7) % 10**8:08d}"
        psn = self.known[0x5F34] if self.known.get(0x9F55, b"\0")[0] & 0x40 else b""
        bitmap = self.known.get(0x9F56, bytes.fromhex(DEFAULT_BITMAP))
        return kept_digits(psn + cid + atc + ac + iad, bitmap)


@pytest.fixture
def terminal() -> Callable[[CardInSlot], Terminal]:
    """Puts a card into a terminal."""
    return Terminal


def postgres_tools() -> Path | None:
    """Where Debian keeps the server's programs: not on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class PostgresCluster:
    """A PostgreSQL server of the test's own: on a socket in a scratch directory, reachable by nobody else."""

    def __init__(self, tools: Path) -> None:
        self._tools = tools
        self._directory = Path(tempfile.mkdtemp(prefix="sesame-pg-"))
        self._databases = itertools.count(1)
        self._template = ""
        if os.getuid() == 0:
            shutil.chown(self._directory, "postgres")

    def start(self) -> None:
        data = str(self._directory / "data")
        self._run("initdb", "-D", data, "-A", "trust", "-U", "sesame", "--no-sync", "-E", "UTF8")
        options = f"-k {self._directory} -c listen_addresses= -c fsync=off"
        log = str(self._directory / "log")
        self._run("pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._directory / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._directory)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """All of its processes stand still meanwhile, as on a machine that hangs: nothing closes, nothing answers."""
        first = int((self._directory / "data/postmaster.pid").read_text().split()[0])
        stopped: list[int] = []
        try:
            for process in itertools.chain((first,), _list_children(first)):  # the children once it stands still
                os.kill(process, signal.SIGSTOP)
                stopped.append(process)
            yield
        finally:
            for process in reversed(stopped):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def new_database(self, template: str = "template1") -> str:
        """The URL of an empty database, or of one like the template."""
        name = f"bank{next(self._databases)}"
        self._run("createdb", "-h", str(self._directory), "-U", "sesame", "-T", template, name)
        return f"postgresql://sesame@/{name}?host={self._directory}"

    def new_books(self) -> str:
        """The URL of a database that the steps have been taken in already: of each cluster the first one takes them."""
        if not self._template:
            template = self.new_database()
            SqlStore(template, BooksVault(bytes(32))).close()
            self._template = make_url(template).database or ""
        return self.new_database(self._template)

    def _run(self, tool: str, *arguments: str) -> None:
        """The server refuses to run as root: Debian's package made a user for it."""
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*user, str(self._tools / tool), *arguments]
        subprocess.run(command, check=True, cwd=self._directory, stdout=subprocess.DEVNULL, timeout=LIMIT_S)


def _list_children(process: int) -> Iterator[int]:
    """As /proc has them (proc_pid_task(5)), looked up when they are asked for."""
    yield from map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """The server. Where Debian's package is absent the tests that need it are left out, but never in CI."""
    tools = postgres_tools()
    if tools is None:
        leave_out("PostgreSQL is not installed (Debian: postgresql)")
    cluster = PostgresCluster(tools)
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def memory() -> Iterator[SqlStore]:
    """Empty books in memory, with the test keys."""
    with closing(open_in_memory()) as store:
        yield store


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """Empty books of each kind, with the test keys."""
    if request.param == "memory":
        store = open_in_memory()
    elif request.param == "sqlite":
        store = SqlStore(f"sqlite:///{tmp_path}/bank/bank.db", BooksVault(bytes(32)))
    else:
        store = SqlStore(request.getfixturevalue("postgres").new_books(), BooksVault(bytes(32)))
    for key in TEST_KEYS.values():
        store.add_issuer_key(key)
    yield store
    store.close()
