"""An amendment as a PDF, A4 and portrait, by fpdf2. The same value makes the same octets.

The letters are embedded where the machine has DejaVu Sans; elsewhere they are the viewer's own Helvetica, which has the
signs of western Europe only.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bank.contracts.amendment import HEIGHT, WIDTH, AmendmentText, ContractError, Signature
from bank.contracts.words import ContractWords, list_contract_words

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS: Final = (
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/dejavu"),
    Path("/usr/share/fonts/dejavu-sans-fonts"),
)
"""Where Debian and others keep DejaVu."""
FAMILY: Final = "contract"
STANDARD: Final = "helvetica"
MARGIN: Final = 20.0
LINE: Final = (MARGIN, 222.0, 100.0, 30.0)
"""The signature's line: x, y, width, height, in millimetres."""
MOMENT: Final = "%d/%m/%Y %H:%M"


def draw_amendment(
    amendment: AmendmentText, signature: Signature | None = None, fonts: Sequence[Path] = FONTS
) -> bytes:
    """The document, with the signature if there is one. Raises ContractError where fpdf2 is missing, or the letters
    for a name."""
    page = _open_page(amendment.made_at, fonts)
    from fpdf.errors import FPDFUnicodeEncodingException  # noqa: PLC0415 - it is there now

    words = list_contract_words()[amendment.language]
    page.set_lang(amendment.language)
    page.set_title(f"{words.title} {amendment.number}")
    page.add_page()
    try:
        _write(page, amendment, words)
        if signature is not None:
            _sign(page, amendment, signature, words)
    except FPDFUnicodeEncodingException as cause:
        raise ContractError("the letters of this name are missing: install DejaVu Sans (fonts-dejavu-core)") from cause
    return bytes(page.output())


def _open_page(made_at: datetime, fonts: Sequence[Path]) -> "FPDF":
    try:
        from fpdf import FPDF  # noqa: PLC0415 - a part that only contracts need
    except ImportError as cause:
        raise ContractError("contracts need fpdf2: pip install '.[contract]' in this checkout") from cause
    page = FPDF()
    page.set_creation_date(made_at)
    page.set_margins(MARGIN, MARGIN)
    page.set_auto_page_break(auto=False)
    found = next((folder for folder in fonts if (folder / "DejaVuSans.ttf").exists()), None)
    if found:
        page.add_font(FAMILY, "", found / "DejaVuSans.ttf")
        page.add_font(FAMILY, "B", found / "DejaVuSans-Bold.ttf")
    page.set_font(FAMILY if found else STANDARD)
    return page


def _write(page: "FPDF", amendment: AmendmentText, words: ContractWords) -> None:
    _line(page, words.demonstration, 9, gap=4)
    _line(page, f"{words.title} n° {amendment.number}", 18, bold=True, gap=4)
    for label, value in _particulars(amendment, words):
        page.set_font(style="", size=9)
        page.cell(50, 6.5, label)
        page.set_font(style="B", size=10)
        page.multi_cell(0, 6.5, value, new_x="LMARGIN", new_y="NEXT")
    page.ln(4)
    for number, (title, text) in enumerate(words.articles, 1):
        _line(page, f"{number}. {title}", 11, bold=True)
        _line(page, text, 10, gap=3)


def _particulars(amendment: AmendmentText, words: ContractWords) -> Iterator[tuple[str, str]]:
    yield words.customer, f"{amendment.customer} ({amendment.user})"
    yield words.telephone, f"** ** ** ** {amendment.telephone_end}"
    yield words.adviser, f"{amendment.adviser}, {amendment.branch}"
    yield words.channel, amendment.channel
    yield words.services, ", ".join(amendment.services)
    yield words.made, f"{amendment.made_at:{MOMENT}}"


def _line(page: "FPDF", text: str, size: float, *, bold: bool = False, gap: float = 0) -> None:
    page.set_font(style="B" if bold else "", size=size)
    page.multi_cell(0, size * 0.52, text, new_x="LMARGIN", new_y="NEXT")
    page.ln(gap)


def _sign(page: "FPDF", amendment: AmendmentText, signature: Signature, words: ContractWords) -> None:
    x, y, width, height = LINE
    page.set_xy(x, y - 8)
    _line(page, words.signed.format(name=amendment.customer), 10, bold=True)
    page.rect(x, y, width, height)
    page.set_line_width(0.5)
    for stroke in signature.strokes:
        page.polyline([(x + px * width / WIDTH, y + py * height / HEIGHT) for px, py in stroke])
    if signature.typed:
        page.set_xy(x + 4, y + height / 2 - 4)
        page.set_font(style="", size=16)
        page.cell(width - 8, 8, signature.typed)
    page.set_xy(x, y + height + 2)
    _line(page, words.typed if signature.typed else words.drawn, 8)
