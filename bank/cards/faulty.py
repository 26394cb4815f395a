"""Cards that misbehave: each a real card's answers bent in one way, so that the reader meets them in mid-course."""

from enum import Enum

from bank.cards.card import CardInSlot


class Defect(Enum):
    """What is wrong with the card."""

    MUTE = "mute"  # no answer to reset
    SILENT = "silent"  # an ATR, then nothing
    ONE_BYTE = "one byte"  # half a status word
    ENDLESS = "endless"  # 61xx after 61xx
    LENGTH_LOOP = "6C loop"  # 6Cxx after 6Cxx
    CUT_SHORT = "cut short"  # templates whose end is missing
    LYING_LENGTH = "lying length"  # TLV lengths beyond the data
    NOISE = "noise"  # a status word behind bytes that are no TLV
    FLOOD = "flood"  # 64 KiB where 256 bytes are the most


FLOOD_SIZE = 65536
NOISE = bytes((0x1F, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x6F, 0x85, 0xA5))


class FaultyCard:
    """A card with a defect around a good one."""

    def __init__(self, inner: CardInSlot, defect: Defect) -> None:
        self.protocol = inner.protocol
        self._inner = inner
        self._defect = defect

    def power_on(self) -> bytes:
        """The ATR; nothing from a mute card."""
        return b"" if self._defect is Defect.MUTE else self._inner.power_on()

    def reset_card(self) -> bytes:
        """The ATR; nothing from a mute card."""
        return b"" if self._defect is Defect.MUTE else self._inner.reset_card()

    def power_off(self) -> None:
        """Take the power away."""
        self._inner.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        """The good card's answer, bent."""
        answer = self._inner.transmit(apdu)
        return self._bend(answer) if answer else b""

    def _bend(self, answer: bytes) -> bytes:
        data, status = answer[:-2], answer[-2:]
        match self._defect:
            case Defect.MUTE | Defect.SILENT:
                return b""
            case Defect.ONE_BYTE:
                return status[:1]
            case Defect.ENDLESS:
                return b"\x00\x61\x10"
            case Defect.LENGTH_LOOP:
                return b"\x6c\x10"
            case Defect.FLOOD:
                return bytes(FLOOD_SIZE) + b"\x90\x00"
            case Defect.CUT_SHORT | Defect.LYING_LENGTH | Defect.NOISE:
                return self._bent_data(data) + status if data else answer

    def _bent_data(self, data: bytes) -> bytes:
        if self._defect is Defect.CUT_SHORT:
            return data[: len(data) // 2]
        return data[:1] + b"\x82\xff\xff" + data[2:] if self._defect is Defect.LYING_LENGTH else NOISE
