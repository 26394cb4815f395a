"""P1, P2: how many commands a card gets, from the reader and from python-emv, on the same virtual cards."""

import subprocess

from bank.cards.card import CardInSlot
from bank.cards.gallery import open_card
from benchmarks.figures import table
from benchmarks.peer import ROOT, python_of
from sesame_core.cap.blocking import CardWork
from sesame_core.cap.codes import Request
from sesame_core.smartcard.apdu import Protocol

GET_RESPONSE = 0xC0
VERIFY = 0x20
CARDS = ("sesame-card", "bank-card")
"""On the first, python-emv finds no application; on the second it takes a payment one, which does not know VERIFY."""
PIN = (1, 2, 3, 4)


class Counter:
    """A card that counts what it is asked. On T=0, fetching the rest of an answer (61xx) and asking again with the
    right length (6Cxx) are no commands of their own."""

    def __init__(self, card: CardInSlot) -> None:
        self._card = card
        self.instructions: list[int] = []
        self._again = False
        card.power_on()

    def exchange(self, apdu: bytes | bytearray) -> bytes:
        """One exchange."""
        if apdu[1] != GET_RESPONSE and not self._again:
            self.instructions.append(apdu[1])
        answer = self._card.transmit(bytes(apdu))
        self._again = answer[:1] == b"\x6c" and len(answer) == 2
        return answer

    @property
    def after_the_pin(self) -> int:
        """Commands from VERIFY on, that one included."""
        return len(self.instructions) - self.instructions.index(VERIFY) if VERIFY in self.instructions else 0


def ours(name: str) -> tuple[int, int, int]:
    """Commands from OK to the code, in the whole session, and after the code."""
    card = open_card(name)
    counter = Counter(card)
    work = CardWork(counter.exchange, Protocol(card.protocol))
    work.select_application()
    work.prepare_card(Request())
    for digit in PIN:
        work.pin.append(digit)
    work.confirm_pin()
    work.make_code()
    to_code, until_code = counter.after_the_pin, len(counter.instructions)
    work.close()
    return to_code, len(counter.instructions), len(counter.instructions) - until_code


def python_emv(name: str) -> tuple[int, int, str]:
    """Commands from VERIFY on, in the whole session, and what it said."""
    card = Counter(open_card(name))
    command = [str(python_of()), str(ROOT / "tests/oracle/emv_worker.py"), "1234", "-", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as tool:
        assert tool.stdin is not None
        assert tool.stdout is not None
        for line in tool.stdout:
            kind, _, said = line.strip().partition(" ")
            if kind != ">":
                return card.after_the_pin, len(card.instructions), said if kind == "!" else "a code"
            tool.stdin.write(card.exchange(bytes.fromhex(said)).hex() + "\n")
            tool.stdin.flush()
    return 0, 0, "nothing"


def report() -> None:
    """Print both."""
    rows = []
    for name in CARDS:
        to_code, whole, after = ours(name)
        rows.append((f"{name}: this reader", f"{to_code} from OK to the code, {whole} in all, {after} after the code"))
        from_verify, whole, said = python_emv(name)
        rows.append((f"{name}: python-emv", f"{from_verify} from VERIFY on, {whole} in all; it says: {said}"))
    table("P1, P2  card commands", rows)
