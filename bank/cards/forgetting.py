"""Cards of the gallery as new: what they remember is deleted, where this program can prove that it wrote it."""

from collections.abc import Iterator
from pathlib import Path

from bank.cards.gallery import list_names
from bank.cards.memory import counters_from
from bank.decoding import decode_foreign
from bank.errors import StateError
from bank.files import lock_file, read_private


def forget_cards(state_dir: Path) -> list[str]:
    """Have every card of the gallery made anew. What it returns is the names of files that are called like a card's
    memory and are none; they were left alone."""
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
