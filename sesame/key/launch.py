"""`sesame key launch`: the launcher, from this checkout or installation instead of the key's CD-ROM."""

import argparse

from launcher.app import run_launcher


def run(arguments: argparse.Namespace) -> int:
    """Until it is told to quit."""
    return run_launcher(arguments)
