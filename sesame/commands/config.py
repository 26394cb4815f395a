"""Show the configuration in force with the origin of every value, or check a file."""

import argparse
import sys
from pathlib import Path

from device.config import Config, load_config, settings_of
from device.toml_file import to_toml
from sesame.answers import add_json_argument, say_result
from sesame.exits import Exit


def arguments(parser: argparse.ArgumentParser) -> None:
    """`show` or `check`, and which file."""
    parser.add_argument(
        "action", choices=("show", "check"), help="print what is in force, or say whether a file is good"
    )
    parser.add_argument(
        "--config", "-c", type=Path, metavar="FILE", help="instead of /etc/sesame/reader.toml and the defaults"
    )
    add_json_argument(
        parser,
        settings="object: of `show`, by section.key: `value` as TOML writes it, `origin` and what is `allowed`",
        good="yes or no: of `check`, always true; a file with faults is an error, with the list `faults`",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print it as TOML that could be read again, or say that all is well. Raises ConfigError."""
    config = load_config(arguments.config)
    if arguments.json:
        say_result(arguments, Exit.OK, **({"good": True} if arguments.action == "check" else _as_json(config)))
    elif arguments.action == "check":
        sys.stdout.write("the configuration is good\n")
    else:
        _print_settings(config)
    return Exit.OK


def _print_settings(config: Config) -> None:
    section = ""
    for key, value, allowed, origin in settings_of(config):
        name, _, setting = key.partition(".")
        if name != section:
            sys.stdout.write(f"{'' if not section else chr(10)}[{name}]\n")
            section = name
        sys.stdout.write(f"{setting} = {to_toml(value)}  # {origin}; allowed: {allowed}\n")


def _as_json(config: Config) -> dict[str, object]:
    """Each value as TOML writes it: what a program puts into reader.toml, and what this prints for people."""
    settings = {
        key: {"value": to_toml(value), "origin": origin, "allowed": allowed}
        for key, value, allowed, origin in settings_of(config)
    }
    return {"settings": settings}
