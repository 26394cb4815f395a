"""Random cards that the bank can issue: its own digits are then a third opinion beside the reader's and the text's."""

from dataclasses import dataclass, replace
from random import Random

from bank.cards.personalise import draft_numbered, write_records, written_apart, written_small
from bank.cards.profile import CardApplication, CardProfile, Format, Pse, atr_t0
from bank.emv.issuer import CryptogramVersion, demo_pan
from bank.emv.keys import TEST_KEYS
from bank.emv.terminal import CodeRequest
from bank.emv.tlv import encode_dol
from tests.oracle.walk import PREFERRED, VISA

NAMES = tuple(map(bytes.fromhex, PREFERRED))
CDOL = ((0x9F02, 6), (0x9F03, 6), (0x9F1A, 2), (0x95, 5), (0x5F2A, 2), (0x9A, 3), (0x9C, 1), (0x9F37, 4))
MORE = ((0x9F34, 3), (0x9F35, 1), (0x9F33, 3), (0x9F45, 2), (0x9F4C, 8), (0xDF01, 4))
START = ((0x9F35, 1), (0x9F33, 3), (0x9F1A, 2), (0x9F40, 5), (0x5F2A, 2), (0x9F15, 2), (0x9F37, 4))


@dataclass(frozen=True)
class Issue:
    """A card as issued, and one use of it."""

    profile: CardProfile
    request: CodeRequest

    @property
    def application(self) -> CardApplication:
        """The one that makes the codes."""
        return self.profile.applications[0]


def issue(seed: int) -> Issue:
    """The card of that number: the same on every machine."""
    random = Random(f"{seed} issued")
    return Issue(_profile(random), _request(random))


def _profile(random: Random) -> CardProfile:
    return CardProfile(
        "random",
        (_application(random),),
        "".join(random.choices("0123456789", k=random.randrange(4, 13))),
        pse=Pse((0,)) if random.random() < 0.3 else None,
        protocol=random.randrange(2),
        atr=atr_t0(b"ISSUE"),
        first_atc=random.choice((0, random.randrange(0xFFFF), 254)),
        tells_tries=random.random() < 0.7,
        counts_at_options=random.random() < 0.7,
        chunk=random.choice((None, None, 16, 33)),
    )


def _application(random: Random) -> CardApplication:
    aid = random.choice(NAMES)
    pan = demo_pan(random.randrange(10**6), random.choice((16, 16, 16, 19)))
    psn = f"{random.randrange(100):02}"
    bare = aid.hex().upper().startswith(VISA) and random.random() < 0.3
    flags = (None, b"\x00", b"\x80") if bare else (None, b"\x00", b"\x40", b"\xc0", b"\x80")
    plain = replace(
        draft_numbered(aid, "ISSUE", pan, random.choice(list(TEST_KEYS.values())), psn),
        version=random.choice(list(CryptogramVersion)),
        dki=random.randrange(256),
        ipb=None if bare else _bitmap(random),
        iaf=random.choice(flags),
        iaf_in_fci=random.random() < 0.5,
        tail=random.randbytes(random.choice((0, 0, 4, 8))),
        new_card=random.random() < 0.5,
        pdol=_list(random, START, random.choice((0, 0, 2, 5))),
        cdol1=_list(random, CDOL + MORE, random.randrange(8, 15)),
        cdol2=encode_dol((0x8A, 2), *CDOL),
        options_format=random.choice(list(Format)),
        cryptogram_format=random.choice(list(Format)),
        tag_order=tuple(random.sample((0x9F27, 0x9F36, 0x9F26, 0x9F10), 4)),
    )
    write = random.choice((write_records, written_small))
    # Without any CAP data the other way would leave a file without records.
    return written_apart(plain) if plain.ipb and random.random() < 0.3 else write(plain)


def _list(random: Random, of: tuple[tuple[int, int], ...], size: int) -> bytes:
    return encode_dol(*random.sample(of, min(size, len(of))))


def _bitmap(random: Random) -> bytes:
    """At least the dozen cryptogram bits without which the bank issues no card, with or without a PSN in front."""
    length = random.randrange(12, 20)
    cryptogram = random.sample(range(32, 88), random.randrange(12, 24))
    others = random.sample([place for place in range(8 * length) if place not in range(24, 96)], random.randrange(8))
    return sum(1 << 8 * length - 1 - place for place in (*cryptogram, *others)).to_bytes(length)


def _request(random: Random) -> CodeRequest:
    def number(most: int) -> str:
        return "".join(random.choices("0123456789", k=random.randrange(1, most + 1)))

    match random.randrange(4):
        case 0:
            return CodeRequest()
        case 1:
            return CodeRequest(challenge=number(8))
        case 2:
            return CodeRequest(amount=random.randrange(1, 10**9), account=number(8))
        case _:
            return CodeRequest(data=tuple(number(10) for _ in range(random.randrange(1, 11))))
