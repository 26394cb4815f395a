"""The page of the gallery: `python docs/tools/cards_page.py` writes docs/cards.md, `--check` says whether it is stale.

Every card is put into the whole reader, in simulated time, and its first code or its error is read from the glass.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bank import gallery  # noqa: E402
from bank.patterns import GalleryCard  # noqa: E402
from bank.profile import Application  # noqa: E402
from device.config import Config, ReaderConfig  # noqa: E402
from sesame.card import bits  # noqa: E402
from sesame_core.cap import Rule, choose_filter  # noqa: E402
from sesame_core.events import Key  # noqa: E402
from sesame_core.screens import grouped  # noqa: E402
from simulator.bench import Bench  # noqa: E402

PAGE = ROOT / "docs" / "cards.md"
MADE = "<!-- Made by docs/tools/cards_page.py; edit bank/gallery.py and bank/variants.py. -->\n"
SETTLED_MS = 3000
HEAD = "| card | what it stands for | transport | PIN | bits in the code | first code, or what the screen says |"

INTRODUCTION = """\
# The gallery

Virtual cards that compute real cryptograms with published test keys: one for each way in which real cards are known to
differ, and one for each way in which they fail. `insert NAME` puts one into the simulated reader, `sesame virtual-card
NAME` into a real PC/SC service, `sesame card info --virtual NAME` looks into one. Each test that says "every card"
means this list.

The last column is what the whole reader showed when the fresh card was put in, Code pressed, the PIN typed and OK
pressed; for longer PINs it was configured to take them (`pin_digits`).
"""


def page() -> str:
    """The text that the page must have."""
    rows = "".join(f"{_row(gallery.describe(name))}\n" for name in gallery.names())
    return f"{MADE}\n{INTRODUCTION}\n{HEAD}\n| --- | --- | --- | --- | --- | --- |\n{rows}"


def shown(card: GalleryCard) -> str:
    """The code, grouped, or the screen's text."""
    size = len(card.pin)
    bench = Bench(Config(reader=ReaderConfig(pin_digits=(size, size))))
    bench.insert(card.name)
    bench.wait(SETTLED_MS)
    for key in (Key.CODE, *(Key(digit) for digit in card.pin), Key.OK):
        bench.press(key)
        bench.wait(SETTLED_MS // 10)
    bench.wait(SETTLED_MS)
    return f"`{grouped(bench.code())}`" if bench.code() else bench.text()


def _row(card: GalleryCard) -> str:
    profile = card.profile
    cells = (f"`{card.name}`", card.english, _transport(card), f"`{profile.pin}`", _bits(card), shown(card))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _transport(card: GalleryCard) -> str:
    warm = ", warm reset" if card.profile.atr[:1] == b"\x3f" else ""
    pieces = f", pieces of {card.profile.chunk} bytes" if card.profile.chunk else ""
    return f"T={card.profile.protocol}{warm}{pieces}"


def _bits(card: GalleryCard) -> str:
    application = card.code_application
    return "-" if application is None else ", ".join(_taken(application))


def _taken(application: Application) -> Iterator[str]:
    rule = choose_filter(application.ipb, application.aid, application.belgian)
    if rule.rule is Rule.BELGIAN:
        yield "Belgian rule"
        return
    psn = bool(application.iaf and application.iaf[0] & 0x40)
    yield from (f"{part} {count}" for part, count in bits.counts(rule.bitmap, psn).items())


def main() -> int:
    """Write the page, or with --check only say whether it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    text = page()
    if parser.parse_args().check:
        fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        sys.stdout.write("" if fresh else "docs/cards.md is stale: run python docs/tools/cards_page.py\n")
        return 0 if fresh else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
