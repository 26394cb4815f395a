"""Make the configured display dark and let it go: what is to be done when the reader itself no longer can."""

import argparse
from pathlib import Path

from device.config import Config, load
from device.displays import real_display
from device.errors import ConfigError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which configuration."""
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )


def run(arguments: argparse.Namespace) -> int:
    """Dark, by the usual wiring where the configuration cannot be used. Raises DisplayError, ConfigError."""
    try:
        config, broken = load(arguments.config), None
    except ConfigError as error:  # changed while the reader ran; what is lit must go dark all the same
        config, broken = Config(), error
    display = real_display(config)
    try:
        display.start()
        display.off()
    finally:
        display.close()
    if broken:
        raise broken
    return 0
