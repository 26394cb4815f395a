"""The service from its first frame to its last, on a board of twins: what it tells, and how it ends."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from device import service
from device.config import Config, MirrorConfig
from device.service import EndAsked, serve_reader
from device.simulated import Simulated, simulate_board
from drivers.clock import MonotonicClock
from drivers.ports import Source
from sesame_core.events import Halt, Key


def test_the_end_is_asked_for_from_anywhere() -> None:
    end = EndAsked()
    woken: list[bool] = []
    assert (end.next_due(), end.poll_events(5)) == (None, ())
    end.start(lambda: woken.append(True))
    end.ask()
    assert (end.poll_events(7), end.power_off, woken) == ((Halt(7),), False, [True])
    end.ask_power_off()
    assert (end.poll_events(8), end.power_off, woken) == ((Halt(8),), True, [True, True])
    end.close()
    end.ask()
    assert woken == [True, True], "nobody listens any more"
    EndAsked().ask()


class Manager:
    """Takes systemd's place, and has an act done once the reader is ready."""

    watchdog = 3000

    def __init__(self) -> None:
        self.told: list[str] = []
        self.once_ready: Callable[[], None] = lambda: None

    def tell_ready(self) -> None:
        """The first frame is there."""
        self.told.append("ready")
        self.once_ready()

    def tell_alive(self) -> None:
        """The loop turns."""
        self.told.append("alive")

    def tell_stopping(self) -> None:
        """The end."""
        self.told.append("stopping")


class Served:
    """The service with its board of twins."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, locked: bool = True) -> None:
        self.manager = Manager()
        self.parts: Simulated | None = None
        self.power_off: Callable[[], None] = lambda: None
        monkeypatch.setattr(service, "compose_reader", self._parts)
        monkeypatch.setattr(service, "Notifier", lambda: self.manager)
        monkeypatch.setattr(service, "keep_secrets", lambda: locked)

    def _parts(self, config: Config, power_off: Callable[[], None], others: Sequence[Source] = ()) -> Simulated:
        self.power_off = power_off
        self.parts = simulate_board(config, MonotonicClock(), others=others)
        return self.parts

    def end(self) -> None:
        """As a power-off does."""
        self.power_off()

    @property
    def dark(self) -> bool:
        """Nothing is lit."""
        assert self.parts is not None
        return not any(self.parts.display.glass().rows)


def test_it_is_ready_with_its_first_frame_and_dark_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    served = Served(monkeypatch)
    lit: list[bool] = []

    def off() -> None:
        lit.append(not served.dark)
        served.power_off()

    served.manager.once_ready = off
    assert serve_reader(Config())
    assert (lit, served.dark) == ([True], True)
    assert served.manager.told == ["ready", "stopping"]


def test_it_beats_three_times_in_the_watchdogs_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[int] = []

    class Runner:
        def __init__(self, loop: object, waker: object, heartbeat: Callable[[], None] | None, beat: int) -> None:
            assert heartbeat is not None
            heartbeat()
            beats.append(beat)

        def run(self) -> None:
            """Over at once."""

    monkeypatch.setattr(service, "Runner", Runner)
    served = Served(monkeypatch)
    assert not serve_reader(Config())
    assert (beats, served.manager.told) == ([1000], ["ready", "alive", "stopping"])


@pytest.mark.parametrize("locked", [True, False])
def test_memory_that_is_not_locked_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, locked: bool
) -> None:
    served = Served(monkeypatch, locked=locked)
    served.manager.once_ready = served.end
    with caplog.at_level(logging.WARNING):
        serve_reader(Config())
    assert ("memory is not locked" in caplog.text) is not locked


@pytest.mark.parametrize("enabled", [True, False])
def test_the_mirror_listens_while_it_runs_where_it_is_wanted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, enabled: bool
) -> None:
    served = Served(monkeypatch)
    path = tmp_path / "mirror"
    seen: list[bool] = []

    def off() -> None:
        seen.append(path.is_socket())
        served.power_off()

    served.manager.once_ready = off
    serve_reader(replace(Config(), mirror=MirrorConfig(enabled, str(path))))
    assert (seen, path.exists()) == ([enabled], False)


def test_a_mirror_that_cannot_listen_stops_no_reader(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    served = Served(monkeypatch)
    served.manager.once_ready = served.end
    assert serve_reader(replace(Config(), mirror=MirrorConfig(True, str(tmp_path / "no folder" / "mirror"))))
    assert "the mirror cannot listen there" in caplog.text


def test_a_board_that_cannot_start_is_dark_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    served = Served(monkeypatch)

    def broken() -> None:
        assert served.parts is not None
        served.parts.hardware.press_key(Key.CODE)
        raise RuntimeError("no more")

    served.manager.once_ready = broken
    with pytest.raises(RuntimeError, match="no more"):
        serve_reader(Config())
    assert served.dark
    assert served.manager.told == ["ready"]
