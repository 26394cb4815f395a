"""Random CAP cards: what one is, how it is drawn from a seed, and what must come out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from pyemv.ac import generate_ac

from tests.oracle.walk import BANCONTACT, PREFERRED, VISA, Answer, Known, Request, dol_data, shown

Dol = tuple[tuple[str, int], ...]
"""Tag and length of every wish, in order."""

UNLISTED = "A0000001524010"
"""An application that only the card's PSE makes known."""

USUAL_LENGTHS = {
    "9F02": 6, "9F03": 6, "9F1A": 2, "95": 5, "5F2A": 2, "9A": 3, "9C": 1, "9F37": 4, "9F35": 1, "9F34": 3,
    "9F33": 3, "9F45": 2, "9F4C": 8, "9F21": 3, "9F40": 5, "9F15": 2, "8A": 2, "91": 8, "9F66": 4, "C3": 3, "DF8101": 1,
}  # fmt: skip
ALIENS = ("9F7C", "DF42", "D1", "9F1E", "5F57")


@dataclass(frozen=True)
class Recipe:
    """One card, and one use of it."""

    seed: int
    known: Known
    request: Request
    pin: str
    key: bytes
    aids: tuple[str, ...]
    protocol: int
    aip: str
    atc: int
    iad: str
    pdol: Dol = ()
    cdol1: Dol = ()
    cdol2: Dol = ()
    declines: bool = False

    @property
    def marks_in_fci(self) -> bool:
        """Whether a Belgian card says so before it is started, as real ones do: its PDOL is then filled accordingly."""
        return self.seed % 4 != 1

    @property
    def random(self) -> Random:
        """For everything that must not change the code: places, orders, formats, pieces."""
        return Random(f"{self.seed} looks")

    @property
    def proves_nothing(self) -> bool:
        """Whether the bitmap that counts keeps no bit of the cryptogram, which stands behind CID and ATC (and PSN)."""
        known = self.known
        if not known.bitmap or (known.belgian and known.aid == BANCONTACT):
            return False
        start = 3 + (int(known.iaf[:2] or "0", 16) >> 6 & 1)
        return not known.bitmap[2 * start : 2 * start + 16].strip("0")

    def answer(self, pdol: str, cdol1: str) -> Answer:
        """What this card answers when it was given these data: every byte of them is in the cryptogram."""
        text = bytes.fromhex(pdol + cdol1 + self.aip + f"{self.atc:04X}" + self.iad)
        cid = "00" if self.declines else "80"
        return Answer(cid, f"{self.atc:04X}", generate_ac(self.key, text).hex().upper(), self.iad)

    def expected(self) -> str:
        """Digits, or the name of the fault, from the protocol's text alone."""
        if not self.known.bitmap and not self.known.belgian and not self.known.aid.startswith(VISA):
            return "UNSUPPORTED"
        if self.proves_nothing:
            return "UNSUPPORTED"
        given = (dol_data(dol, self.known, self.request) for dol in (self.pdol, self.cdol1))
        return shown(self.known, self.answer(*given), self.request)


def draw(seed: int) -> Recipe:
    """The card of that number: the same on every machine."""
    random = Random(seed)
    aids = _aids(random)
    aid = next((listed for listed in PREFERRED if listed in aids), aids[0])
    known = _known(random, aid)
    plain = Recipe(
        seed=seed,
        known=known,
        request=_request(random),
        pin=_digits(random, random.choice((4, 4, 4, 5, 6, 8, 12))),
        key=random.randbytes(16),
        aids=aids,
        protocol=random.randrange(2),
        aip=_hex(random, 2),
        atc=random.choice((random.randrange(1, 0xFFFF), random.randrange(1, 600), 255, 256)),
        iad=_hex(random, random.choice((0, 3, 7, 7, 7, 10, 18, 32))),
        declines=random.random() < 0.02,
    )
    forbidden = () if plain.marks_in_fci else ("95", "9A", "9F35", "8A")
    return replace(
        plain,
        pdol=_dol(random, random.choice((0, 0, 1, 3, 6)), forbidden),
        cdol1=_dol(random, random.randrange(4, 14)),
        cdol2=_dol(random, random.randrange(4, 14)),
    )


def _aids(random: Random) -> tuple[str, ...]:
    if random.random() < 0.1:
        return (UNLISTED,)
    chosen = random.sample(PREFERRED, random.choice((1, 1, 2, 3)))
    return (*chosen, "A0000000421010") if random.random() < 0.3 else tuple(chosen)


def _known(random: Random, aid: str) -> Known:
    bitmap = "" if random.random() < 0.2 else _bitmap(random)
    return Known(
        aid=aid,
        bitmap=bitmap,
        iaf=random.choice(("", "00", "80", "40", "C0", "60", "E0", "407F")),
        psn=_digits(random, 2),
        belgian=random.random() < (0.7 if aid == BANCONTACT else 0.2 if bitmap else 0.6),
    )


def _bitmap(random: Random) -> str:
    """Real ones, and ones that keep up to 40 bits of anything, shorter and longer than the data."""
    if random.random() < 0.2:
        return random.choice(
            ("8001FFFFFF000000000000000000000000", "8000FF000000000001FFFF00000000000000", "0000FF000000000003FFFF")
        )
    length = random.randrange(4, 33)
    places = random.sample(range(8 * length), min(8 * length, random.randrange(1, 41)))
    return f"{sum(1 << place for place in places):0{2 * length}X}"


def _request(random: Random) -> Request:
    match random.randrange(4):
        case 0:
            return Request()
        case 1:
            return Request(challenge=_digits(random, random.randrange(1, 9)))
        case 2:
            return Request(challenge=_digits(random, random.randrange(1, 9)), cents=random.randrange(1, 10**8))
        case _:
            count = random.randrange(1, 11)
            return Request(numbers=tuple(_digits(random, random.randrange(1, 11)) for _ in range(count)))


def _dol(random: Random, wishes: int, forbidden: Sequence[str] = ()) -> Dol:
    tags = [tag for tag in USUAL_LENGTHS if tag not in forbidden]
    usual = [(tag, USUAL_LENGTHS[tag]) for tag in random.sample(tags, wishes)]
    odd = [(tag, random.randrange(0, 12)) if random.random() < 0.1 else (tag, length) for tag, length in usual]
    alien = [(tag, random.randrange(0, 9)) for tag in random.sample(ALIENS, random.choice((0, 0, 1, 2)))]
    mixed = odd + alien if wishes else []
    random.shuffle(mixed)
    return tuple(mixed)


def _digits(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(count))


def _hex(random: Random, length: int) -> str:
    return random.randbytes(length).hex().upper()
