"""Whose clients come through is asked at each handshake, on the server's own loop: of books that may hang."""

import ssl
from datetime import UTC, datetime
from threading import Event

import pytest

from bank.errors import StateError
from web.certified import Believed
from web.tls import make_root

FIRST, SECOND = (make_root(datetime.now(UTC)).certificate for _ in range(2))


def count_believed(context: ssl.SSLContext) -> int:
    return len(context.get_ca_certs())


def test_those_of_now_and_those_of_before() -> None:
    told = iter((FIRST, None, FIRST, SECOND))
    believed, context = Believed(lambda: next(told), patience_s=60), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    counts = []
    for _ in range(4):
        believed.renew(context)
        counts.append(count_believed(context))
    assert counts == [1, 1, 1, 2]


def test_books_that_hang_are_waited_for_once_and_count_when_they_answer() -> None:
    """PostgreSQL that is stopped hung the whole site: nobody's handshake went on."""
    answered, asked = Event(), []

    def hang() -> bytes:
        asked.append(1)
        answered.wait()
        return FIRST

    believed, context = Believed(hang, patience_s=0.01), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for _ in range(5):
        believed.renew(context)
    assert (len(asked), count_believed(context)) == (1, 0)
    answered.set()
    question = believed._asked
    assert question is not None
    question.result()
    believed.renew(context)
    assert count_believed(context) == 1


def test_what_goes_wrong_ends_the_handshake_and_not_the_next_one() -> None:
    wrong = [StateError("a mistake")]

    def tell() -> bytes:
        if wrong:
            raise wrong.pop()
        return FIRST

    believed, context = Believed(tell, patience_s=60), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with pytest.raises(StateError):
        believed.renew(context)
    believed.renew(context)
    assert count_believed(context) == 1
