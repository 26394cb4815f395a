"""What the bench's verbs answer where they cannot: each error has its status and one sentence, and nothing is done."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from bank.errors import BankError, UnknownCardError
from drivers.board_twin import NoSuchKeyError
from drivers.errors import SlotError
from drivers.ports import Picture
from sesame_core.errors import UsageError
from sesame_core.events import Key
from simulator.key.bench import KeyLook
from simulator.key.desk import DeskLook, KeyDesk, LaunchManner, encode_desk
from simulator.key.post import KeyLetters
from simulator.key.statements import KeyStatementError
from simulator.live import EndedError
from simulator.phone.hands import PhoneHands
from simulator.phone.statements import PhoneStatementError
from simulator.web import key_api, phone_api
from simulator.web.api import Api, keys_of, refuse_request
from simulator.web.bench import BusyError, PageBench
from simulator.web.key_api import KeyApi, read_key_words, stream_desk
from simulator.web.phone_api import PhoneApi, read_words
from simulator.web.stream import HERE

LOOK = DeskLook(KeyLook("asleep", "", False, None), LaunchManner.ASKS, False, None, "", (), "", "", 1)


class Bench:
    """A reader whose life gives what was laid ready."""

    def __init__(self, outcome: object) -> None:
        self.outcome = outcome
        for name in ("pull_card", "plug_reader", "unplug_reader", "look_now", "glass"):
            setattr(self, name, name)

    def submit(self, _act: object) -> "Future[Any]":
        future: Future[Any] = Future()
        if isinstance(self.outcome, BaseException):
            future.set_exception(self.outcome)
        else:
            future.set_result(self.outcome)
        return future


def client_of(*routes: Any) -> TestClient:  # noqa: ANN401 - Starlette's
    app = Starlette(routes=list(routes), exception_handlers={HTTPException: refuse_request})
    return TestClient(app, base_url="http://localhost")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (EndedError(), 503, "the reader has ended: start it again"),
        (UnknownCardError("x"), 404, "no such card in the gallery; GET gallery lists them"),
        (SlotError("x"), 409, "a card is in the slot already: pull it first"),
        (BusyError(), 429, "too many presses are waiting: wait for an answer"),
        (NoSuchKeyError("this pad has no key Sign"), 409, "this pad has no key Sign"),
        (BankError("/home/secret"), 503, "the card's memory cannot be used; the terminal of this program says why"),
    ],
)
def test_an_error_of_the_reader_has_its_status(error: Exception, status: int, said: str) -> None:
    client = client_of(*Api(cast("PageBench", Bench(error))).list_routes())
    given = client.post("/pull", json={})
    assert (given.status_code, given.json()) == (status, {"error": said})


@pytest.mark.parametrize("scale", ["0", "9", "-1", "1.0", "a", "", "\u0664", "004", "100"])
def test_no_picture_has_another_scale(scale: str) -> None:
    client = client_of(*Api(cast("PageBench", Bench(None))).list_routes())
    given = client.get("/screenshot.png", params={"scale": scale})
    assert (given.status_code, given.json()) == (400, {"error": "scale is a whole number from 1 to 8"})


@pytest.mark.parametrize(
    ("scale", "side"), [({}, 32), ({"scale": "1"}, 8), ({"scale": "8"}, 64), ({"scale": "08"}, 64)]
)
def test_a_picture_is_as_large_as_asked_for(scale: dict[str, str], side: int) -> None:
    client = client_of(*Api(cast("PageBench", Bench(Picture.dark(8, 8)))).list_routes())
    given = client.get("/screenshot.png", params=scale)
    assert (given.status_code, given.headers["content-type"]) == (200, "image/png")
    assert int.from_bytes(given.content[16:20], "big") == side


def test_keys_are_named_as_they_are_described() -> None:
    assert keys_of(["Code", "1", "OK"]) == (Key.CODE, Key.DIGIT_1, Key.OK)
    assert len(keys_of(["1"] * 32)) == 32
    for wrong in ([], ["1"] * 33, "1", None, [1], ["code"], ["Code", "x"]):
        with pytest.raises(HTTPException) as refused:
            keys_of(wrong)
        assert refused.value.status_code == 400


@pytest.mark.parametrize(("read", "most"), [(read_words, 3), (read_key_words, 33)])
def test_a_statement_has_so_many_words_of_so_many_letters(read: Callable[[object], list[str]], most: int) -> None:
    assert read(["a"] * most) == ["a"] * most
    assert read(["x" * 120]) == ["x" * 120]
    for wrong in ([], ["a"] * (most + 1), ["x" * 121], [1], "a", None, {"a": 1}, ["a", None]):
        with pytest.raises(HTTPException) as refused:
            read(wrong)
        assert (refused.value.status_code, str(most) in refused.value.detail) == (400, True)


def test_without_telephone_and_key_there_is_nothing_to_ask() -> None:
    client = client_of(*PhoneApi(None).list_routes(), *KeyApi(None).list_routes())
    for path in ("/phone", "/messages"):
        assert client.get(path).json() == {"error": "there is no telephone beside this reader"}
    for path in ("/key", "/key/glass", "/key/letters", "/key/events"):
        given = client.get(path)
        assert (given.status_code, given.json()) == (404, {"error": "there is no access key beside this reader"})
    for path in ("/phone", "/bank", "/key", "/site"):
        assert client.post(path, json={"words": ["x"]}).status_code == 404


ERRORS = [
    (UsageError("it cannot be done now"), 409, "it cannot be done now"),
    (BankError("/home/secret"), 503, "the bank's books cannot be used; the terminal of this program says why"),
]


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyStatementError("write: key plug"), 400, "write: key plug"),
        (TimeoutError(), 409, "it takes too long: look at the key"),
        *ERRORS,
    ],
)
def test_an_error_of_the_desk_has_its_status(
    error: Exception, status: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_desk: object, _words: object) -> None:
        raise error

    monkeypatch.setattr(key_api, "act_on_key", fail)
    desk = SimpleNamespace(look=lambda: LOOK)
    given = client_of(*KeyApi(cast("KeyDesk", desk)).list_routes()).post("/key", json={"words": ["plug"]})
    assert (given.status_code, given.json()) == (status, {"error": said})


@pytest.mark.parametrize(
    ("error", "status", "said"), [(PhoneStatementError("write: phone code"), 400, "write: phone code"), *ERRORS]
)
def test_an_error_of_the_telephone_has_its_status(
    error: Exception, status: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_hands: object, _words: object) -> None:
        raise error

    monkeypatch.setattr(phone_api, "act_on_phone", fail)
    given = client_of(*PhoneApi(cast("PhoneHands", object())).list_routes()).post("/phone", json={"words": ["code"]})
    assert (given.status_code, given.json()) == (status, {"error": said})


def test_the_desk_is_told_as_it_is() -> None:
    done: list[tuple[object, ...]] = []
    letters = KeyLetters("MOREAU17", 5, "code", "number")
    desk = SimpleNamespace(
        look=lambda: LOOK,
        glass=lambda: Picture(8, 1, (0b10000001,)),
        post=SimpleNamespace(read_letters=lambda: letters),
        plug=lambda: done.append(("plug",)),
        hands=SimpleNamespace(open_path=lambda path: done.append(("open", path))),
    )
    client = client_of(*KeyApi(cast("KeyDesk", desk)).list_routes())
    assert client.get("/key").json() == encode_desk(LOOK)
    assert client.get("/key/glass").json() == {"width": 8, "height": 1, "rows": ["81"]}
    assert client.get("/key/letters").json() == {"user": "MOREAU17", "serial": 5, "code": "code", "number": "number"}
    assert client.post("/key", json={"words": ["plug"]}).json() == encode_desk(LOOK)
    assert client.post("/site", json={"words": ["open", "/fr/"]}).json() == encode_desk(LOOK)
    assert done == [("plug",), ("open", "/fr/")]
    desk.glass = lambda: None
    given = client.get("/key/glass")
    assert (given.status_code, given.json()) == (503, {"error": "the key has not begun yet: ask again"})


def test_the_desks_stream_tells_only_what_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_api, "KEEP_ALIVE_S", 0.01)
    listeners: list[Callable[[], None]] = []
    pictures: list[Picture | None] = [None]
    desk = SimpleNamespace(
        look=lambda: LOOK, glass=lambda: pictures[-1], listen_to=listeners.append, leave=listeners.remove
    )

    async def read() -> list[str]:
        stream = stream_desk(cast("KeyDesk", desk))
        told = [await anext(stream), await anext(stream), await anext(stream)]
        pictures.append(Picture.dark(8, 1))
        listeners[0]()
        told.append(await anext(stream))
        told.append(await anext(stream))
        assert len(listeners) == 1
        await cast("Any", stream).aclose()
        return told

    retry, first, here, glass, again = asyncio.run(read())
    assert retry == "retry: 1000\n\n"
    assert first == f"event: desk\ndata: {json.dumps(encode_desk(LOOK), separators=(',', ':'))}\n\n"
    assert here == again == HERE
    assert glass == 'event: glass\ndata: {"width":8,"height":1,"rows":["00"]}\n\n'
    assert listeners == [], "nobody listens any more"
