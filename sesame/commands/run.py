"""The reader itself: on the real hardware, or, where there is none or with --simulated, on a simulated board.

Simulated it is a page for a browser, beside the Coop@net demonstration, at an address on loopback; with --terminal it
is in this terminal instead, with --control behind a Unix socket (and on the page as well where --port is given).
exit codes: 0 ended by a signal or by `q`; 9 configuration; 10 the reader asks for power-off; 11 hardware
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from device.config import Config, load_config
from sesame.answers import add_json_argument, say_ready, say_result
from sesame.books import (
    add_database_argument,
    begin_books_anew,
    hold_state,
    needing_extra,
    open_books,
    open_demonstration,
)
from sesame.exits import CommandError, Exit
from sesame.parsing import read_port
from sesame.serving import READERS_VERB, announce_verb
from sesame.shop import shop_beside
from sesame.state import add_state_argument

if TYPE_CHECKING:
    from simulator.live import LiveBench
    from simulator.phone.hands import PhoneHands

USUAL_PORT: Final = 8035
MODEL = Path("/proc/device-tree/model")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Real or simulated, and how it is driven."""
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )
    parser.add_argument("--simulated", action="store_true", help="on a simulated board, even where there is a real one")
    parser.add_argument("--terminal", action="store_true", help="in this terminal instead of a page (simulated)")
    parser.add_argument(
        "--port", type=read_port, metavar="N", help=f"the page's port (simulated; {USUAL_PORT}, or any if taken)"
    )
    parser.add_argument("--shop", action="store_true", help="with a shop beside the page, to pay by card (simulated)")
    parser.add_argument("--no-browser", action="store_true", help="only say where the page is (simulated)")
    parser.add_argument(
        "--control", type=Path, metavar="SOCKET", help="obey statements over this Unix socket (simulated)"
    )
    parser.add_argument("--pictures", type=Path, metavar="DIR", default=Path(), help="where screenshots go (here)")
    parser.add_argument("--verbose", "-v", action="store_true", help="say on standard error what the reader does")
    add_json_argument(
        parser,
        address="text: where the page is (simulated)",
        shop="text: with --shop, where the shop is",
        control="text: the path of the control socket, where there is no page (simulated)",
        power_off="yes or no: whether the reader asks the system to power off (the real one, once it has ended)",
    )
    add_database_argument(parser)
    add_state_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Until it is ended. Raises ConfigError, DriverError."""
    logging.basicConfig(level=logging.DEBUG if arguments.verbose else logging.WARNING, format="%(name)s: %(message)s")
    config = load_config(arguments.config)
    if _wants_simulated(arguments) or not _is_raspberry_pi():
        return _run_simulated(config, arguments)
    return _run_real(config, arguments)


def _is_raspberry_pi() -> bool:
    try:
        return "Raspberry Pi" in MODEL.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _run_real(config: Config, arguments: argparse.Namespace) -> int:
    from device.service import serve_reader  # noqa: PLC0415 - the hardware's libraries

    power_off = serve_reader(config)
    exit_code = Exit.POWER_OFF if power_off else Exit.OK
    if arguments.json:
        say_result(arguments, exit_code, power_off=power_off)
    return exit_code


def _wants_simulated(arguments: argparse.Namespace) -> bool:
    return bool(arguments.simulated or arguments.terminal or arguments.control or arguments.port is not None)


def _run_simulated(config: Config, arguments: argparse.Namespace) -> int:
    with hold_state(arguments.state):
        if arguments.terminal:
            return _in_terminal(config, arguments)
        if arguments.control and arguments.port is None:
            return _run_controlled(config, arguments)
        return _on_page(config, arguments)


def _in_terminal(config: Config, arguments: argparse.Namespace) -> int:
    from simulator.bench import pad_of  # noqa: PLC0415
    from simulator.glyphs import glyphs_of  # noqa: PLC0415
    from simulator.live import LiveBench  # noqa: PLC0415 - the simulator's parts
    from simulator.terminal import Terminal, language_of  # noqa: PLC0415

    if arguments.json:
        raise CommandError(Exit.USAGE, "--terminal and --json both want standard output: take one")
    if not (os.isatty(0) and os.isatty(1)):
        raise CommandError(Exit.USAGE, "there is no terminal to draw in; play a script instead: sesame script FILE")
    # The page is drawn with what a terminal obeys: past the stream that makes such things visible.
    page = getattr(sys.stdout, "stream", sys.stdout)
    glyphs = glyphs_of(page.encoding, os.environ, sys.platform)
    terminal = Terminal(language_of(config), page.write, glyphs=glyphs, pad=pad_of(config))
    bench = LiveBench(config, arguments.state, [terminal.watch_reader])
    with _beside_reader(bench, config, arguments):
        terminal.run(bench)
    return Exit.OK


def _run_controlled(config: Config, arguments: argparse.Namespace) -> int:
    from simulator.live import LiveBench  # noqa: PLC0415 - the simulator's parts

    bench = LiveBench(config, arguments.state)
    with _beside_reader(bench, config, arguments):
        if arguments.json:
            say_ready(arguments, control=str(arguments.control))
        sys.stderr.write(f"the reader is simulated; its control socket is {arguments.control}\n")
        bench.run()
    return Exit.OK


def _on_page(config: Config, arguments: argparse.Namespace) -> int:
    with needing_extra("web"):
        from bank.verification import Verifier  # noqa: PLC0415 - a web server's libraries
        from bank.web.acs.site import PATH, PaymentKeeper, open_acs, open_payments  # noqa: PLC0415
        from bank.web.app.site import PATH as APP  # noqa: PLC0415
        from bank.web.app.site import open_app  # noqa: PLC0415
        from bank.web.app.waking import open_waking  # noqa: PLC0415
        from bank.web.branch.site import PATH as BRANCH  # noqa: PLC0415
        from bank.web.branch.site import open_branch  # noqa: PLC0415
        from bank.web.shared import BookSessions, open_desk  # noqa: PLC0415
        from simulator.phone.opening import open_phone  # noqa: PLC0415
        from simulator.web.bench import PageBench  # noqa: PLC0415
        from simulator.web.site import BesideReader, reader_site  # noqa: PLC0415
        from web.beside import PathSplit  # noqa: PLC0415
        from web.serving import Server, bind_listener, url_of  # noqa: PLC0415

    with open_books(arguments) as store:
        bench = PageBench(config, arguments.state)
        listener = bind_listener(arguments.port, USUAL_PORT)
        desk, waking = open_desk(store, Verifier(store)), open_waking(store)
        payments = open_payments(store, waker=waking.worker)
        apps = {BRANCH: open_branch(store), APP: open_app(store, waking=waking, framed=True)}
        telephone = open_phone(store, config.reader.language, waker=waking.worker)
        pages = reader_site(bench, desk, BookSessions(store), BesideReader(apps, waking.service, telephone))
        site = PathSplit(PATH, open_acs(payments, desk), pages)
        verb = f"{url_of(listener)}{READERS_VERB}"
        with ExitStack() as stack:
            stack.enter_context(_make_reachable(bench, arguments, lambda: telephone))
            stack.enter_context(PaymentKeeper(payments).beside())
            stack.enter_context(Server(site, listener).beside())
            stack.enter_context(waking.running())
            stack.enter_context(announce_verb(arguments.state, verb))
            # By another name than the shop's: to a browser the bank is another site.
            bank = url_of(listener, "localhost")
            shop = stack.enter_context(shop_beside(store, bank, arguments.state)) if arguments.shop else ""
            _announce_page(url_of(listener), arguments, shop)
            bench.run()
    return Exit.OK


@contextmanager
def _beside_reader(bench: "LiveBench", config: Config, arguments: argparse.Namespace) -> Iterator[None]:
    """Reachable, without a page: the telephone opens the books when a statement is about it."""
    from sesame.telephone import TelephoneBeside  # noqa: PLC0415 - where the reader is simulated

    def begin_anew() -> None:
        begin_books_anew(arguments.state, arguments.database)
        telephone.begin_anew()

    bench.anew = begin_anew
    opened = partial(open_demonstration, arguments.state, arguments.database)
    with (
        closing(TelephoneBeside(opened, config.reader.language)) as telephone,
        _make_reachable(bench, arguments, telephone),
    ):
        yield


@contextmanager
def _make_reachable(
    bench: "LiveBench", arguments: argparse.Namespace, telephone: "Callable[[], PhoneHands]"
) -> Iterator[None]:
    """While the context lasts, signals end the reader's life, and the control socket is there if it is wanted."""
    from device.signals import on_ending  # noqa: PLC0415 - the simulator's parts
    from simulator.control import Control  # noqa: PLC0415

    with ExitStack() as stack:
        stack.enter_context(on_ending(bench.end))
        if arguments.control:
            stack.enter_context(Control(bench, arguments.pictures, telephone).listening(arguments.control))
        yield


def _announce_page(url: str, arguments: argparse.Namespace, shop: str) -> None:
    if arguments.json:
        say_ready(arguments, address=url, **({"shop": shop} if shop else {}))
    else:
        sys.stdout.write(f"The Sésame reader and Coop@net are at {url}\n")
        if shop:
            sys.stdout.write(
                f"A shop to pay by card is at {shop} (`sesame bank card face bank-card`: what is printed on it)\n"
            )
        sys.stdout.write("Ctrl-C ends them; nothing is lost.\n")
        sys.stdout.flush()
    if not arguments.no_browser and os.isatty(1) and _has_screen():
        import webbrowser  # noqa: PLC0415 - the real reader has no use for it

        webbrowser.open(url)


def _has_screen() -> bool:
    """A browser inside this very terminal would take it away."""
    return (
        os.name == "nt"
        or sys.platform == "darwin"
        or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    )
