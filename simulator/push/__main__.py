"""`python -m simulator.push`: the push service until Ctrl-C; it says what Chromium and the bank are started with."""

import sys
import threading
from contextlib import suppress

from simulator.push.twin import PushTwin


def main() -> None:
    """Serve."""
    with PushTwin().running() as address, suppress(KeyboardInterrupt):
        switches = " ".join(address.list_switches())
        sys.stdout.write(f"chromium --user-data-dir=FOLDER {switches}\n")
        sys.stdout.write(f"sesame bank serve --push-service {address.http_port}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
