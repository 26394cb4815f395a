"""One worker of the bank with room for very many telephones that wait: what `securpass_waiting` measures.

python -m benchmarks.waiting_worker STATE        (prints its port; ends with its input)
"""

import sys
from contextlib import closing
from pathlib import Path

from bank.demo.database import open_database
from bank.web.app.site import open_app
from benchmarks.figures import say
from web.bounds import Bounds
from web.serving import Server, bind_listener

ROOM = 20_000


def main() -> None:
    """Serve until nobody holds the input any more."""
    listener = bind_listener(0, 0)
    with (
        closing(open_database(Path(sys.argv[1]))) as store,
        Server(open_app(store), listener, Bounds(connections=ROOM)).beside(),
    ):
        say(str(listener.getsockname()[1]))
        sys.stdin.read()


if __name__ == "__main__":
    main()
