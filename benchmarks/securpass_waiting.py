"""Telephones that wait for something: ten thousand on one worker, and one that hears of what another worker has taken.

    SESAME_PHONES=1000 python -m benchmarks securpass        (fewer, on a small machine)

The worker is a process of its own on the same books; each telephone is a customer with a session and a stream of
events. Its memory is the resident set, before any of them and with all of them.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select

from bank.books.schema import CUSTOMERS, SESSIONS
from bank.books.sessions import SessionLimits, hash_token
from bank.books.store_sql import SqlStore
from bank.demo.database import open_database
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.ports import Asking
from bank.web.app.api.visiting import SESSION_COOKIE
from benchmarks.figures import ROOT, milliseconds, table
from simulator.phone.bank_side import BankSide

PHONES: Final = int(os.environ.get("SESAME_PHONES", "10000"))
AT_ONCE: Final = 40
HEARD: Final = 40
USER: Final = "DURAND42"
PATIENCE_S: Final = 120


def report_waiting() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder, closing(open_database(Path(folder))) as store:
        with _serving(Path(folder)) as (port, process):  # a bank that opens gives each of its customers a password
            rows = asyncio.run(_measure(store, port, process, _furnish(store)))
        table(f"Sécur'Pass: {PHONES:,} telephones that wait on one worker", rows)


async def _measure(store: SqlStore, port: int, process: int, tokens: list[str]) -> list[tuple[str, str]]:
    own = await _listen(port, tokens[0])
    await _hear(store, own)  # what is loaded at the first is no telephone's
    empty = _read_memory(process)
    alone = [await _hear(store, own) for _ in range(HEARD)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def come(token: str) -> asyncio.StreamWriter:
        async with gate:
            return (await _listen(port, token))[1]

    came = time.perf_counter()
    lines = await asyncio.gather(*(come(token) for token in tokens[1:]))
    all_there = time.perf_counter() - came
    full, cpu, at = _read_memory(process), _read_cpu(process), time.perf_counter()
    crowded = [await _hear(store, own) for _ in range(HEARD)]
    busy = (_read_cpu(process) - cpu) / (time.perf_counter() - at)
    for line in (*lines, own[1]):
        line.close()
    return [
        ("memory for each", f"{(full - empty) / len(tokens) / 1024:.1f} KiB ({full / 2**20:.0f} MiB in all)"),
        ("until all are there", f"{all_there:.1f} s"),
        ("processor while they wait", f"{100 * busy:.0f} %"),
        ("request to one of them, by poll over workers", _figures(crowded)),
        ("the same, alone", _figures(alone)),
    ]


def _figures(taken: list[float]) -> str:
    p95 = sorted(taken)[int(len(taken) * 0.95)]
    return f"p50 {milliseconds(statistics.median(taken)):>9}   p95 {milliseconds(p95):>9} (goal: 1.2 s at most)"


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _listen(port: int, token: str) -> Line:
    """A telephone's stream of events, once it has begun."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /api/events HTTP/1.1\r\nHost: localhost\r\nCookie: {SESSION_COOKIE}={token}\r\n\r\n".encode())
    head = await asyncio.wait_for(reader.readuntil(b"retry: 1000"), PATIENCE_S)
    assert b" 200 " in head.split(b"\r\n")[0], head
    return reader, writer


async def _hear(store: SqlStore, line: Line) -> float:
    """Seconds from a request that this process takes, as another worker would, to the telephone's stream."""
    bank = BankSide(store)
    number = bank.find_number(USER)
    began = time.perf_counter()
    asked = await asyncio.to_thread(_ask, bank, number)
    await asyncio.wait_for(line[0].readuntil(b'"seq": %d' % asked[0]), PATIENCE_S)
    taken = time.perf_counter() - began
    await asyncio.to_thread(bank.service.operations.withdraw_operation, number, asked[1])
    await asyncio.wait_for(line[0].readuntil(b'"seq": '), PATIENCE_S)
    return taken


def _ask(bank: BankSide, number: int) -> tuple[int, str]:
    fields: dict[str, str | int] = {"email": f"{time.perf_counter_ns()}@example.org"}
    asking = Asking(number, OperationKind.CHANGE_EMAIL, TerminalKind.COMPUTER, fields)
    made = bank.service.operations.request_operation(asking)
    return made.seq, made.operation_id


def _furnish(store: SqlStore) -> list[str]:
    """Customers, each with a session: their tokens, the demonstration's own customer's first."""
    now_ms = time.time_ns() // 1_000_000
    users = [f"P{number:07d}" for number in range(1, PHONES)]
    tokens = [f"token-{number:08d}" for number in range(PHONES)]
    with store.writing() as connection:
        known = connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.user_code == USER)).mappings().one()
        same = {name: value for name, value in known.items() if name != "id"}
        connection.execute(insert(CUSTOMERS), [same | {"user_code": user, "name": user} for user in users])
        numbers = dict(connection.execute(select(CUSTOMERS.c.user_code, CUSTOMERS.c.id)).tuples().all())
        until_ms = now_ms + SessionLimits().longest_ms  # and seen then: idle is none, however late it comes
        moments = {"created_ms": now_ms, "seen_ms": until_ms, "until_ms": until_ms}
        rows = [
            {"token_hash": hash_token(token), "customer_id": numbers[user], **moments}
            for token, user in zip(tokens, (USER, *users), strict=True)
        ]
        connection.execute(insert(SESSIONS), rows)
    return tokens


@contextmanager
def _serving(state: Path) -> Iterator[tuple[int, int]]:
    """The worker's port, and its number as a process."""
    command = [sys.executable, "-m", "benchmarks.waiting_worker", str(state)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process.pid
    finally:
        process.terminate()
        process.wait()


def _read_memory(process: int) -> int:
    """Bytes that are resident (proc(5))."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _read_cpu(process: int) -> float:
    """Seconds of processor that it has had (proc(5), utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
