"""The reader itself: on the real hardware, or, where there is none or with --simulated, on a simulated board.

Simulated in a terminal it draws the display and takes keys; with --control it obeys a Unix socket instead or besides.
exit codes: 0 ended by a signal or by `q`; 9 configuration; 10 the reader asks for power-off; 11 hardware
"""

import argparse
import logging
import os
import sys
from contextlib import ExitStack
from pathlib import Path

from device.config import Config, load
from sesame.exits import CommandError, Exit
from sesame.state import add_state_argument

MODEL = Path("/proc/device-tree/model")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Real or simulated, and how it is driven."""
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )
    parser.add_argument("--simulated", action="store_true", help="on a simulated board, even where there is a real one")
    parser.add_argument(
        "--control", type=Path, metavar="SOCKET", help="obey statements over this Unix socket (simulated)"
    )
    parser.add_argument("--pictures", type=Path, metavar="DIR", default=Path(), help="where screenshots go (here)")
    parser.add_argument("--verbose", "-v", action="store_true", help="say on standard error what the reader does")
    add_state_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Until it is ended. Raises ConfigError, DriverError."""
    logging.basicConfig(level=logging.DEBUG if arguments.verbose else logging.WARNING, format="%(name)s: %(message)s")
    config = load(arguments.config)
    if arguments.simulated or arguments.control or not _is_raspberry_pi():
        return _simulated(config, arguments)
    return _real(config)


def _is_raspberry_pi() -> bool:
    try:
        return "Raspberry Pi" in MODEL.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _real(config: Config) -> int:
    from device.service import serve  # noqa: PLC0415 - the hardware's libraries

    return Exit.POWER_OFF if serve(config) else Exit.OK


def _simulated(config: Config, arguments: argparse.Namespace) -> int:
    from device.signals import on_ending  # noqa: PLC0415 - the simulator's parts, all of them
    from simulator.control import Control  # noqa: PLC0415
    from simulator.live import LiveBench  # noqa: PLC0415
    from simulator.terminal import Terminal, language_of  # noqa: PLC0415

    in_terminal = os.isatty(0) and os.isatty(1)
    if not in_terminal and not arguments.control:
        raise CommandError(
            Exit.USAGE,
            "there is no terminal to draw in; use --control SOCKET here, or play a script: sesame script FILE",
        )
    terminal = Terminal(language_of(config)) if in_terminal else None
    bench = LiveBench(config, arguments.state, [terminal.watch] if terminal else [])
    with ExitStack() as stack:
        stack.enter_context(on_ending(lambda: bench.submit(bench.halt)))
        if arguments.control:
            stack.enter_context(Control(bench, arguments.pictures).listening(arguments.control))
        if terminal:
            terminal.run(bench)
        else:
            sys.stderr.write(f"the reader is simulated; its control socket is {arguments.control}\n")
            bench.run()
    return Exit.OK
