"""Who serves pages over a state, so that another command can have them begin anew."""

import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bank.files import read_private, write_private
from sesame.exits import CommandError, Exit

NAME: Final = "serving-"
PATIENCE_S: Final = 20.0
"""How long a server may take."""

READERS_VERB: Final = "api/next"
"""The verb of the reader's page, below its address."""

UNAVAILABLE: Final = 503
LOOPBACK: Final = ("http://127.0.0.1:", "https://127.0.0.1:")
ROOT: Final = Path("tls", "root.crt")
"""Below the state: what a server of ours with TLS is known by."""


@contextmanager
def announce_verb(state_dir: Path, verb: str) -> Iterator[None]:
    """While the context lasts, the state says where the verb for the next customer is. Raises StateError."""
    path = state_dir / f"{NAME}{os.getpid()}.url"
    write_private(path, verb.encode())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def tell_servers(state_dir: Path) -> list[str]:
    """Have every server begin anew; the verbs of those that did. Raises CommandError when one is there and does not.

    What one that was killed has left is deleted.
    """
    done = []
    for path in sorted(state_dir.glob(f"{NAME}*.url")):
        verb = (read_private(path) or b"").decode(errors="replace")
        if not verb.startswith(LOOPBACK):
            continue
        if _tell_machine(verb, state_dir / ROOT):
            done.append(verb)
        else:
            path.unlink(missing_ok=True)
    return done


def _tell_machine(verb: str, root: Path) -> bool:
    """False when nobody is there. No proxy stands between a machine and itself."""
    trusting = ssl.create_default_context(cafile=root) if verb.startswith("https:") and root.exists() else None
    handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting)
    opener = urllib.request.build_opener(*handlers)
    request = urllib.request.Request(verb, b"{}", {"Content-Type": "application/json"})  # noqa: S310 - loopback, above
    try:
        opener.open(request, timeout=PATIENCE_S).close()
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != UNAVAILABLE:
            return False  # another program, at a port that was ours
        message = f"{verb} cannot begin anew: its books cannot be used; end it and see what it says when it starts"
        raise CommandError(Exit.BOOKS, message) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            return False
        raise CommandError(Exit.OTHER, f"{verb} does not answer; end it and start it again") from None
    except OSError:
        raise CommandError(Exit.OTHER, f"{verb} does not answer; end it and start it again") from None
    return True
