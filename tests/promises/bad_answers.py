"""What a broken or malicious card may answer in place of the true thing."""

from collections.abc import Callable

STATUSES = (
    0x6200, 0x6281, 0x6283, 0x6300, 0x63c0, 0x63c1, 0x63c2, 0x63cf, 0x6400, 0x6581, 0x6600, 0x6700, 0x6800, 0x6881,
    0x6882, 0x6900, 0x6981, 0x6982, 0x6983, 0x6984, 0x6985, 0x6986, 0x6988, 0x6a00, 0x6a80, 0x6a81, 0x6a82, 0x6a83,
    0x6a86, 0x6a88, 0x6b00, 0x6d00, 0x6e00, 0x6f00, 0x6100, 0x6101, 0x61ff, 0x6c00, 0x6c01, 0x6cff, 0x0000, 0x9001,
    0x9100, 0xffff,
)  # fmt: skip

Bend = Callable[[bytes], bytes]


def _with_cid(cid: int) -> Bend:
    """The cryptogram information replaced, in either format; other answers get a byte that does not belong."""

    def bend(answer: bytes) -> bytes:
        for mark in (b"\x9f\x27\x01",):
            if mark in answer:
                at = answer.index(mark) + len(mark)
                return answer[:at] + bytes((cid,)) + answer[at + 1 :]
        return answer[:2] + bytes((cid,)) + answer[3:] if answer[:1] == b"\x80" else bytes((cid,)) + answer

    return bend


def _status(status: int) -> Bend:
    return lambda _answer: status.to_bytes(2)


BENDS: dict[str, Bend] = {
    "silence": lambda answer: b"",
    "one byte": lambda answer: b"\x90",
    "nothing but success": lambda answer: b"\x90\x00",
    "half": lambda answer: answer[: len(answer) // 2] + b"\x90\x00",
    "all but the last byte": lambda answer: answer[:-3] + b"\x90\x00",
    "lying length": lambda answer: answer[:1] + b"\x82\xff\xff" + answer[2:],
    "indefinite length": lambda answer: answer[:1] + b"\x80" + answer[2:],
    "twice": lambda answer: answer[:-2] * 2 + b"\x90\x00",
    "64 KiB": lambda answer: bytes(65536) + b"\x90\x00",
    "4 KiB of objects": lambda answer: b"\x50\x00" * 2047 + b"\x90\x00",
    "deep": lambda answer: b"\x70\x7e" * 60 + b"\x90\x00",
    "noise": lambda answer: bytes(range(255, 128, -1)) + b"\x90\x00",
    "zeros": lambda answer: bytes(max(0, len(answer) - 2)) + b"\x90\x00",
    "an AAC": _with_cid(0x00),
    "a TC": _with_cid(0x40),
    "an ARQC it is not": _with_cid(0xC0),
    "a bitmap of ones": lambda answer: b"\x70\x1b\x8c\x03\x9f\x37\x04\x9f\x56\x12" + b"\xff" * 18 + b"\x90\x00",
} | {f"{status:04X}": _status(status) for status in STATUSES}
"""Each bends a true answer, status word included."""
