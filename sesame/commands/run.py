"""The reader itself: on the real hardware, or, where there is none or with --simulated, on a simulated board.

Simulated it is a page for a browser, beside the Coop@net demonstration, at an address on loopback; with --terminal it
is in this terminal instead, with --control behind a Unix socket (and on the page as well where --port is given).
exit codes: 0 ended by a signal or by `q`; 9 configuration; 10 the reader asks for power-off; 11 hardware
"""

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import Final

from device.config import Config, load_config
from sesame.answers import add_json_argument, say_ready, say_result
from sesame.books import add_database_argument, hold_state
from sesame.exits import CommandError, Exit
from sesame.page import LOOPBACK, USUAL_PORT, serve_page
from sesame.parsing import read_port
from sesame.reachable import lay_telephone
from sesame.state import add_state_argument

MODEL: Final = Path("/proc/device-tree/model")


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
    parser.add_argument(
        "--listen",
        nargs="?",
        default=LOOPBACK,
        const="0.0.0.0",  # noqa: S104 - what the option is for
        metavar="ADDRESS",
        help="the bank and its app for a real telephone, too: at this address of this machine, or at all (simulated)",
    )
    parser.add_argument("--tls", action="store_true", help="with --listen: under the demonstration's own root")
    parser.add_argument("--no-browser", action="store_true", help="only say where the page is (simulated)")
    parser.add_argument(
        "--control", type=Path, metavar="SOCKET", help="obey statements over this Unix socket (simulated)"
    )
    parser.add_argument("--pictures", type=Path, metavar="DIR", default=Path(), help="where screenshots go (here)")
    parser.add_argument("--verbose", "-v", action="store_true", help="say on standard error what the reader does")
    add_json_argument(
        parser,
        address="text: where the page is (simulated)",
        business="text: where the business site is (simulated)",
        network="text: with --listen, where other machines find the bank",
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
    return bool(
        arguments.simulated
        or arguments.terminal
        or arguments.control
        or arguments.port is not None
        or _is_open(arguments)
    )


def _is_open(arguments: argparse.Namespace) -> bool:
    return bool(arguments.tls or arguments.listen != LOOPBACK)


def _run_simulated(config: Config, arguments: argparse.Namespace) -> int:
    with hold_state(arguments.state):
        if arguments.terminal:
            return _in_terminal(config, arguments)
        if arguments.control and arguments.port is None:
            return _run_controlled(config, arguments)
        return serve_page(config, arguments)


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
    with lay_telephone(bench, config, arguments):
        terminal.run(bench)
    return Exit.OK


def _run_controlled(config: Config, arguments: argparse.Namespace) -> int:
    from simulator.live import LiveBench  # noqa: PLC0415 - the simulator's parts

    bench = LiveBench(config, arguments.state)
    with lay_telephone(bench, config, arguments):
        if arguments.json:
            say_ready(arguments, control=str(arguments.control))
        sys.stderr.write(f"the reader is simulated; its control socket is {arguments.control}\n")
        bench.run()
    return Exit.OK
