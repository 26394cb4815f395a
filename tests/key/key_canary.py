"""The key in a process of its own, to be looked into from outside. Run by test_key_memory.

It never knows a PIN as a whole: its card comes sealed, keys come over standard input one byte at a time.

    digits, O, C, A    press that key        P    pull it and put it in again
    V, N, U            the computer wants: the PIN, a new PIN, the PIN unblocked
    W                  let 61 s pass          ?    print where the course stands, when everything before is done
"""

import json
import os
import sys

from drivers.vault.twin import MemoryMedium
from tests.key.desk import SECURE, Desk
from tests.usb.wire import modification, verification

ASKED = {"V": verification(), "N": modification(), "U": modification("002C008010")}


def main() -> None:
    """Until the input ends."""
    parts = {name: bytes.fromhex(content) for name, content in json.loads(sys.argv[1]).items()}
    desk = Desk(medium=MemoryMedium(parts)).plug()
    while byte := os.read(0, 1):  # not by a buffer, which would hold what came before
        act(desk, byte.decode())


def act(desk: Desk, what: str) -> None:
    """One act."""
    if what in ASKED:
        desk.send(SECURE, ASKED[what])
    elif what == "P":
        desk.pull()
        desk.plug()
    elif what == "W":
        desk.pass_time(61_000)
    elif what == "?":
        sys.stdout.write(f"{desk.phase.value}\n")
        sys.stdout.flush()
    else:
        desk.press(what)
    desk.cable.replies.clear()


if __name__ == "__main__":
    main()
