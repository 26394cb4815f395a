"""The shop behind its guard: the bank's form comes in at one address, everything else from its own pages."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.types import ASGIApp

from merchant.books import ShopBooks
from merchant.checkout import Checkout
from merchant.errors import ShopError
from merchant.line import BankLine
from merchant.machine.books import MachineBooks
from merchant.machine.giving import CashMachine
from merchant.machine.pages import PATH as MACHINE
from merchant.machine.pages import make_machine
from merchant.network import CardNetwork
from merchant.pages import ShopPages
from merchant.threeds import MOST_BYTES
from merchant.twin import wall_ms
from merchant.wallet.asking import CardWallet
from merchant.wallet.books import WalletBooks
from merchant.wallet.pages import PATH as WALLET
from merchant.wallet.pages import make_wallet
from web.guard import LOOPBACK, Guard, content_policy
from web.mounting import WholeMount

FILE: Final = "shop.db"
MACHINE_FILE: Final = "cash-machine.db"
WALLET_FILE: Final = "wallet.db"
NAME: Final = "La Papeterie du Méandre"
"""As the bank knows it."""


def open_checkout(path: Path, network: CardNetwork, now_ms: Callable[[], int] = wall_ms) -> Checkout:
    """The shop's books and the bank. Raises ShopError."""
    return Checkout(ShopBooks(path), network, now_ms)


@dataclass(frozen=True)
class BesideShop:
    """What stands beside the shop, where it is there."""

    machine: CashMachine | None = None
    wallet: CardWallet | None = None

    def list_routes(self) -> list[WholeMount]:
        """Each at its path."""
        machine = [WholeMount(MACHINE, make_machine(self.machine))] if self.machine else []
        return machine + ([WholeMount(WALLET, make_wallet(self.wallet))] if self.wallet else [])

    def resume_work(self) -> None:
        """What was cut off when the machine was ended. Raises ShopError."""
        if self.machine:
            self.machine.resume_work()

    def settle_work(self) -> None:
        """Tell the bank what it could not be told before. Raises ShopError."""
        if self.machine:
            self.machine.report_ends()


def open_beside(folder: Path, machine: BankLine | None, wallet: BankLine | None) -> BesideShop:
    """The twins' books, each with its line to the bank where it has one. Raises ShopError."""
    return BesideShop(
        CashMachine(MachineBooks(folder / MACHINE_FILE), machine, wall_ms) if machine else None,
        CardWallet(WalletBooks(folder / WALLET_FILE), wallet, wall_ms) if wallet else None,
    )


def make_shop(checkout: Checkout, hosts: frozenset[str] = LOOPBACK, beside: BesideShop = BesideShop()) -> ASGIApp:
    """The application, guarded."""
    pages = ShopPages(checkout)
    handlers: dict[Any, Any] = {404: pages.show_missing, 405: pages.show_missing, ShopError: pages.show_broken}
    app = Starlette(routes=[*beside.list_routes(), *pages.list_routes()], exception_handlers=handlers)
    return Guard(
        app,
        content_policy(scripts=True),
        hosts,
        most_bytes=MOST_BYTES,
        entrances=frozenset({"/3ds/notification"}),
    )
