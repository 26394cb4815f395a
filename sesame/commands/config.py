"""Show the configuration in force with the origin of every value, or check a file."""

import argparse
import sys
from pathlib import Path

from device.config import load_config, settings_of
from device.toml_file import to_toml


def arguments(parser: argparse.ArgumentParser) -> None:
    """`show` or `check`, and which file."""
    parser.add_argument(
        "action", choices=("show", "check"), help="print what is in force, or say whether a file is good"
    )
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print it as TOML that could be read again, or say that all is well. Raises ConfigError."""
    config = load_config(arguments.config)
    if arguments.action == "check":
        sys.stdout.write("the configuration is good\n")
        return 0
    section = ""
    for key, value, allowed, origin in settings_of(config):
        name, _, setting = key.partition(".")
        if name != section:
            sys.stdout.write(f"{'' if not section else chr(10)}[{name}]\n")
            section = name
        sys.stdout.write(f"{setting} = {to_toml(value)}  # {origin}; allowed: {allowed}\n")
    return 0
