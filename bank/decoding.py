"""Bytes that others wrote, or that were damaged since: every failure to take them apart leaves as one error of ours.

A parser fails in more ways than its documentation names: with JSON come ValueError, RecursionError (deep nesting) and
OverflowError (`int(1e999)`). So nothing here lists them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

from bank.errors import StateError, UnknownCardError


@contextmanager
def decode_foreign(trouble: str) -> Iterator[None]:
    """Around whatever takes foreign bytes apart. Raises StateError, which says `trouble`, for every failure.

    That nobody of that name is there is an answer, and no failure.
    """
    try:
        yield
    except (StateError, UnknownCardError):
        raise
    except Exception as cause:
        raise StateError(trouble) from cause


def is_whole(number: object, most: float = inf) -> bool:
    """Whether it is a whole number from 0 to `most`: neither `true` nor `1.0`, which compare as if they were."""
    return type(number) is int and 0 <= number <= most
