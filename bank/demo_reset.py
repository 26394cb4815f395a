"""The demonstration as at its beginning. Only what this program can prove it made is deleted, and never a key."""

from collections.abc import Iterator
from pathlib import Path

from bank.cards.gallery import list_names
from bank.cards.memory import counters_from
from bank.decoding import decode_foreign
from bank.demo.database import books_url
from bank.emptying import empty_books
from bank.errors import StateError
from bank.files import lock_file, read_private


def reset_demonstration(state_dir: Path, url: str = "") -> list[str]:
    """Empty the named books and forget what the gallery's cards remember; whoever opens the books next furnishes them.

    The key stays: books elsewhere may have been sealed with it. What it returns is the names of files that are called
    like a card's memory and are none; they were left alone. Raises StateError: then no counter was forgotten.
    """
    empty_books(books_url(state_dir, url))
    return list(_foreign_memories(state_dir))


def _foreign_memories(state_dir: Path) -> Iterator[str]:
    for path in (state_dir / f"{name}.json" for name in list_names()):
        if path.is_symlink() or path.exists():
            try:
                _forget(path)
            except StateError:
                yield path.name


def _forget(path: Path) -> None:
    """Delete a card's memory. Raises StateError when it is none."""
    if path.is_symlink():
        raise StateError(f"{path} is none of this program's files")
    with lock_file(path), decode_foreign(f"{path} is not a card's state"):
        raw = read_private(path)
        if raw is not None:
            counters_from(raw)
            path.unlink()
