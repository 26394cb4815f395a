"""The pictures beside what Coop@net says to press on the reader: its own screens, as it draws them, in each language.

Coop@net stands alone and knows no reader: it has them as files.
"""

from collections.abc import Iterator
from functools import partial
from io import BytesIO

from PIL import Image

from device.config import merge_config
from docs.tools.made import Sheet
from drivers.painter.raster import encode_png, paint_screen
from sesame_core.events import Key
from sesame_core.reader.words import LANGUAGES
from simulator.bench import Bench
from simulator.web.sheet import code_of

FOLDER = "../bank/web/coopanet/static/steps"
SCALE = 2


def pictures() -> Iterator[Sheet]:
    """One a moment and language."""
    for language in LANGUAGES:
        for name, png in _screens(language):
            yield Sheet(f"{FOLDER}/{name}-{language}.png", partial(_opened, png))


def _screens(language: str) -> Iterator[tuple[str, bytes]]:
    """Before each thing that is to be done, and the code at the end: eight zeros, as the guide writes one."""
    bench = Bench(merge_config({"reader": {"language": language}}, "the steps"))
    yield "insert", encode_png(bench.glass(), SCALE)
    bench.insert_card("bank-card")
    yield "ready", encode_png(bench.glass(), SCALE)
    for name, keys in (("challenge", (Key.CHALLENGE,)), ("amount", (Key.SIGN,)), ("account", (Key("1"), Key.OK))):
        for key in keys:
            bench.press_key(key)
        yield name, encode_png(bench.glass(), SCALE)
    for key in (Key("1"), Key.OK):
        bench.press_key(key)
    yield "pin", encode_png(bench.glass(), SCALE)
    yield "code", encode_png(paint_screen(code_of(0), bench.parts.display.size), SCALE)


def _opened(png: bytes) -> Image.Image:
    with Image.open(BytesIO(png)) as picture:
        return picture.copy()
