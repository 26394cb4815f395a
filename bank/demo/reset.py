"""The demonstration as at its beginning. Only what this program can prove it made is deleted, and never a key."""

from pathlib import Path

from bank.books.emptying import empty_books
from bank.cards.forgetting import forget_cards
from bank.demo.database import books_url


def reset(state_dir: Path, url: str = "") -> list[str]:
    """Empty the named books and forget what the gallery's cards remember; whoever opens the books next furnishes them.

    The key stays: books elsewhere may have been sealed with it. What it returns is the names of files that are called
    like a card's memory and are none; they were left alone. Raises StateError: then no counter was forgotten.
    """
    empty_books(books_url(state_dir, url))
    return forget_cards(state_dir)
