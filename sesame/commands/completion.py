"""Write the completion of a shell to standard output, made from the commands themselves.

bash: sesame completion bash > ~/.local/share/bash-completion/completions/sesame
zsh: sesame completion zsh > a folder of $fpath/_sesame
fish: sesame completion fish > ~/.config/fish/completions/sesame.fish
"""

import argparse
import sys

from sesame.completion import SHELLS
from sesame.completion_tree import build_tree
from sesame.exits import Exit


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which shell."""
    parser.add_argument("shell", choices=tuple(SHELLS), help="the shell that is to read it")


def run(arguments: argparse.Namespace) -> int:
    """Write it."""
    sys.stdout.write(SHELLS[arguments.shell](build_tree()))
    return Exit.OK
