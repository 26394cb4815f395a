"""What is piped into a command: text, as any kind of machine writes it."""

import sys
from typing import Final

from sesame.exits import CommandError, Exit

BYTE_ORDER_MARK: Final = "\ufeff"


def read_input() -> str:
    """All of standard input: without a byte order mark, lines ended by line feeds. Raises CommandError(USAGE)."""
    try:
        return sys.stdin.read().removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError:
        raise CommandError(Exit.USAGE, "standard input is not UTF-8 text; save it as UTF-8") from None
