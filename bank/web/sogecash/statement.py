"""A statement of account as a PDF that old readers show: version 1.4 at most, letters embedded, drawn by fpdf2."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bank.contracts.document import FONTS
from bank.errors import BankError
from bank.iban import group_iban
from bank.languages import local_moment
from bank.ledger.entries import Account, StatementLine
from bank.operations.words import notation_of
from bank.web.sogecash.words import SogecashWords

if TYPE_CHECKING:
    from fpdf import FPDF

FAMILY: Final = "statement"
MARGIN: Final = 20.0
VERSION: Final = "1.4"
"""PDF 1.4 is of 2001; the guide's oldest Adobe Reader is 9.3."""


class StatementError(BankError):
    """It cannot be drawn: the library is not installed, or the letters of a label are missing."""


@dataclass(frozen=True, slots=True)
class StatementText:
    """What stands in it: one month, oldest line first."""

    holder: str = field(repr=False)
    account: Account
    month: str
    lines: tuple[StatementLine, ...] = field(repr=False)
    words: SogecashWords = field(repr=False)


def draw_statement(text: StatementText, fonts: Sequence[Path] = FONTS) -> bytes:
    """The document. The same value makes the same octets. Raises StatementError."""
    page = _open_page(text, fonts)
    from fpdf.errors import FPDFUnicodeEncodingException  # noqa: PLC0415 - it is there now

    try:
        _write(page, text)
    except FPDFUnicodeEncodingException as cause:
        raise StatementError("install DejaVu Sans (fonts-dejavu-core): a letter is missing") from cause
    return bytes(page.output())


def _open_page(text: StatementText, fonts: Sequence[Path]) -> "FPDF":
    try:
        from fpdf import FPDF  # noqa: PLC0415 - a part that documents alone need
    except ImportError as cause:
        raise StatementError("statements need fpdf2: pip install '.[contract]' in this checkout") from cause
    page = FPDF()
    page.pdf_version = VERSION
    page.set_creation_date(datetime.strptime(text.month, "%Y-%m").replace(tzinfo=UTC))
    page.set_margins(MARGIN, MARGIN)
    page.set_lang(text.words.language)
    page.set_title(f"{text.words.statement} {text.month}")
    found = next((folder for folder in fonts if (folder / "DejaVuSans.ttf").exists()), None)
    if found:
        page.add_font(FAMILY, "", found / "DejaVuSans.ttf")
        page.add_font(FAMILY, "B", found / "DejaVuSans-Bold.ttf")
    page.set_font(FAMILY if found else "helvetica", size=10)
    return page


def _write(page: "FPDF", text: StatementText) -> None:
    words, notation = text.words, notation_of(text.words.language)
    page.add_page()
    for head, size in ((words.demonstration, 9), (f"{words.statement} {text.month}", 16), (text.holder, 11)):
        page.set_font(size=size)
        page.cell(0, 9, head, new_x="LMARGIN", new_y="NEXT")
    page.cell(0, 9, group_iban(text.account.iban), new_x="LMARGIN", new_y="NEXT")
    page.ln(4)
    page.set_font(size=9)
    for line in text.lines:
        day = local_moment(line.at_ms)
        page.cell(28, 7, notation.write_day(day))
        page.cell(100, 7, line.label)
        amount = notation.write_money(line.cents).replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")
        page.cell(0, 7, amount, align="R", new_x="LMARGIN", new_y="NEXT")
