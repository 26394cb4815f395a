"""From a card's answer to the digits, step by step: values first, then words for them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sesame.card.bits import MaskByte, count_bits, mask_bytes, summarise_bitmap
from sesame.card.table import format_pairs, format_table
from sesame_core.cap.codes import Cryptogram, Filter, FilterRule, encode_numbers, filter_bits, make_code, mix_data
from sesame_core.screens import group_digits

PSN_FLAG = 0x40
KINDS = {
    0x00: "AAC: the card refuses",
    0x40: "TC: approved offline, which no code is made of",
    0x80: "ARQC: the card agrees",
}
"""The top two bits of the CID (EMV Book 3, table 15)."""


@dataclass(frozen=True, slots=True)
class Bit:
    """One bit that is taken: where it stands (bit 8 is the highest of its byte), what it is, what it is worth."""

    name: str
    bit: int
    value: int
    weight: int


@dataclass(frozen=True)
class Story:
    """Everything that a code depends on. `answer`: as the card gave it; `numbers`: transaction data to mix in."""

    answer: Cryptogram = field(repr=False)
    filter: Filter
    own_bitmap: bool
    iaf: int | None = None
    card: str = ""
    numbers: tuple[str, ...] = ()

    @property
    def used(self) -> Cryptogram:
        """The answer that the bitmap is laid over."""
        return mix_data(self.answer, self.numbers) if self.numbers else self.answer

    @property
    def code(self) -> str:
        """The digits, not grouped."""
        return "".join(map(str, make_code(self.used, self.filter)))

    @property
    def rows(self) -> tuple[tuple[MaskByte, int], ...]:
        """The bitmap's bytes and the data below them, as far as both go."""
        masks = mask_bytes(self.filter.bitmap, bool(self.answer.psn))
        return tuple(zip(masks, self.used.data, strict=False))

    @property
    def bits(self) -> tuple[Bit, ...]:
        """Every bit taken, the most significant first."""
        taken = [
            (row.name, place, data >> place & 1)
            for row, data in self.rows
            for place in range(7, -1, -1)
            if row.mask >> place & 1
        ]
        last = len(taken) - 1
        return tuple(Bit(name, place + 1, value, value << last - at) for at, (name, place, value) in enumerate(taken))


def cid_kind(cid: int) -> str:
    """What a CID says."""
    return KINDS.get(cid & 0xC0, "reserved: no code is made of it")


def as_text(story: Story, every_bit: bool) -> str:
    """The walk, for people."""
    steps = _by_belgian_rule(story) if story.filter.rule is FilterRule.BELGIAN else _by_bitmap(story, every_bit)
    parts = [_answer(story), *(_mixing(story) if story.numbers else ()), *steps]
    return "\n".join(f"{number}. {part}" for number, part in enumerate(parts, 1))


def as_json(story: Story) -> dict[str, object]:
    """The walk, for programs."""
    answer, used = story.answer, story.used
    shown: dict[str, object] = {
        "card": story.card,
        "cid": f"{answer.cid:02X}",
        "cid_means": cid_kind(answer.cid),
        "atc": answer.atc.hex().upper(),
        "ac": answer.ac.hex().upper(),
        "iad": answer.iad.hex().upper(),
        "psn": answer.psn.hex(),
        "numbers": list(story.numbers),
        "ac_used": used.ac.hex().upper(),
        "rule": story.filter.rule.value,
        "code": group_digits(story.code),
    }
    if story.filter.rule is FilterRule.BELGIAN:
        return shown
    taken = {"bits": [{"of": one.name, "bit": one.bit, "value": one.value, "weight": one.weight} for one in story.bits]}
    bitmap = story.filter.bitmap
    return shown | {"bitmap": bitmap.hex().upper(), "counts": count_bits(bitmap, bool(answer.psn))} | taken


def _answer(story: Story) -> str:
    answer = story.answer
    rows = [
        ("CID", f"{answer.cid:02X}  top bits {answer.cid >> 6:02b} = {cid_kind(answer.cid)}"),
        ("ATC", f"{answer.atc.hex().upper()}  transaction {int.from_bytes(answer.atc)} of this card"),
        ("AC", f"{answer.ac.hex().upper()}  its cryptogram"),
        ("IAD", f"{answer.iad.hex().upper() or 'none'}  the issuer's own"),
    ]
    return f"The card{f' ({story.card})' if story.card else ''} answers GENERATE AC\n" + _indented(format_pairs(rows))


def _mixing(story: Story) -> Iterator[str]:
    packed = encode_numbers(story.numbers).hex().upper()
    rows = [
        ("numbers", " F ".join(story.numbers)),
        ("packed", f"{packed}  joined by F, then 80 and zeros to whole blocks of 8 bytes"),
        ("key", f"{story.answer.ac.hex().upper()}  the AC, as a single-DES key"),
        (
            "MAC",
            f"{story.used.ac.hex().upper()}  CBC, zero initial vector, the last block: it takes the place of the AC",
        ),
    ]
    yield "Transaction data are mixed in\n" + _indented(format_pairs(rows))


def _by_bitmap(story: Story, every_bit: bool) -> Iterator[str]:
    yield _prefix(story)
    bitmap, psn = story.filter.bitmap, bool(story.answer.psn)
    origin = "the card's own" if story.own_bitmap else "Visa's default"
    head = ("byte", "data", "bits", "mask", "bits", "taken")
    lines = [
        (row.name, f"{data:02X}", f"{data:08b}", f"{row.mask:02X}", f"{row.mask:08b}", _taken(row.mask, data) or "-")
        for row, data in story.rows
    ]
    beyond = len(story.used.data) - len(bitmap)
    rest = f"behind the mask, {_many(beyond, 'byte')} of data: nothing is taken\n" if beyond > 0 else ""
    over = f"behind the data, {_many(-beyond, 'byte')} of mask: they meet nothing\n" if beyond < 0 else ""
    title = f"The bitmap (IPB, {origin}) {bitmap.hex().upper()} is laid over the data\n"
    yield title + _indented(format_table(head, lines) + rest + over)
    yield f"Taken are {summarise_bitmap(bitmap, psn)}\n" + _indented(_in_order(story))
    if every_bit:
        yield "Every bit, and what it is worth\n" + _indented(_weights(story))
    yield _decimal(filter_bits(story.used.data, bitmap), story)


def _prefix(story: Story) -> str:
    if story.iaf is None:
        told = "No flags (IAF) are told"
    else:
        told = f"The flags (IAF) are {story.iaf:02X}: bit 40 is {'set' if story.iaf & PSN_FLAG else 'not set'}"
    if story.answer.psn:
        return f"{told}; the PSN {story.answer.psn.hex()} stands in front of the data\n"
    return f"{told}; the data begin with the CID\n"


def _in_order(story: Story) -> str:
    parts: dict[str, str] = {}
    for row, data in story.rows:
        parts[row.part] = parts.get(row.part, "") + _taken(row.mask, data)
    told = "  ".join(f"{part} {bits}" for part, bits in parts.items() if bits)
    return f"{told or 'no bit at all'}\n"


def _weights(story: Story) -> str:
    lines = []
    total = 0
    for one in story.bits:
        total += one.weight
        lines.append((one.name, str(one.bit), str(one.value), str(one.weight or "-"), str(total)))
    return format_table(("byte", "bit", "is", "worth", "sum"), lines)


def _by_belgian_rule(story: Story) -> Iterator[str]:
    ac, atc = story.used.ac, story.used.atc
    high = int.from_bytes(ac[5:7]) & 0x3FF
    number = high << 16 | atc[-1] << 8 | ac[7]
    rows = [
        ("AC 6, AC 7", f"{ac[5:7].hex().upper()}  the lowest ten bits: {high:010b}"),
        ("ATC 2", f"{atc[-1:].hex().upper()}  {atc[-1]:08b}"),
        ("AC 8", f"{ac[7:].hex().upper()}  {ac[7]:08b}"),
        ("number", str(number)),
        (
            "check",
            f"its last digit, {number % 10}, is added in front: + {number % 10 * 10_000_000}, and eight digits stay",
        ),
    ]
    yield "No bitmap: the Belgian rule\n" + _indented(format_pairs(rows))
    yield f"On the screen: {group_digits(story.code)}\n"


def _decimal(number: int, story: Story) -> str:
    size = len(story.bits)
    short = len(story.code) - len(str(number))
    zeros = f", {_many(short, 'zero')} in front" if short else ""
    title = f"Read as one number of {size} bits, in decimal{zeros}, by four from the right\n"
    return title + _indented(
        format_pairs(
            [("binary", f"{number:0{max(size, 1)}b}"), ("decimal", str(number)), ("code", group_digits(story.code))]
        )
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _taken(mask: int, data: int) -> str:
    return "".join(str(data >> place & 1) for place in range(7, -1, -1) if mask >> place & 1)


def _indented(text: str) -> str:
    return "".join(f"   {line}\n" for line in text.splitlines())
