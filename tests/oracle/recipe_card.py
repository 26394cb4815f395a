"""A recipe as a card that answers: everything that must not change the code is drawn at random here."""

from tests.oracle.recipe import UNLISTED, Dol, Recipe

OK = bytes.fromhex("9000")
PSE = b"1PAY.SYS.DDF01"
DIRECTORY = 1


class RecipeCard:
    """A card object as the reader's slot takes it: `protocol`, `power_on`, `reset`, `power_off`, `transmit`."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.protocol = recipe.protocol
        self.commands: list[str] = []
        self._random = recipe.random
        self._inverse = self._random.random() < 0.05
        self._direct = self._random.random() < 0.3
        self._records = _spread(recipe, self)
        self._waiting = b""
        self._selected = ""
        self._pdol = ""
        self._verified = False
        self._closed = 0

    def power_on(self) -> bytes:
        """Inverse convention now and then, as French cards start."""
        return bytes.fromhex("3F650000") if self._inverse else self.reset()

    def reset(self) -> bytes:
        return bytes.fromhex("3B650000")

    def power_off(self) -> None:
        self._selected = ""

    def transmit(self, apdu: bytes) -> bytes:
        header, rest = apdu[:4].hex().upper(), apdu[4:]
        if header == "00C00000":
            return self._more(rest[0])
        self.commands.append(header)
        has_data = len(rest) > 1
        data = rest[1 : 1 + rest[0]] if has_data else b""
        assert not has_data or rest[1 + rest[0] :] == self._le(header), "Le against the protocol's rule"
        answer = self._answer(header, data)
        return self._carried(answer, has_data, rest[0]) if self.protocol == 0 else answer

    def _le(self, header: str) -> bytes:
        return b"\0" if self.protocol == 1 and header != "00200080" else b""

    def _carried(self, answer: bytes, has_data: bool, le: int) -> bytes:
        """How T=0 brings it: in pieces after 61xx, or with a 6Cxx where Le was not right."""
        data = answer[:-2]
        if not data:
            return answer
        if has_data:
            self._waiting = data
            return self._offer()
        if le != len(data) and not self._direct:
            return bytes((0x6C, len(data)))
        return answer

    def _offer(self) -> bytes:
        return bytes((0x61, min(len(self._waiting), 0xFF))) if self._waiting else OK

    def _more(self, length: int) -> bytes:
        whole = len(self._waiting) > 40 and self._random.random() < 0.3
        size = min(length, len(self._waiting) // 2 + 1 if whole else len(self._waiting))
        piece, self._waiting = self._waiting[:size], self._waiting[size:]
        return piece + self._offer()

    def _answer(self, header: str, data: bytes) -> bytes:
        if header == "00A40400":
            return self._select(data)
        if header.startswith("00B2"):
            record = self._records.get((int(header[6:], 16) >> 3, int(header[4:6], 16)))
            return record + OK if record else bytes.fromhex("6A83")
        if header == "80CA9F17":
            return tlv("9F17", b"\3") + OK if self._direct else bytes.fromhex("6A88")
        return self._application(header, data) if self._selected else bytes.fromhex("6985")

    def _application(self, header: str, data: bytes) -> bytes:
        match header:
            case "80A80000":
                return self._options(data)
            case "00200080":
                return self._verify(data)
            case "80AE8000" | "80AE0000":
                return self._cryptogram(header, data)
        return bytes.fromhex("6D00")

    def _select(self, name: bytes) -> bytes:
        if name == PSE and (self._direct or UNLISTED in self.recipe.aids):
            return tlv("6F", tlv("84", PSE) + tlv("A5", tlv("88", bytes((DIRECTORY,))) + tlv("5F2D", b"fr"))) + OK
        if name.hex().upper() not in self.recipe.aids:
            return bytes.fromhex("6A82")
        self._selected = name.hex().upper()
        if self._selected != self.recipe.known.aid:
            return tlv("6F", tlv("84", name) + tlv("A5", tlv("50", b"OTHER"))) + OK
        return tlv("6F", tlv("84", name) + tlv("A5", self._proprietary())) + OK

    def _proprietary(self) -> bytes:
        parts = [tlv("50", b"ORACLE")]
        if self.recipe.pdol:
            parts.append(tlv("9F38", dol_bytes(self.recipe.pdol)))
        parts.append(tlv("BF0C", self._discretionary()))
        self._random.shuffle(parts)
        return b"".join(parts)

    def _discretionary(self) -> bytes:
        known = self.recipe.known
        iaf = tlv("9F55", bytes.fromhex(known.iaf)) if self.iaf_in_fci and known.iaf else b""
        return tlv("9F4D", b"\x0b\x0a") + iaf + (BELGIAN_MARKS if known.belgian and self.recipe.marks_in_fci else b"")

    @property
    def iaf_in_fci(self) -> bool:
        """Where this card keeps its IAF: in the FCI, or in a record."""
        return self.recipe.seed % 2 == 0

    def _options(self, data: bytes) -> bytes:
        if self._selected != self.recipe.known.aid:
            return bytes.fromhex("6985")
        wanted = sum(length for _, length in self.recipe.pdol)
        assert data[:1] == b"\x83" and len(data) == 2 + wanted and data[1] == wanted, "template 83"
        self._pdol = data[2:].hex()
        locator = b"".join(bytes((sfi << 3, first, last, 0)) for sfi, first, last in self._files())
        aip = bytes.fromhex(self.recipe.aip)
        if self._random.random() < 0.5:
            return tlv("80", aip + locator) + OK
        return tlv("77", self._shuffled(tlv("82", aip), tlv("94", locator))) + OK

    def _files(self) -> list[tuple[int, int, int]]:
        numbers: dict[int, list[int]] = {}
        for sfi, number in self._records:
            if sfi != DIRECTORY:
                numbers.setdefault(sfi, []).append(number)
        return [(sfi, min(found), max(found)) for sfi, found in numbers.items()]

    def _verify(self, block: bytes) -> bytes:
        pin = self.recipe.pin
        right = f"2{len(pin):X}{pin}".ljust(16, "F")
        self._verified = block.hex().upper() == right
        return OK if self._verified else bytes.fromhex("63C2")

    def _cryptogram(self, header: str, data: bytes) -> bytes:
        second = header == "80AE0000"
        wanted = sum(length for _, length in (self.recipe.cdol2 if second else self.recipe.cdol1))
        assert self._verified and len(data) == wanted and self._closed == (1 if second else 0)
        self._closed += 1
        answer = self.recipe.answer(self._pdol, data.hex())
        cid = b"\0" if second else bytes.fromhex(answer.cid)
        atc, ac, iad = (bytes.fromhex(part) for part in (answer.atc, answer.ac, answer.iad))
        if self._random.random() < 0.5:
            return tlv("80", cid + atc + ac + iad) + OK
        optional = [tlv("9F10", iad)] if iad else []
        return tlv("77", self._shuffled(tlv("9F27", cid), tlv("9F36", atc), tlv("9F26", ac), *optional)) + OK

    def _shuffled(self, *parts: bytes) -> bytes:
        mixed = list(parts)
        self._random.shuffle(mixed)
        return b"".join(mixed)


def _spread(recipe: Recipe, card: RecipeCard) -> dict[tuple[int, int], bytes]:
    """The card's objects over one to four files of one to three records each, some of them twice."""
    random = recipe.random
    known = recipe.known
    objects = [tlv("8C", dol_bytes(recipe.cdol1)), tlv("8D", dol_bytes(recipe.cdol2))]
    objects += [tlv("5F34", bytes.fromhex(known.psn)), tlv("8E", bytes(random.randrange(8, 40)))]
    if known.bitmap:
        objects.append(tlv("9F56", bytes.fromhex(known.bitmap)))
    if known.iaf and not card.iaf_in_fci:
        objects.append(tlv("9F55", bytes.fromhex(known.iaf)))
    if known.belgian and not recipe.marks_in_fci:
        objects.append(BELGIAN_MARKS)
    objects += random.sample(objects, random.randrange(3))
    objects.append(tlv("90", random.randbytes(random.choice((0, 96, 176)))))
    random.shuffle(objects)
    places = [(sfi, number) for sfi in random.sample(range(2, 11), random.randrange(1, 5)) for number in (1, 2, 3)]
    contents: dict[tuple[int, int], bytes] = dict.fromkeys(places, b"")
    for at, part in enumerate(objects):
        room = [place for place in places if len(contents[place]) + len(part) < 245]
        contents[room[at % len(room)]] += part
    records = {place: tlv("70", content) for place, content in contents.items()}
    entries = b"".join(tlv("61", tlv("4F", bytes.fromhex(aid)) + tlv("50", b"APP")) for aid in recipe.aids)
    return records | {(DIRECTORY, 1): tlv("70", entries)}


def tlv(tag: str, value: bytes) -> bytes:
    length = bytes((len(value),)) if len(value) < 128 else bytes((0x81, len(value)))
    return bytes.fromhex(tag) + length + value


BELGIAN_MARKS = tlv("5F2C", b"\x00\x56") + tlv("DF07", b"BKS0567890")


def dol_bytes(dol: Dol) -> bytes:
    return b"".join(bytes.fromhex(tag) + bytes((length,)) for tag, length in dol)
