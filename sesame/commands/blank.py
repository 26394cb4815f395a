"""Make the configured display dark and let it go: what is to be done when the reader itself no longer can."""

import argparse
from pathlib import Path

from device.config import load
from device.displays import real_display


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which configuration."""
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )


def run(arguments: argparse.Namespace) -> int:
    """Dark. Raises DisplayError, ConfigError."""
    display = real_display(load(arguments.config))
    try:
        display.start()
        display.off()
    finally:
        display.close()
    return 0
