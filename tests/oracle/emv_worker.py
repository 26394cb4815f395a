"""Runs the PyPI tool `emv` on a card that is at the other end of standard input and output.

It is started by the environment that holds that tool, imports nothing of this project, and is told on its command line
the PIN, the challenge and the amount, `-` for none. A line `> hex` is a command for the card; the next line read is its
answer. The last line is `= code` or `! error`.
"""

import sys

from emv.card import Card  # type: ignore[import-not-found]  # it is in the other environment only


class Connection:
    """What the tool takes for a smart-card connection: T=0, as it demands. Like a smart-card reader's driver it sends
    no Le behind data (EMV Book 1, 9.3.1.1)."""

    T0_protocol = 1

    def connect(self, protocol: int) -> None:
        """The protocol asked for is the card's."""
        assert protocol == self.T0_protocol

    def getProtocol(self) -> int:  # noqa: N802 - its name there
        """T=0."""
        return self.T0_protocol

    def transmit(self, command: list[int]) -> tuple[list[int], int, int]:
        """One exchange."""
        if len(command) > 5:
            command = command[: 5 + command[4]]
        sys.stdout.write(f"> {bytes(command).hex()}\n")
        sys.stdout.flush()
        answer = bytes.fromhex(sys.stdin.readline())
        return list(answer[:-2]), answer[-2], answer[-1]


def main() -> None:
    """One code."""
    pin, challenge, amount = (None if word == "-" else word for word in sys.argv[1:])
    try:
        code = Card(Connection()).generate_cap_value(pin, challenge=challenge, value=amount)
    except Exception as error:
        sys.stdout.write(f"! {type(error).__name__}\n")
    else:
        sys.stdout.write(f"= {code}\n")


main()
