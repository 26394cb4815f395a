"""The simulated telephone over a bank's books, for whoever plays scripts."""

from starlette.applications import Starlette

from bank.books.clock import WallClock, wall_ms
from bank.books.store_sql import SqlStore
from bank.securpass.phone.subscribing import PhoneSubscriptions
from bank.securpass.ports import PhoneWaker
from bank.verification import Verifier
from bank.web.app.api.verbs import AppApi, make_app_api
from bank.web.app.shell import app_policy
from bank.web.app.words import list_app_words
from bank.web.coopanet.sign_in import Desk
from bank.web.feed import OperationFeed
from bank.web.shared import BookSessions, BookSourceLimit
from simulator.phone.bank_side import BankSide
from simulator.phone.hands import PhoneHands
from web.guard import Guard
from web.mounting import WholeMount


async def _go_on(_seconds: float) -> None:
    """A script's telephone knows its customer's password: how long a no takes tells it nothing."""


def open_phone(
    store: SqlStore, language: str = "fr", wall: WallClock = wall_ms, waker: PhoneWaker | None = None
) -> PhoneHands:
    """A telephone that nobody knows yet. `language`: the app's, its first where it has no other."""
    bank, words = BankSide(store, wall, waker), list_app_words()
    api = AppApi(
        bank.service,
        BookSessions(store, wall=wall),
        Desk(Verifier(store), BookSourceLimit(store, wall=wall), pause=_go_on),
        BookSourceLimit(store, wall=wall, prefix="script-source/"),
        OperationFeed(store),
        PhoneSubscriptions(store, wall=wall),
    )
    guarded = Guard(Starlette(routes=[WholeMount("/api", make_app_api(api))]), app_policy())
    return PhoneHands(bank, guarded, words.get(language) or next(iter(words.values())))
