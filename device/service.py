"""An appliance on its real board, as a service: from the first frame to the last, which is black in every case."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from device.config import Config
from device.errors import MirrorError
from device.loop import Board, Loop
from device.mirror import Mirror
from device.notify import Notifier
from device.pace import Runner, Waker
from device.reader.compose import compose_reader, fit_reader
from device.secrecy import keep_secrets
from device.signals import on_ending
from drivers.ports import Notify
from sesame_core.events import Event, Halt, Millis

log = logging.getLogger(__name__)

BEATS_A_WATCHDOG = 3


class EndAsked:
    """A `Source` whose one event is that the end was asked for: by a signal, at any point of the program."""

    def __init__(self) -> None:
        self.power_off = False
        self._asked = False
        self._notify: Notify | None = None

    def ask(self) -> None:
        """Let the reader halt at the next poll."""
        self._asked = True
        if self._notify is not None:
            self._notify()

    def ask_power_off(self) -> None:
        """Let the reader halt, and the system with it."""
        self.power_off = True
        self.ask()

    def start(self, notify: Notify) -> None:
        """From now on asking wakes the loop."""
        self._notify = notify

    def next_due(self) -> Millis | None:
        """Only when asked."""
        return None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """The halt, if it was asked for."""
        return (Halt(now),) if self._asked else ()

    def close(self) -> None:
        """Nothing to let go of."""
        self._notify = None


def serve_reader(config: Config) -> bool:
    """Be the reader until the end is asked for. True when the system is to be powered off. Raises DriverError."""
    warn_of_swap()
    end = EndAsked()
    parts = compose_reader(config, end.ask_power_off, others=(end,))
    mirrors = mirrors_of(config, parts.board)
    return _serve_loop(fit_reader(config, parts.board, parts.slot, mirrors), config, end, mirrors)


def serve_key(config: Config, state: Path, usb: Path) -> bool:
    """Be the access key until the end is asked for; `state` is where it keeps its keys, `usb` where its FunctionFS is.
    True when the system is to be powered off. One whose store cannot be opened says so, here in the log, until the end
    is asked for. Raises DriverError, ConfigError; VaultError: at once where another program has the key, or where this
    one is tried and may have a fault of its own; else at the end, what was wrong all the time."""
    from device.esecure.compose import compose_key  # noqa: PLC0415 - the reader has none of its parts

    warn_of_swap()
    end = EndAsked()
    with compose_key(config, state, usb, end.ask_power_off, others=(end,)) as parts:
        defect = parts.store.defect
        if defect is not None:
            log.error("the key in %s is defective, and nothing in it is touched: %s", state, defect)
        mirrors = mirrors_of(config, parts.board)
        power_off = _serve_loop(parts.fit_loop(mirrors), config, end, mirrors)
    if defect is not None and not power_off:
        raise defect
    return power_off


def warn_of_swap() -> None:
    """Where memory cannot be locked."""
    if not keep_secrets():
        log.warning("memory is not locked, so that swap could take a PIN: start it by its unit (LimitMEMLOCK=)")


def mirrors_of(config: Config, board: Board) -> tuple[Mirror, ...]:
    """As configured: one, or none."""
    return (Mirror(board.display.size),) if config.mirror.enabled else ()


def _serve_loop(loop: Loop[Any, Any], config: Config, end: EndAsked, mirrors: Sequence[Mirror]) -> bool:
    notifier, waker = Notifier(), Waker()
    with on_ending(end.ask), serve_mirrors(mirrors, Path(config.mirror.socket)):
        try:
            loop.start(waker.notify_loop)
            notifier.tell_ready()
            heartbeat = notifier.tell_alive if notifier.watchdog else None
            Runner(loop, waker, heartbeat, notifier.watchdog // BEATS_A_WATCHDOG).run()
            notifier.tell_stopping()
        finally:
            loop.close()
            waker.close()
    return end.power_off


@contextmanager
def serve_mirrors(mirrors: Sequence[Mirror], path: Path) -> Iterator[None]:
    """Have the mirrors listen while the context lasts. A reader that cannot be mirrored is a reader all the same."""
    with ExitStack() as stack:
        for mirror in mirrors:
            try:
                stack.enter_context(mirror.listening(path))
            except MirrorError as error:
                log.error("%s", error)
        yield
