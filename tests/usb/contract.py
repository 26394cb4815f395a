"""What a computer finds at the other end of the cable: one list of checks for the cable's twin, for a real kernel
(tests/uml) and, those in which little is typed, for the key on the page (tests/flows). The booted machine
(tests/vm/run key) has Debian's libccid, pcscd and OpenSC ask instead.

Plain functions, since the guest of User-Mode Linux has no pytest. Each takes a bench with the key plugged in and its
card without power; none waits for a time, but for what the bench gives it.
"""

import hashlib
import struct
from collections.abc import Callable
from typing import Final, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from tests.key.host import RSA_2048, Host, p256_key, rsa_key, tlv
from tests.usb.wire import Reply, message, modification, parse, verification

POWER_ON, POWER_OFF, STATUS, SECURE, PARAMETERS, XFR, ABORT = 0x62, 0x63, 0x65, 0x69, 0x6C, 0x6F, 0x72
ATR: Final = "3b888001652d73656375726556"
RIGHT, WRONG = "123456O", "111111O"
DIGEST: Final = hashlib.sha256(b"what is signed").digest()
TEMPLATE: Final = tlv(0x7C, tlv(0x82) + tlv(0x81, DIGEST))
SIGNING: Final = bytes.fromhex("0087119A") + bytes((len(TEMPLATE),)) + TEMPLATE + b"\0"
SECTOR: Final = 2048
VOLUME: Final = 16


class CableBench(Protocol):
    """A computer, the key it has, and whoever holds that."""

    def send(self, raw: bytes) -> None:
        """A message to bulk-OUT."""
        ...

    def take(self) -> bytes:
        """The next message of bulk-IN."""
        ...

    def abort(self, sequence: int) -> None:
        """The class request ABORT for slot 0."""
        ...

    def replug(self) -> None:
        """Pulled and put in again."""
        ...

    def eject(self) -> None:
        """START STOP UNIT for the CD-ROM, as *Remove* does; and until the glass says that it may be pulled."""
        ...

    def descriptors(self) -> bytes:
        """All that the device says of its configuration, interface by interface."""
        ...

    def read_disc(self, first: int, count: int) -> bytes:
        """Sectors of the CD-ROM."""
        ...

    def write_disc(self) -> bool:
        """Try to write a sector; True where that worked."""
        ...

    def type_keys(self, keys: str) -> None:
        """Digits, O for OK, C, A for Off."""
        ...

    def until_shown(self, words: str) -> None:
        """Wait until the glass says this."""
        ...


class Talk:
    """CCID over a bench."""

    def __init__(self, bench: CableBench) -> None:
        self.bench = bench
        self.sequence = 0
        self.extensions = 0
        self.host = Host(self.exchange)

    def begin(self, kind: int, data: bytes = b"") -> int:
        """A message; its number."""
        self.sequence = (self.sequence + 1) % 256
        self.bench.send(message(kind, data, self.sequence))
        return self.sequence

    def finish(self, sequence: int) -> Reply:
        """Its answer, after whatever time it wants."""
        while True:
            reply = parse(self.bench.take())
            assert reply.sequence == sequence, (reply.sequence, sequence)
            if reply.command != 2:
                return reply
            self.extensions += 1

    def ask(self, kind: int, data: bytes = b"") -> Reply:
        """A message and its answer."""
        return self.finish(self.begin(kind, data))

    def exchange(self, apdu: bytes) -> bytes:
        """A command that asks nobody."""
        reply = self.ask(XFR, apdu)
        assert reply.command == 0, reply
        return reply.data

    def power(self) -> "Talk":
        """The card with power, its application chosen."""
        assert self.ask(POWER_ON).data.hex() == ATR
        self.host.select()
        return self

    def verify(self) -> str:
        """The PIN, typed on the key."""
        sequence = self.begin(SECURE, verification())
        self.bench.until_shown("CODE DE LA CLÉ")
        self.bench.type_keys(RIGHT)
        return self.finish(sequence).data.hex()

    def sign(self, keys: str) -> tuple[bytes, int]:
        """Slot 9A, and what is pressed when the glass asks."""
        sequence = self.begin(XFR, SIGNING)
        self.bench.until_shown("SIGNER ?")
        self.bench.type_keys(keys)
        answer = self.finish(sequence).data
        return answer[:-2], int.from_bytes(answer[-2:], "big")


def describes_itself_as_a_smart_card_reader_with_a_pad(bench: CableBench) -> None:
    found = dict(_interfaces(bench.descriptors()))
    assert (11, 0, 0) in found, sorted(found)
    ccid = found[11, 0, 0]
    assert (len(ccid), ccid[1], ccid[52]) == (54, 0x21, 3)
    assert struct.unpack_from("<I", ccid, 40)[0] & 0x70000 == 0x40000, "short and extended APDUs"


def has_no_keyboard(bench: CableBench) -> None:
    """Human interface devices are what a forged key would be."""
    assert {kind for (kind, _, _), _ in _interfaces(bench.descriptors())} <= {8, 11}


def gives_its_atr_and_no_command_without_power(bench: CableBench) -> None:
    talk = Talk(bench)
    assert (talk.ask(STATUS).inactive, talk.ask(XFR, bytes.fromhex("00FD000000")).error) == (True, 0xFE)
    talk.power()
    assert not talk.ask(STATUS).inactive
    assert talk.ask(POWER_OFF).inactive


def carries_every_length(bench: CableBench) -> None:
    """Of commands and answers: at, below and above the end of a packet, at either speed."""
    talk = Talk(bench).power()
    host = Host(talk.exchange, extended=True)
    assert host.manage() == "9000"
    for size in (1, 40, 41, 42, 43, 44, 45, 46, 47, 480, *range(484, 496), 997, 998, 999, 1000, 3052):
        content = bytes((size + at) % 251 for at in range(size))
        assert host.put("5FC105", content) == "9000", size
        assert host.get("5FC105")[0].endswith(content), size
    host.put("5FC105", b"")


def a_pin_typed_on_the_key_signs_after_ok(bench: CableBench) -> None:
    talk = Talk(bench).power()
    assert talk.host.manage() == "9000"
    public = talk.host.generate(0x9A)
    assert talk.host.verify() == "6985", "a PIN from the computer"
    assert talk.verify() == "9000"
    signature, status = talk.sign("O")
    assert status == 0x9000
    key = p256_key(public)
    key.verify(signature[-signature[3] :], DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))
    assert talk.host.status("00F7009A") == "9000"


def c_refuses_a_signature(bench: CableBench) -> None:
    talk = Talk(bench).power()
    assert talk.verify() == "9000"
    assert talk.sign("C")[1] == 0x6985


def an_entry_called_off_and_a_wrong_pin_are_told(bench: CableBench) -> None:
    talk = Talk(bench).power()
    sequence = talk.begin(SECURE, verification())
    bench.until_shown("CODE DE LA CLÉ")
    bench.type_keys("12A")
    assert talk.finish(sequence).error == 0xEF
    sequence = talk.begin(SECURE, verification())
    bench.until_shown("CODE DE LA CLÉ")
    bench.type_keys(WRONG)
    assert talk.finish(sequence).data.hex() == "63c2"
    assert talk.verify() == "9000"


def a_pin_is_changed_and_changed_back(bench: CableBench) -> None:
    talk = Talk(bench).power()
    for keys in ("123456O222222O222222O", "222222O123456O123456O"):
        sequence = talk.begin(SECURE, modification())
        bench.until_shown("CODE DE LA CLÉ")
        bench.type_keys(keys)
        assert talk.finish(sequence).data.hex() == "9000"


def a_length_that_is_none_is_refused_and_the_next_message_read(bench: CableBench) -> None:
    talk = Talk(bench)
    for told in (11, 0xFFFFFFFF):
        bench.send(struct.pack("<BIBB", XFR, told, 0, 9) + bytes(3) + bytes(10))
        answer = parse(bench.take())
        assert (answer.error, answer.sequence) == (1, 9), answer
    assert talk.ask(STATUS).error == 0


def an_abort_by_both_ways_ends_a_pin_entry(bench: CableBench) -> None:
    talk = Talk(bench).power()
    sequence = talk.begin(SECURE, verification())
    bench.until_shown("CODE DE LA CLÉ")
    bench.abort(sequence + 1)
    assert talk.finish(sequence).error == 0xFF
    assert talk.ask(ABORT).error == 0
    assert talk.verify() == "9000"


def a_pull_in_half_a_message_leaves_nothing(bench: CableBench) -> None:
    bench.send((struct.pack("<BIBB", XFR, 900, 0, 1) + bytes(3) + bytes(900))[:512])
    bench.replug()
    Talk(bench).power()


def a_pull_while_a_pin_is_typed_leaves_nothing(bench: CableBench) -> None:
    talk = Talk(bench).power()
    talk.begin(SECURE, verification())
    bench.until_shown("CODE DE LA CLÉ")
    bench.type_keys("123")
    bench.replug()
    assert Talk(bench).power().verify() == "9000"


def a_pull_while_ok_is_waited_for_leaves_nothing(bench: CableBench) -> None:
    talk = Talk(bench).power()
    assert talk.verify() == "9000"
    talk.begin(XFR, SIGNING)
    bench.until_shown("SIGNER ?")
    bench.replug()
    again = Talk(bench).power()
    assert again.host.raw("00200080") == "63C3", "what was proved is gone"
    assert again.verify() == "9000"
    assert again.sign("O")[1] == 0x9000


def a_pull_at_each_link_of_a_certificate_leaves_the_former_or_the_new_one(bench: CableBench) -> None:
    former, new = b"former" * 20, b"new" * 200
    whole = tlv(0x5C, bytes.fromhex("5FC105")) + tlv(0x53, new)
    blocks = [whole[at : at + 255] for at in range(0, len(whole), 255)]
    links = [bytes((0 if block is blocks[-1] else 0x10, 0xDB, 0x3F, 0xFF, len(block))) + block for block in blocks]
    for cut, link in enumerate(links):
        talk = Talk(bench).power()
        assert talk.host.manage() == "9000"
        assert talk.host.put("5FC105", former) == "9000"
        for before in links[:cut]:
            assert talk.exchange(before) == b"\x90\0"
        talk.begin(XFR, link)
        bench.replug()
        kept = Talk(bench).power().host.get("5FC105")[0]
        assert kept.endswith(former) or (link is links[-1] and kept.endswith(new)), cut
        bench.replug()
    talk = Talk(bench).power()
    assert (talk.host.manage(), talk.host.put("5FC105", b"")) == ("9000", "9000")


def a_pull_while_a_key_is_made_leaves_none_or_a_whole_one(bench: CableBench) -> None:
    """RSA, which takes long enough to be pulled from; 9E asks nobody."""
    talk = Talk(bench).power()
    assert talk.host.manage() == "9000"
    talk.begin(XFR, bytes.fromhex("0047009E05AC0380010700"))
    bench.replug()
    again = Talk(bench).power()
    if again.host.status("00F7009E") == "9000":
        numbers = rsa_key(again.host.metadata(0x9E)[4]).public_numbers()
        block = (b"\0" + DIGEST * 8)[:256]
        signed, status = again.host.use(0x9E, block, RSA_2048)
        assert status == 0x9000
        assert pow(int.from_bytes(signed, "big"), numbers.e, numbers.n).to_bytes(256, "big") == block
    assert again.host.manage() == "9000"
    assert again.host.generate(0x9E) == again.host.metadata(0x9E)[4]


def after_an_ejection_there_is_no_card_until_the_next_plug(bench: CableBench) -> None:
    """*Remove*: the PIN was proved and a signature waits. Nothing of it is left, and nothing begins anew."""
    talk = Talk(bench).power()
    assert talk.host.manage() == "9000"
    talk.host.generate(0x9A)
    assert talk.verify() == "9000"
    signing = talk.begin(XFR, SIGNING)
    bench.until_shown("SIGNER ?")
    bench.eject()
    ended = talk.finish(signing)
    assert (ended.error, ended.absent) == (0xFE, True), "as where a card is pulled"
    bench.type_keys("O")
    for kind, data in ((POWER_ON, b""), (XFR, SIGNING), (SECURE, verification()), (PARAMETERS, b"")):
        answer = talk.ask(kind, data)
        assert (answer.error, answer.absent, answer.command) == (0xFE, True, 1), hex(kind)
    for kind in (POWER_OFF, STATUS):
        answer = talk.ask(kind)
        assert (answer.error, answer.absent, answer.last) == (0, True, 1), hex(kind)
    bench.replug()
    again = Talk(bench).power()
    assert again.host.raw("00200080") == "63C3", "what was proved is gone"
    assert again.host.put("5FC105", b"x") == "6982", "the management key, too"
    assert again.verify() == "9000"


def the_cd_is_read_and_cannot_be_written(bench: CableBench) -> None:
    volume = bench.read_disc(VOLUME, 1)
    assert volume[1:6] == b"CD001"
    assert volume[40:72].rstrip() == b"E-SECURE"
    assert not bench.write_disc()
    assert bench.read_disc(VOLUME, 1) == volume


CONTRACT: Final[tuple[Callable[[CableBench], None], ...]] = (
    describes_itself_as_a_smart_card_reader_with_a_pad,
    has_no_keyboard,
    gives_its_atr_and_no_command_without_power,
    carries_every_length,
    a_pin_typed_on_the_key_signs_after_ok,
    c_refuses_a_signature,
    an_entry_called_off_and_a_wrong_pin_are_told,
    a_pin_is_changed_and_changed_back,
    a_length_that_is_none_is_refused_and_the_next_message_read,
    an_abort_by_both_ways_ends_a_pin_entry,
    a_pull_in_half_a_message_leaves_nothing,
    a_pull_while_a_pin_is_typed_leaves_nothing,
    a_pull_while_ok_is_waited_for_leaves_nothing,
    a_pull_at_each_link_of_a_certificate_leaves_the_former_or_the_new_one,
    a_pull_while_a_key_is_made_leaves_none_or_a_whole_one,
    after_an_ejection_there_is_no_card_until_the_next_plug,
    the_cd_is_read_and_cannot_be_written,
)
"""In this order on one key: a bench that makes a key for each check is free to."""

IN_REAL_TIME: Final = (
    gives_its_atr_and_no_command_without_power,
    a_length_that_is_none_is_refused_and_the_next_message_read,
    a_pull_in_half_a_message_leaves_nothing,
    a_pull_at_each_link_of_a_certificate_leaves_the_former_or_the_new_one,
    after_an_ejection_there_is_no_card_until_the_next_plug,
    the_cd_is_read_and_cannot_be_written,
)
"""Those in which little is typed: a finger takes its time."""


def _interfaces(raw: bytes) -> list[tuple[tuple[int, int, int], bytes]]:
    """Class, subclass and protocol of each interface, with the class descriptor that follows it (empty: none)."""
    found: list[tuple[tuple[int, int, int], bytes]] = []
    at = 0
    while at < len(raw):
        size, kind = raw[at], raw[at + 1]
        if kind == 4:
            found.append(((raw[at + 5], raw[at + 6], raw[at + 7]), b""))
        elif kind == 0x21 and found:
            found[-1] = (found[-1][0], raw[at : at + size])
        at += size
    return found
