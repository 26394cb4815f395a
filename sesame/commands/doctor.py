"""Look at the machine, the configuration and the smart-card reader without touching the board: safe at any time."""

import argparse

from device.selftest.probes import ProbeOptions
from sesame.commands import selftest


def arguments(parser: argparse.ArgumentParser) -> None:
    """As for the self-test."""
    selftest.arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the findings as they come."""
    return selftest.examine_machine(arguments, ProbeOptions(touch=False))
