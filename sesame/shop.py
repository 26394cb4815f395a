"""The shop beside the bank, with a cash machine and a wallet: another process, given keys of its own, and known to the
bank by its address."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from sesame.exits import CommandError, Exit

if TYPE_CHECKING:
    from bank.books.store_sql import SqlStore

STANDING: Final = ("meander", "meander-cash", "meander-wallet")
"""The bank's codes of the shop, and of what stands beside it: a cash machine, a wallet."""
BESIDE: Final = (("shop", ""), ("machine", "machine/"), ("wallet", "wallet/"))
"""What the entrance shows of it, and where each is below the shop's address."""
ENDING_S: Final = 10.0


@contextmanager
def shop_beside(store: "SqlStore", bank: str, state_dir: Path) -> Iterator[str]:
    """While the context lasts, the shop is there: its address. Raises CommandError where it does not start.

    `bank`: its address, by a name of which browsers make another site than the shop's. It ends with its standard
    input, so that none is left over whatever ends this process.
    """
    from bank.threeds.merchants import make_merchant_key  # noqa: PLC0415 - a bank's libraries

    keys = [make_merchant_key() for _ in STANDING]
    command = [sys.executable, "-m", "sesame", "shop", "--bank", bank, "--state", str(state_dir)]
    child = subprocess.Popen(  # noqa: S603 - written here
        [*command, "--key-from-input", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(f"{' '.join(keys)}\n")
        child.stdin.flush()
        url = _read_address(child.stdout)
        _introduce(store, url.rstrip("/"), keys)
        yield url
    finally:
        child.stdin.close()
        _end(child.wait, child.kill)
        child.stdout.close()


def _read_address(output: IO[str]) -> str:
    """Raises CommandError."""
    written = ""
    for line in output:
        written += line
        with suppress(ValueError):  # not whole yet
            said = json.loads(written)
            if "address" in said:
                return str(said["address"])
            break
    raise CommandError(Exit.FAILED, "the shop does not start; type `sesame shop` to see why")


def _introduce(store: "SqlStore", origin: str, keys: list[str]) -> None:
    from bank.books.clock import pass_time, wall_ms  # noqa: PLC0415 - as above
    from bank.threeds.merchants import CASH_MACHINE, USUAL_CATEGORY, WALLET, MerchantEntry, put_merchant  # noqa: PLC0415
    from merchant.machine.pages import NAME as MACHINE_NAME  # noqa: PLC0415
    from merchant.site import NAME  # noqa: PLC0415
    from merchant.wallet.pages import NAME as WALLET_NAME  # noqa: PLC0415

    kinds = (NAME, USUAL_CATEGORY), (MACHINE_NAME, CASH_MACHINE), (WALLET_NAME, WALLET)
    with store.writing() as connection:
        now_ms = pass_time(connection, wall_ms())
        for code, (name, category), key in zip(STANDING, kinds, keys, strict=True):
            put_merchant(connection, MerchantEntry(code, name, origin, category), key, now_ms)


def _end(wait: Callable[[float], int], kill: Callable[[], None]) -> None:
    try:
        wait(ENDING_S)
    except subprocess.TimeoutExpired:
        kill()
        wait(ENDING_S)
