"""Real and simulated time: nothing is missed, nothing is waited for too long, and standing still is noticed."""

import select
import threading
from collections.abc import Sequence

import pytest

from device import pace
from device.pace import Runner, Stepper, Waker
from device.reader.appliance import ReaderLoop
from sesame_core.events import Event, Halt, Key, KeyPressed, Millis
from sesame_core.reader.state import Phase
from tests.promises.rig import Quiet, Rig


def test_a_notification_before_the_wait_ends_it_at_once() -> None:
    waker = Waker()
    waker.notify_loop()
    waker.notify_loop()
    waker.wait_until(None)  # for ever, were it missed
    waker.wait_until(0)
    waker.close()


def test_a_notification_from_another_thread_ends_the_wait() -> None:
    waker = Waker()
    thread = threading.Thread(target=waker.notify_loop)
    thread.start()
    waker.wait_until(None)
    thread.join()
    waker.close()


@pytest.mark.parametrize("timeout", [10**9, 10**15, 10**400])
def test_a_wait_longer_than_any_clock_is_a_wait(timeout: Millis) -> None:
    """select(2) takes no more than time_t has: the reader asleep ended with 9,999,999 h."""
    waker = Waker()
    waker.notify_loop()
    assert waker.wait_until(timeout)
    waker.close()


@pytest.mark.parametrize("kind", [pace._EventFd, pace._SocketPair])
def test_a_bell_that_has_rung_and_rung_stops_nobody_and_is_quiet_after_one_look(kind: type[pace._SocketPair]) -> None:
    """A signal handler that waits for room in a socket would wait for ever: the thread that makes room is its own."""
    bell = kind()

    def ring() -> None:
        for _ in range(20_000):
            bell.ring()
        bell.hush()

    ringer = threading.Thread(target=ring, daemon=True)
    ringer.start()
    ringer.join(30)
    assert not ringer.is_alive(), "it waits"
    assert select.select([bell], [], [], 0) == ([], [], [])
    bell.ring()
    assert select.select([bell], [], [], 0) == ([bell], [], [])
    bell.close()


@pytest.mark.parametrize(
    ("timeout", "slices"),
    [(600, [0.25, 0.25, 0.1]), (251, [0.25, 0.001]), (500, [0.25, 0.25]), (250, [0.25]), (90, [0.09]), (0, [0.0])],
)
def test_where_ctrl_c_does_not_end_a_wait_it_is_one_of_slices(
    monkeypatch: pytest.MonkeyPatch, timeout: Millis, slices: list[float]
) -> None:
    """Windows: Python's handler runs between two of them."""
    waited: list[float] = []

    def wait(_bells: object, _none: object, _neither: object, seconds: float) -> tuple[list[int], list[int], list[int]]:
        waited.append(seconds)
        return [], [], []

    monkeypatch.setattr(pace, "DEAF", True)
    monkeypatch.setattr(select, "select", wait)
    waker = Waker()
    assert not waker.wait_until(timeout)
    waker.close()
    assert waited == slices


class Recorder:
    """A waker whose waits are written down; after so many of them the loop is halted."""

    def __init__(self, loop: ReaderLoop, last: int) -> None:
        self._loop = loop
        self._last = last
        self.waits: list[Millis | None] = []

    def wait_until(self, timeout: Millis | None) -> bool:
        """One more."""
        self.waits.append(timeout)
        if len(self.waits) == self._last:
            self._loop.handle_event(Halt(0))
        return False


def test_the_runner_waits_until_something_is_due() -> None:
    rig = Rig()
    recorder = Recorder(rig.loop, 1)
    Runner(rig.loop, recorder).run()  # type: ignore[arg-type]
    assert recorder.waits == [35_000]
    assert rig.phase is Phase.HALTED


def test_the_runner_beats_in_time() -> None:
    rig = Rig()
    rig.press("Arrêt")
    beats: list[int] = []
    recorder = Recorder(rig.loop, 3)
    Runner(rig.loop, recorder, lambda: beats.append(1), 4000).run()  # type: ignore[arg-type]
    assert recorder.waits == [4000, 4000, 4000], "asleep, and still beating"
    assert len(beats) == 3


def test_a_heartbeat_asks_no_part_what_is_new() -> None:
    """A keypad takes a poll that is not its own for somebody at work, and watches a stuck key for 40 s more."""
    rig = Rig()
    rig.press("Arrêt")
    curious = Curious()
    object.__setattr__(rig.loop.board, "others", (curious,))
    Runner(rig.loop, Recorder(rig.loop, 9), lambda: None, 4000).run()  # type: ignore[arg-type]
    assert curious.polls == 1


class Curious(Quiet):
    """A source that counts how often it is asked."""

    polls = 0

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """Once more."""
        self.polls += 1
        return ()


def test_a_wait_tells_whether_it_was_ended() -> None:
    waker = Waker()
    assert not waker.wait_until(0)
    waker.notify_loop()
    assert waker.wait_until(0)
    waker.close()


class Slow(Quiet):
    """A source that keeps the loop for 700 ms just before the code's end, as a bus that times out does."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._over = False

    def next_due(self) -> Millis | None:
        """Once."""
        return None if self._over else 34_900

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """Time goes by."""
        if not self._over and now >= 34_900:
            self._over = True
            self._rig.clock.advance(700)
        return ()


def test_a_part_that_keeps_the_loop_shows_no_code_beyond_its_end() -> None:
    rig = Rig()
    rig.insert("bank-card")
    rig.press("Code 1 2 3 4 OK")
    assert rig.code
    object.__setattr__(rig.loop.board, "others", (Slow(rig),))
    rig.wait(36_000)
    assert rig.phase is Phase.ASLEEP
    assert rig.dark


def test_the_turn_in_which_the_end_passes_is_the_one_that_darkens() -> None:
    """The part was asked after the loop had looked at the time: it looks once more before it waits again."""
    rig = Rig()
    rig.insert("bank-card")
    rig.press("Code 1 2 3 4 OK")
    object.__setattr__(rig.loop.board, "others", (Slow(rig),))
    rig.clock.advance(34_900 - rig.clock.now())
    rig.loop.run_once()
    assert rig.clock.now() == 35_600
    assert (rig.phase, rig.dark, rig.code) == (Phase.ASLEEP, True, "")


@pytest.mark.parametrize("typed", ["Code 1 2 3 4 OK", "Code 1 2"])
def test_a_key_that_the_loop_hears_of_after_the_end_is_no_key_of_the_session_that_ended(typed: str) -> None:
    """The machine slept, or a part took long: the code, or what was typed of the PIN, would stand once more."""
    rig = Rig()
    rig.insert("bank-card")
    rig.press(typed)
    rig.clock.advance(40_000)
    object.__setattr__(rig.loop.board, "others", (Late(),))
    rig.loop.run_once()
    assert rig.phase is Phase.READING, "it has woken a reader that was asleep, and the card is looked at anew"


class Late(Quiet):
    """A keypad whose OK was pressed while nobody looked."""

    told = False

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """Once."""
        events = () if self.told else (KeyPressed(now, Key.OK),)
        self.told = True
        return events


def test_asleep_nothing_is_ever_due() -> None:
    rig = Rig()
    rig.press("Arrêt")
    assert rig.loop.run_once() is None


class Impatient(Quiet):
    """A source that is always due."""

    def next_due(self) -> Millis | None:
        """Now, and now, and now."""
        return 0


def test_simulated_time_that_stands_still_is_noticed() -> None:
    rig = Rig()
    object.__setattr__(rig.loop.board, "others", (Impatient(),))
    with pytest.raises(RuntimeError, match="stands still"):
        Stepper(rig.loop, rig.clock).advance(1)


def test_late_answers_are_dropped_by_their_tickets() -> None:
    """A slow card's answer to what was left in the meantime changes nothing."""
    rig = Rig(latency=lambda _command: 500)
    rig.insert("bank-card")
    rig.wait(5000)
    rig.press("Code")
    rig.wait(100)
    rig.press("C")
    assert rig.phase is Phase.READY
    rig.wait(5000)
    assert rig.phase is Phase.READY
    rig.press("Code 1 2 3 4 OK")
    rig.wait(10_000)
    assert len(rig.code) == 8
    rig.loop.handle_event(KeyPressed(rig.clock.now(), Key.OFF))
    assert rig.dark
