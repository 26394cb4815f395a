"""How a simulated reader is reached from outside: by signals, by its control socket, and the telephone beside it."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from sesame.books import begin_books_anew, open_demonstration

if TYPE_CHECKING:
    from device.config import Config
    from simulator.key.desk import KeyDesk
    from simulator.live import LiveBench
    from simulator.phone.hands import PhoneHands


@contextmanager
def lay_telephone(bench: "LiveBench", config: "Config", arguments: argparse.Namespace) -> Iterator[None]:
    """Reachable, without a page: the telephone opens the books when a statement is about it."""
    from sesame.telephone import TelephoneBeside  # noqa: PLC0415 - where the reader is simulated

    def begin_anew() -> None:
        begin_books_anew(arguments.state, arguments.database)
        telephone.begin_anew()

    bench.anew = begin_anew
    opened = partial(open_demonstration, arguments.state, arguments.database)
    with (
        closing(TelephoneBeside(opened, config.reader.language)) as telephone,
        make_reachable(bench, arguments, telephone),
    ):
        yield


@contextmanager
def make_reachable(
    bench: "LiveBench",
    arguments: argparse.Namespace,
    telephone: "Callable[[], PhoneHands]",
    access_key: "Callable[[], KeyDesk] | None" = None,
) -> Iterator[None]:
    """While the context lasts, signals end the reader's life, and the control socket is there if it is wanted."""
    from device.signals import on_ending  # noqa: PLC0415 - the simulator's parts
    from simulator.control import Control  # noqa: PLC0415

    with ExitStack() as stack:
        stack.enter_context(on_ending(bench.end))
        if arguments.control:
            control = Control(bench, arguments.pictures, telephone, access_key)
            stack.enter_context(control.listening(arguments.control))
        yield
