"""Promise P8: the bank's verifications a second on one core, and their cost with a growing number of cards.

    python -m benchmarks.bank_verifications [--cards 1000 100000 ...] [--seconds 3]

Side by side, on one core: our verification (only the counters that agree with the code's own bits are computed) and the
plain way (every counter of the same 512 recomputed and compared). Then the same in SQLite on this machine's disk, books
of each size, transactions and log included.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from statistics import median

from bank.books.records import IssuedCard
from bank.books.store_sql import SqlStore
from bank.books.vault import BooksVault
from bank.demo.customers import furnish_books, issued_gallery
from bank.demo.database import open_in_memory
from bank.emv.issuer import demo_pan
from bank.emv.keys import TEST_KEYS, card_key
from bank.verification import Policy, Search, Verifier

WINDOW = 512
ROUNDS = 5
FIRST_SERIAL = 100_000
WRONG = "33554432"
"""A code of the French bitmap whose candidates are all computed and none fits."""

Say = Callable[[str], object]


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=3.0)
    chosen = parser.parse_args()
    in_memory(chosen.seconds, print)
    in_sqlite(chosen.cards, chosen.seconds, print)
    return 0


def in_memory(seconds: float, say: Say) -> None:
    """One core, no disk: what the verification itself costs."""
    with closing(open_in_memory()) as store:
        furnish_books(store)
        _measure_in_memory(store, seconds, say)


def _measure_in_memory(store: SqlStore, seconds: float, say: Say) -> None:
    card = bank_card()
    search = Search(card, card_key(TEST_KEYS[card.key_name], card.pan, card.psn))
    counters = range(1, WINDOW + 1)
    ours = rate(lambda: search.found(WRONG, counters), seconds)
    plain = rate(lambda: [atc for atc in counters if search.code(atc) == WRONG], seconds)
    verifier = Verifier(store, Policy(window=WINDOW, attempts=10**9))
    whole = rate(lambda: verifier.verify("DURAND42", WRONG), seconds)
    say(f"candidates of one code in {WINDOW} counters   ours {ours:9.0f}/s   every counter {plain:9.1f}/s")
    say(f"whole verification, books in memory         {whole:9.0f}/s   {1e6 / whole:7.0f} µs each")


def in_sqlite(sizes: Sequence[int], seconds: float, say: Say) -> None:
    """Books of these sizes on this machine's disk, measured in turn so that a busy moment hits them all."""
    with ExitStack() as stack:
        books = [stack.enter_context(filled(size)) for size in sizes]
        rates: list[list[float]] = [[] for _ in books]
        for _ in range(ROUNDS):
            for verify, measured in zip(books, rates, strict=True):
                measured.append(rate(verify, seconds / ROUNDS))
    for size, measured in zip(sizes, rates, strict=True):
        each = 1e6 / median(measured)
        say(f"whole verification, SQLite, {size:9,} cards   {median(measured):9.0f}/s   {each:7.0f} µs each")


@contextmanager
def filled(cards: int) -> Iterator[Callable[[], object]]:
    """One verification after the other in books of so many cards."""
    with tempfile.TemporaryDirectory() as folder, closing(store_in(Path(folder))) as store:
        store.furnish_books(((card, 0) for card in many(cards)), ())
        each = cards_spread(cards)
        verifier = Verifier(store, Policy(window=WINDOW, attempts=10**9))
        yield lambda: verifier.verify(next(each), WRONG)


def store_in(folder: Path) -> SqlStore:
    """Books without cards."""
    store = SqlStore(f"sqlite:///{folder}/bank.db", BooksVault(bytes(32)))
    for key in TEST_KEYS.values():
        store.add_issuer_key(key)
    return store


def bank_card() -> IssuedCard:
    """The gallery's bank card, French bitmap."""
    return next(card for card in issued_gallery() if card.card_id == "bank-card")


def many(cards: int) -> Iterator[IssuedCard]:
    """So many cards like it."""
    pattern = bank_card()
    for number in range(cards):
        yield replace(pattern, card_id=f"card-{number}", pan=demo_pan(FIRST_SERIAL + number))


def cards_spread(cards: int) -> Iterator[str]:
    """Cards all over the books, so that no page of the database stays warm."""
    stride = max(1, cards // 997)
    return cycle(f"card-{number}" for number in range(0, cards, stride))


def rate(work: Callable[[], object], seconds: float) -> float:
    """How often a second `work` can be done; measured for that long."""
    done, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        work()
        done += 1
    return done / spent


if __name__ == "__main__":
    sys.exit(main())
