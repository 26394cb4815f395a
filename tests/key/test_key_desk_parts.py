"""The simulated PC part by part: window, readers, browser, memory, lock, cable, and what a page is told of them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from types import SimpleNamespace
from typing import cast

import pytest

from drivers.usb.ccid import CcidFault, HostMessageType
from launcher.course.events import ChoiceMade, LaunchChoice, TrayChosen, TrayItem
from launcher.troubles import CardGoneError, LaunchError, LaunchTrouble
from launcher.view import FormField, KeyPicture, LaunchView
from sesame_core.errors import UsageError
from simulator.key.bench import KeyBench, KeyLook
from simulator.key.browser import NOTHING, BrowserClosedError, SimulatedBrowser, SiteAnswer, SiteRequest
from simulator.key.cable import GONE, DeskCable, HostPort, KeyAbsentError, KeyFailedError
from simulator.key.computer import PinMissingError, SigningRefusedError, SimulatedComputer
from simulator.key.desk import PATIENCE_S, DeskLook, KeyDesk, LaunchManner, encode_desk, encode_view
from simulator.key.hypertext import read_page
from simulator.key.launching import DeskBrowser, DeskCard, DeskLock, DeskMemory, DeskReaders, DeskTimer, DeskWindow
from simulator.key.piv_host import SELECT_PIV, HostStatusError, write_signing
from simulator.key.site_hands import SiteHands, SitePageError
from simulator.key.statements import KEY_VERBS, SITE_VERBS, KeyVerb
from simulator.phone.statements import BANK_VERBS, PHONE_VERBS, PhoneVerb
from tests.web.test_push_wire import make_identity

LIMIT_S = 30.0
SEEN = LaunchView("sentence", KeyPicture.IN)


class Told:
    """How often somebody was told of a change."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


# What scripts may say


@pytest.mark.parametrize(
    "verb",
    [*KEY_VERBS.values(), *SITE_VERBS.values(), *PHONE_VERBS.values(), *BANK_VERBS.values()],
    ids=lambda verb: str(verb.usage).replace(" ", "-"),
)
def test_as_many_words_are_taken_as_the_usage_shows(verb: KeyVerb | PhoneVerb) -> None:
    words = verb.usage.split()[1:]
    if "..." in words:
        assert (verb.least, verb.most) == (1, 32)
        return
    optional = sum(len(part.split("]")[0].split()) for part in verb.usage.split("[")[1:])
    assert (verb.least, verb.most) == (len(words) - optional, len(words))


# What pages are told


def test_the_desk_is_told_with_all_that_is_to_be_seen() -> None:
    look = DeskLook(
        KeyLook("entry", "CODE ?", True, 5_000, 2),
        LaunchManner.ASKS,
        True,
        None,
        "drive",
        ("a", "b"),
        "https://x",
        "text",
        3,
    )
    assert encode_desk(look) == {
        "key": {"phase": "entry", "says": "CODE ?", "plugged": True, "dark_in": 5_000, "version": 2},
        "manner": "asks",
        "asks": True,
        "launcher": None,
        "drive": "drive",
        "files": ["a", "b"],
        "browser": "https://x",
        "copied": "text",
        "offered": 3,
    }


def test_the_launchers_window_is_told_with_every_part() -> None:
    view = LaunchView(
        "sentence",
        KeyPicture.WRONG,
        50,
        busy=True,
        hint="hint",
        cause="cause",
        cure="cure",
        fields=((FormField.USER, "User ID"),),
        buttons=((LaunchChoice.OK, "OK"), (LaunchChoice.CANCEL, "Cancel")),
        tray=((TrayItem.QUIT, "Quit"),),
        hidden=True,
    )
    told = {
        "sentence": "sentence",
        "picture": "wrong",
        "percent": 50,
        "busy": True,
        "hint": "hint",
        "cause": "cause",
        "cure": "cure",
        "fields": [["user", "User ID"]],
        "buttons": [["ok", "OK"], ["cancel", "Cancel"]],
        "tray": [["quit", "Quit"]],
        "hidden": True,
    }
    assert encode_view(view) == told
    look = DeskLook(KeyLook("asleep", "", False, None), LaunchManner.MANUAL, False, view, "", (), "", "", 1)
    assert encode_desk(look)["launcher"] == told


# The launcher's ports


def test_a_window_shows_until_it_is_closed_and_hears_only_then() -> None:
    told, heard = Told(), list[object]()
    window = DeskWindow(told)
    window.tell_launcher(ChoiceMade(LaunchChoice.COPY))
    assert (window.view, window.copied, window.ended) == (None, "", False)
    window.show_view(SEEN)
    window.tell_launcher(ChoiceMade(LaunchChoice.OK))  # seen, and its program not yet listening: heard all the same
    window.copy_text("to paste")
    assert (window.view, window.copied, told.times) == (SEEN, "to paste", 2)
    running = threading.Thread(target=window.run_window, args=(heard.append,), daemon=True)
    running.start()
    while window._send is None:
        assert running.is_alive()
    window.tell_launcher(TrayChosen(TrayItem.QUIT))
    window.wait_end(0)
    assert not window.ended
    window.close_window()
    running.join(LIMIT_S)
    assert not running.is_alive()
    window.wait_end(LIMIT_S)
    window.show_view(SEEN)
    window.tell_launcher(ChoiceMade(LaunchChoice.RETRY))
    assert (window.view, window.ended, told.times) == (None, True, 4)
    assert heard == [ChoiceMade(LaunchChoice.OK), TrayChosen(TrayItem.QUIT)]


@pytest.mark.parametrize(
    ("item", "runs", "waited"),
    [(TrayItem.QUIT, True, [PATIENCE_S]), (TrayItem.QUIT, False, []), (TrayItem.CONNECT, True, [])],
)
def test_who_quits_the_launcher_waits_until_it_has_ended(item: TrayItem, runs: bool, waited: list[float]) -> None:
    """Whatever is done next finds no window any more."""
    told, ended = list[object](), list[float]()
    window = SimpleNamespace(tell_launcher=told.append, wait_end=ended.append)
    KeyDesk.choose_tray(cast("KeyDesk", SimpleNamespace(_window=window, launching=runs)), item)
    assert (told, ended) == ([TrayChosen(item)], waited)


class Pc:
    """What the card's port asks of the computer."""

    def __init__(self) -> None:
        self.has_key = self.has_card = True
        self.plugs = 1
        self.trouble: Exception | None = None

    @contextmanager
    def hold_plug(self, plug: int) -> Iterator[None]:
        assert plug == self.plugs
        yield

    def transmit(self, apdu: bytes) -> bytes:
        if self.trouble:
            raise self.trouble
        return apdu + b"\x90\x00"

    def verify_on_pad(self) -> bytes:
        return self.transmit(b"")


def test_the_key_is_found_and_opened_where_it_is_in() -> None:
    pc = Pc()
    readers = DeskReaders(cast("SimulatedComputer", pc))
    name = readers.find_key()
    assert name == "e-secure 00 00"
    card = readers.open_key(name)
    assert card.has_pad
    assert (card.transmit(b"a"), card.verify_on_pad()) == (b"a\x90\x00", b"\x90\x00")
    with pytest.raises(CardGoneError):
        readers.open_key("another")
    pc.has_card = False
    for pc.has_key in (True, False):
        assert readers.find_key() == ""
        assert readers.has_reader(name) is pc.has_key
        with pytest.raises(CardGoneError, match="not in the computer"):
            readers.open_key(name)


def test_a_wait_for_the_key_ends_with_a_change_or_its_time() -> None:
    readers = DeskReaders(cast("SimulatedComputer", Pc()))
    readers.wait_change(0)
    waiting = threading.Thread(target=readers.wait_change, args=(int(LIMIT_S * 1_000),), daemon=True)
    waiting.start()
    while waiting.is_alive():
        readers.tell_change()


def test_what_the_card_cannot_is_said_in_the_launchers_words() -> None:
    pc = Pc()
    card = DeskCard(cast("SimulatedComputer", pc))
    pc.trouble = KeyAbsentError("pulled")
    with pytest.raises(CardGoneError, match="pulled"):
        card.transmit(b"")
    with pytest.raises(CardGoneError, match="pulled"):
        card.verify_on_pad()
    pc.trouble = UsageError("anything else")
    with pytest.raises(LaunchError) as failed:
        card.transmit(b"")
    assert failed.value.trouble is LaunchTrouble.INSTALLATION
    pc.trouble = PinMissingError("not typed")
    assert card.verify_on_pad() == b"\x69\x82"


class Frame:
    """The browser's window."""

    def __init__(self) -> None:
        self.address = ""

    def open_window(self, address: str) -> None:
        self.address = address

    def close_window(self) -> None:
        self.address = ""


def test_only_the_hand_that_closes_the_browser_is_told_of() -> None:
    frame, told, closed = Frame(), Told(), Told()
    browser = DeskBrowser(cast("SimulatedBrowser", frame), told)
    browser.open_page("https://site", closed)
    assert (frame.address, told.times) == ("https://site", 1)
    browser.close_browser()
    assert (frame.address, told.times) == ("", 2)
    browser.close_by_hand()
    assert closed.times == 0, "the launcher closed it itself"
    browser.open_page("https://site", closed)
    browser.close_by_hand()
    browser.close_by_hand()
    assert (frame.address, closed.times, told.times) == ("", 1, 6)


def test_a_pc_remembers_keys_and_their_certificates_until_the_next_customer() -> None:
    memory = DeskMemory()
    assert (memory.knows_key(1), memory.find_certificate(1)) == (False, b"")
    memory.remember_key(1)
    memory.keep_certificate(1, b"certificate")
    assert (memory.knows_key(1), memory.knows_key(2), memory.find_certificate(1)) == (True, False, b"certificate")
    memory.forget_all()
    assert (memory.knows_key(1), memory.find_certificate(1)) == (False, b"")


def test_the_launcher_runs_once_on_a_computer() -> None:
    holders: set[DeskLock] = set()
    first, second = DeskLock(holders), DeskLock(holders)
    first.take_lock()
    first.take_lock()
    with pytest.raises(LaunchError) as refused:
        second.take_lock()
    assert refused.value.trouble is LaunchTrouble.CONFLICT
    second.release_lock()
    first.release_lock()
    second.take_lock()
    assert holders == {second}


def test_a_timer_calls_after_its_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[float, object]] = []

    class Clockwork:
        daemon = False

        def __init__(self, seconds: float, call: object) -> None:
            made.append((seconds, call))

        def start(self) -> None:
            assert self.daemon, "no launcher that has ended is kept by it"

    monkeypatch.setattr("simulator.key.launching.Timer", Clockwork)
    told = Told()
    DeskTimer().call_after(1_500, told)
    assert made == [(1.5, told)]


# The cable


class Future:
    """Done at once."""

    def __init__(self, act: object) -> None:
        assert callable(act)
        act()

    def result(self) -> None:
        return


class Line:
    """A cable whose key answers what was laid ready, `{}` being the sequence number."""

    def __init__(self, *answers: str) -> None:
        self.there = True
        self.sent: list[bytes] = []
        self.arrived: SimpleQueue[bytes] = SimpleQueue()
        self.arrived.put(b"left by nobody")
        self.answers = answers

    def send(self, raw: bytes) -> None:
        self.sent.append(raw)
        for answer in self.answers:
            self.arrived.put(bytes.fromhex(answer.format(f"{raw[6]:02x}")))


def port_to(line: Line) -> HostPort:
    return HostPort(cast("KeyBench", SimpleNamespace(submit=Future)), cast("DeskCable", line))


def answer(status: int, data: str = "", sequence: str = "{}", error: int = 0) -> str:
    return f"80{len(data) // 2:02x}00000000{sequence}{status:02x}{error:02x}00{data}"


def test_an_answer_is_waited_for_over_extensions_and_those_to_others() -> None:
    line = Line(answer(0, "6a82", "ff"), answer(0x80), answer(0, "9000"))
    assert port_to(line).exchange_message(HostMessageType.XFR_BLOCK, b"ab") == b"\x90\x00"
    assert line.sent == [bytes.fromhex("6f0200000000010000006162")]


def test_messages_are_numbered_from_one_and_begin_anew_after_255() -> None:
    line = Line(answer(0))
    port = port_to(line)
    for _ in range(257):
        port.exchange_message(HostMessageType.GET_SLOT_STATUS)
    assert [raw[6] for raw in line.sent] == [*range(1, 256), 0, 1]


def test_what_the_key_refuses_is_told_with_its_error() -> None:
    with pytest.raises(KeyFailedError, match="CCID error EF") as failed:
        port_to(Line(answer(0x40, error=0xEF))).exchange_message(HostMessageType.SECURE)
    assert failed.value.error == CcidFault.PIN_CANCELLED


def test_a_key_that_is_not_there_or_goes_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Line()
    gone.there = False
    with pytest.raises(KeyAbsentError, match="not in the computer"):
        port_to(gone).exchange_message(HostMessageType.ICC_POWER_ON)
    assert gone.sent == []
    pulled = Line("")
    assert GONE == b""
    with pytest.raises(KeyAbsentError, match="was pulled"):
        port_to(pulled).exchange_message(HostMessageType.ICC_POWER_ON)
    monkeypatch.setattr("simulator.key.cable.PATIENCE_S", 0.01)
    with pytest.raises(KeyAbsentError, match="does not answer"):
        port_to(Line()).exchange_message(HostMessageType.ICC_POWER_ON)


# The card


class Card:
    """A computer whose card answers what was laid ready."""

    def __init__(self, *answers: bytes, pin: bytes = b"\x90\x00") -> None:
        self.asked: list[tuple[HostMessageType, bytes]] = []
        self._answers = list(answers)
        self._pin = pin
        self.pc = SimulatedComputer.__new__(SimulatedComputer)
        self.pc._port = cast("HostPort", self)
        self.pc._lock = threading.RLock()
        self.pc._powered = False

    def exchange_message(self, kind: HostMessageType, data: bytes = b"") -> bytes:
        self.asked.append((kind, data))
        if kind is HostMessageType.ICC_POWER_ON:
            return b"atr"
        if kind is HostMessageType.SECURE:
            return self._pin
        return b"\x90\x00" if data == SELECT_PIV else self._answers.pop(0)

    @property
    def commands(self) -> list[bytes]:
        return [data for kind, data in self.asked if kind is HostMessageType.XFR_BLOCK]


SIGNED = b"\x7c\x04\x82\x02ok"
DIGEST = bytes(32)


def test_the_card_is_powered_once_and_selected_before_it_is_asked() -> None:
    card = Card(SIGNED + b"\x90\x00", b"found\x90\x00", b"\x6a\x82")
    assert card.pc.sign_digest(DIGEST) == b"ok"
    assert card.pc.read_object(0x5FC105) == b"found"
    assert card.pc.read_object(0x5FC105) is None
    kinds = [kind for kind, _ in card.asked]
    assert kinds.count(HostMessageType.ICC_POWER_ON) == 1
    assert kinds[0] is HostMessageType.ICC_POWER_ON
    read = bytes.fromhex("00CB3FFF055C035FC10500")
    assert card.commands == [SELECT_PIV, write_signing(0x9A, DIGEST), SELECT_PIV, read, SELECT_PIV, read]


def test_the_pin_is_asked_for_where_the_card_wants_it_and_the_digest_signed_again() -> None:
    card = Card(b"\x69\x82", SIGNED + b"\x90\x00")
    assert card.pc.sign_digest(DIGEST) == b"ok"
    assert [kind for kind, _ in card.asked].count(HostMessageType.SECURE) == 1
    with pytest.raises(PinMissingError, match="does not take this PIN"):
        Card(b"\x69\x82", pin=b"\x63\xc2").pc.sign_digest(DIGEST)


@pytest.mark.parametrize(
    ("answered", "error"),
    [(b"\x69\x85", SigningRefusedError), (b"\x6a\x80", HostStatusError), (b"x\x90\x00", HostStatusError)],
)
def test_a_signature_that_is_not_given_is_an_error(answered: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        Card(answered).pc.sign_digest(DIGEST)


@pytest.mark.parametrize("error", list(CcidFault))
def test_a_pin_that_is_not_typed_is_told_from_every_other_failure(error: CcidFault) -> None:
    card = Card()

    def fail(kind: HostMessageType, data: bytes = b"") -> bytes:
        raise KeyFailedError(error)

    card.exchange_message = fail  # type: ignore[method-assign]
    untyped = error in {CcidFault.PIN_CANCELLED, CcidFault.PIN_TIMEOUT}
    with pytest.raises(PinMissingError if untyped else KeyFailedError):
        card.pc.verify_on_pad()


def test_a_card_that_went_is_powered_anew() -> None:
    card = Card(b"\x90\x00", b"\x90\x00")
    card.pc.transmit(b"1")
    kept = card.exchange_message

    def go(kind: HostMessageType, data: bytes = b"") -> bytes:
        raise KeyAbsentError("pulled")

    card.exchange_message = go  # type: ignore[method-assign]
    with pytest.raises(KeyAbsentError):
        card.pc.transmit(b"2")
    card.exchange_message = kept  # type: ignore[method-assign]
    card.pc.transmit(b"3")
    assert [kind for kind, _ in card.asked].count(HostMessageType.ICC_POWER_ON) == 2


# The browser


class Site:
    """What the hands ask, and what comes: paths to answers."""

    def __init__(self, **pages: str) -> None:
        self.pages = pages
        self.asked: list[SiteRequest] = []
        self.page = "/"

    @property
    def address(self) -> str:
        return f"https://site{self.page}"

    def ask_site(self, request: SiteRequest) -> SiteAnswer:
        self.asked.append(request)
        page = self.pages[request.path.strip("/")]
        if page == "handed over":
            return SiteAnswer(NOTHING, {}, b"")
        if page.startswith("->"):
            return SiteAnswer(303, {"location": page[2:]}, b"")
        kind = "text/html; charset=utf-8" if page.startswith("<") else "application/pdf"
        return SiteAnswer(200, {"content-type": kind}, page.encode())


def hands_on(site: Site, language: str = "fr") -> SiteHands:
    return SiteHands(cast("SimulatedBrowser", site), language)


PAGE = (
    "<h1>Title</h1><a href='/next'>On</a>"
    "<form method='post' action='/sent'><input name='a' value='1'><button name='k' value='v'>Send</button></form>"
    "<form><input name='a'></form>"
)


def test_what_hands_do_on_a_page_is_asked_of_the_site() -> None:
    site = Site(first=PAGE, next="->/sent", sent="<p>Sent</p>")
    hands = hands_on(site, "en")
    hands.open_path("/first")
    assert hands.read_text().title == "Title"
    hands.fill_field("a", "ü")
    assert [form.fields["a"] for form in hands.read_text().forms] == ["ü", "ü"]
    hands.press_button("Send")
    assert hands.read_text().says == "Sent"
    hands.open_path("/first")
    hands.follow_link("On")
    assert hands.read_text().says == "Sent"
    form = "application/x-www-form-urlencoded"
    assert site.asked == [
        SiteRequest("GET", "/first", language="en"),
        SiteRequest("POST", "/sent", b"a=%C3%BC&k=v", form, "en"),
        SiteRequest("GET", "/first", language="en"),
        SiteRequest("GET", "/next", language="en"),
        SiteRequest("GET", "/sent", language="en"),
    ]
    hands.forget()
    assert hands.read_text().title == ""
    hands.close()


def test_a_form_that_asks_stands_in_the_address_and_what_is_handed_over_is_no_page() -> None:
    """Before, the fields of a form with GET were sent as a body, which no browser does."""
    forms = "<h1>Here</h1><form action='/found?old=1'><input name='q' value='7'><button>Ask</button></form>"
    pages = {"here": f"{forms}<form action='/order'><button>Order</button></form>", "found?q=7": "<p>Seven</p>"}
    site = Site(**pages, **{"order?": "handed over"})
    hands = hands_on(site)
    hands.open_path("/here")
    hands.press_button("Order")
    assert hands.read_text().title == "Here"
    hands.press_button("Ask")
    assert hands.read_text().says == "Seven"
    assert site.asked[-1] == SiteRequest("GET", "/found?q=7", language="fr")
    hands.close()


def test_a_page_that_the_launcher_opens_is_the_next_one_that_is_read() -> None:
    site = Site(first=PAGE, confirmed="<h1>Confirmed</h1>")
    hands = hands_on(site)
    hands.open_path("/first")
    assert hands.read_text().title == "Title"
    site.page = "/confirmed"
    assert hands.read_text().title == "Confirmed"
    assert len(site.asked) == 2
    assert hands.read_text().title == "Confirmed"
    assert len(site.asked) == 2, "once"
    hands.close()


def test_what_is_not_on_the_page_is_said_with_its_title() -> None:
    hands = hands_on(Site(first=PAGE))
    hands.open_path("/first")
    with pytest.raises(SitePageError, match="'Title' has no field 'b'"):
        hands.fill_field("b", "")
    with pytest.raises(SitePageError, match="'Title' has no button 'B'"):
        hands.press_button("B")
    with pytest.raises(SitePageError, match="'Title' has no link 'B'"):
        hands.follow_link("B")
    hands.close()


def test_a_file_is_told_by_kind_and_size_and_a_circle_is_left() -> None:
    hands = hands_on(
        Site(file="%PDF", a="->/b", b="->/a", long="->/one", one="->/two", two="->/three", three="->/file")
    )
    hands.open_path("/file")
    assert hands.read_text().says == read_page("<p>application/pdf, 4 bytes</p>").says
    hands.open_path("/long")
    assert hands.read_text().says == "application/pdf, 4 bytes", "four redirects are none too many"
    hands.open_path("/a")
    with pytest.raises(SitePageError, match="circle"):
        hands.read_text()
    hands.open_path("/a")
    hands.forget()
    assert hands.read_text().says == ""
    hands.close()


def test_a_browser_keeps_cookies_until_they_end_and_asks_nothing_while_it_is_closed() -> None:
    browser = SimulatedBrowser(make_identity().certificate, lambda: None)
    with pytest.raises(BrowserClosedError, match="no browser is open"):
        browser.ask_site(SiteRequest("GET", "/"))
    for text in ("a=1; Path=/", "b=2; HttpOnly", "a=; Path=/", "c=3; Max-Age=0", "d=4; Max-Age=60"):
        browser._keep_cookies(text)
    assert browser._cookies == {"b": "2", "d": "4"}
    browser.open_window("https://localhost:1/")
    assert (browser.address, browser._cookies) == ("https://localhost:1/", {})
    browser._keep_cookies("session=5")
    browser.open_window("https://localhost:1/fr/net")
    assert (browser.page, browser._cookies) == ("/fr/net", {"session": "5"}), "a page in the window that is open"
    browser.close_window()
    assert browser.address == ""
