"""What a printed board uses in the place of the breadboard's parts: the same circuit, small parts, sockets."""

from dataclasses import replace
from typing import Final

from hw.design import library, parts
from hw.design.parts import HEADER, Part
from hw.kicad.sheet import Component, Placed
from hw.kicad.symbols import Symbol

RESISTOR_SMALL: Final = "Resistor_SMD:R_0805_2012Metric"
CAPACITOR_SMALL: Final = "Capacitor_SMD:C_0805_2012Metric"
DIODE_SMALL: Final = "Diode_SMD:D_SOD-123"
SOT_23: Final = "Package_TO_SOT_SMD:SOT-23"
RESISTOR_SHEET: Final = (
    "https://www.yageo.com/upload/media/product/products/datasheet/rchip/PYu-RC_Group_51_RoHS_L_12.pdf"
)


def small_resistor(value: str) -> Part:
    """A thick film resistor in 0805, 1 %; `value` as 470, 3.9k, 10k."""
    number = f"{value}R" if value.isdigit() else value.upper()
    code = number.replace(".9K", "K9")
    text = f"Thick film resistor {value} ohm, 1 %, 0805"
    return Part(value, "Yageo", f"RC0805FR-07{code}L", RESISTOR_SMALL, RESISTOR_SHEET, text, 0.02)


KEY: Final = Part(
    "B3F-4055",
    "Omron",
    "B3F-4055",
    "Button_Switch_THT:SW_SPST_Omron_B3F-40xx",
    "https://omronfs.omron.com/en_US/ecb/products/pdf/en-b3f.pdf",
    "Tactile switch, 12x12 mm, plunger for a cap (B32-1310 and its colours)",
    0.4,
)
KEY_DIODE: Final = Part(
    "BAT54",
    "onsemi",
    "BAT54T1G",
    DIODE_SMALL,
    "https://www.onsemi.com/pub/Collateral/BAT54T1-D.PDF",
    "Schottky diode, 30 V, 200 mA",
    0.05,
)
ARRAY: Final = Part(
    "USBLC6-2",
    "STMicroelectronics",
    "USBLC6-2SC6",
    "Package_TO_SOT_SMD:SOT-23-6",
    "https://www.st.com/resource/en/datasheet/usblc6-2.pdf",
    "Diode array against sparks, two lines, 3.5 pF",
    0.2,
)
EEPROM: Final = Part(
    "24LC32",
    "Microchip",
    "24LC32A-I/SN",
    "Package_SO:SOIC-8_3.9x4.9mm_P1.27mm",
    "https://ww1.microchip.com/downloads/en/DeviceDoc/21713M.pdf",
    "EEPROM, 4 KiB, in which a HAT says what it is",
    0.4,
)
TEST_PAD: Final = Part(
    "WP", "none", "none", "TestPoint:TestPoint_Pad_D1.5mm", "~", "A pad on the board: tie it to ground to write", 0.0
)
CAP_100N: Final = Part(
    "100n",
    "Yageo",
    "CC0805KRX7R9BB104",
    CAPACITOR_SMALL,
    "https://www.yageo.com/upload/media/product/products/datasheet/mlcc/UPY-GPHC_X7R_6.3V-to-250V_24.pdf",
    "Ceramic capacitor X7R, 50 V, 0805",
    0.02,
)
CAP_1U: Final = replace(
    CAP_100N, value="1u", mpn="CC0805KKX7R8BB105", description="Ceramic capacitor X7R, 25 V, 0805", euros=0.05
)
CAP_10U: Final = Part(
    "10u",
    "Murata",
    "GRM21BR61E106KA73L",
    CAPACITOR_SMALL,
    "https://www.murata.com/en-global/products/productdetail?partno=GRM21BR61E106KA73L",
    "Ceramic capacitor X5R, 25 V, 0805",
    0.1,
)
LED: Final = replace(
    parts.LED_GREEN,
    value="LED green 3 mm",
    mpn="WP710A10SGD",
    footprint="LED_THT:LED_D3.0mm",
    datasheet="https://www.kingbrightusa.com/images/catalog/SPEC/WP710A10SGD.pdf",
    description="Green light-emitting diode, 3 mm",
)

WAKE_BUTTON: Final = replace(parts.WAKE_BUTTON, description="Tactile switch, 6x6 mm, beside the light")

_TRANSISTOR_SHEETS: Final = "https://assets.nexperia.com/documents/data-sheet/{}.pdf"
NPN: Final = Part(
    "BC847B", "Nexperia", "BC847B,215", SOT_23, _TRANSISTOR_SHEETS.format("BC847_SER"), "NPN transistor, 45 V, 100 mA",
    0.05,
)  # fmt: skip
PNP: Final = Part(
    "BC857B", "Nexperia", "BC857B,215", SOT_23, _TRANSISTOR_SHEETS.format("BC856_BC857_BC858"),
    "PNP transistor, 45 V, 100 mA",
    0.05,
)  # fmt: skip
DIODE: Final = Part(
    "1N4148", "Diodes Incorporated", "1N4148W-7-F", DIODE_SMALL, "https://www.diodes.com/assets/Datasheets/1N4148W.pdf",
    "Switching diode, 100 V, 300 mA", 0.05,
)  # fmt: skip
SCHOTTKY: Final = Part(
    "1N5711", "Diodes Incorporated", "1N5711W-7-F", DIODE_SMALL, "https://www.diodes.com/assets/Datasheets/ds11015.pdf",
    "Schottky diode that hardly leaks, 70 V, 15 mA", 0.3,
)  # fmt: skip

SMALLER: Final = {
    part.mpn: small
    for part, small in (
        (parts.NPN, NPN), (parts.PNP, PNP), (parts.DIODE, DIODE), (parts.SCHOTTKY, SCHOTTKY),
        (parts.CAP_100N, CAP_100N), (parts.CAP_1U, CAP_1U), (parts.CAP_10U, CAP_10U), (parts.LED_GREEN, LED),
        (parts.WAKE_BUTTON, WAKE_BUTTON),
    )
}  # fmt: skip
"""Maker's number of a breadboard's part -> what the printed board has instead. Resistors go by their value."""

_WURTH_SHEETS: Final = "https://www.we-online.com/components/products/datasheet/{}.pdf"


def _socket(pins: int, euros: float, rows: int = 1) -> Part:
    """A socket strip of 2.54 mm, 8.5 mm high, tinned, tails for a board of 1.6 mm. `pins`: in a row."""
    footprint = f"Connector_PinSocket_2.54mm:PinSocket_{rows}x{pins:02d}_P2.54mm_Vertical"
    sheet = "https://suddendocs.samtec.com/catalog_english/ssw_th.pdf"
    number = f"SSW-1{pins:02d}-01-T-{'D' if rows == 2 else 'S'}"
    text = f"Socket strip, {rows} x {pins}, 2.54 mm"
    return Part(f"Socket {rows} x {pins}", "Samtec", number, footprint, sheet, text, euros)


def _strip(pins: int, euros: float) -> Part:
    """A pin strip of 2.54 mm."""
    number = f"6130{pins:02d}11121"
    text = f"Pin strip, 1 x {pins}, 2.54 mm"
    sheet = _WURTH_SHEETS.format(number)
    return Part(f"Pin strip 1 x {pins}", "Wurth Elektronik", number, HEADER.format(pins), sheet, text, euros)


CELL_BASE: Final = Part(
    "Base of the cell", "JST", "B2B-PH-K-S(LF)(SN)", parts.CELL.footprint,
    "https://www.jst-mfg.com/product/pdf/eng/ePH.pdf", "Plug base PH, two contacts, 2 mm, upright", 0.2,
)  # fmt: skip

CARRIERS: Final = {
    parts.PI_ZERO.mpn: _socket(20, 3.0, rows=2),
    parts.PI_FOUR.mpn: _socket(20, 3.0, rows=2),
    parts.OLED.mpn: _socket(4, 0.8),
    parts.LATCH.mpn: _socket(8, 1.2),
    parts.CHARGER.mpn: _socket(3, 0.6),
    parts.BOOST.mpn: _socket(5, 0.9),
    parts.GAUGE.mpn: _socket(5, 0.9),
    parts.KEYPAD.mpn: _strip(8, 0.4),
    parts.CARD_SWITCH.mpn: _strip(2, 0.1),
    parts.CELL.mpn: CELL_BASE,
}
"""Maker's number of what is plugged in -> the socket, strip or base that is soldered to a printed board for it."""
SOLDERED_CONNECTORS: Final = (parts.SPI_DISPLAY.mpn, parts.BARE_SLOT.mpn)
"""Connectors that the drawing itself names: what is plugged into them is nobody's part."""

SYMBOLS: Final[dict[str, Symbol]] = {
    library.NPN.name: library.NPN_SMALL,
    library.PNP.name: library.PNP_SMALL,
    library.CAPACITOR_POLARISED.name: library.CAPACITOR,
}


def _component(component: Component) -> Component:
    number = component.fields.get("MPN", "")
    if number.startswith("MFR-25"):
        return small_resistor(component.value).component(fitted=component.fitted)
    if number in SMALLER:
        return SMALLER[number].component(fitted=component.fitted)
    carrier = CARRIERS.get(number)
    return replace(component, footprint=carrier.footprint) if carrier else component


def printed(placed: Placed) -> Placed:
    """A placed symbol as the printed board has it; one that stays as it is comes back unchanged."""
    symbol = SYMBOLS.get(placed.symbol.name, placed.symbol)
    return replace(placed, symbol=symbol, component=_component(placed.component))
