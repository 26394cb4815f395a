"""The catalogue: every part with its maker, number, footprint, data sheet, price band and where its kind is sold."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from hw.kicad.sheet import Component

RESISTOR_SHAPE: Final = "Resistor_THT:R_Axial_DIN0207_L6.3mm_D2.5mm_P10.16mm_Horizontal"
RESISTOR_SHEET: Final = "https://www.yageo.com/upload/media/product/products/datasheet/lr/Yageo_LR_MFR_1.pdf"
DIODE_SHAPE: Final = "Diode_THT:D_DO-35_SOD27_P7.62mm_Horizontal"
TO92: Final = "Package_TO_SOT_THT:TO-92_Inline"
HEADER: Final = "Connector_PinHeader_2.54mm:PinHeader_1x{:02d}_P2.54mm_Vertical"
SOCKET: Final = "Connector_PinSocket_2.54mm:PinSocket_1x{:02d}_P2.54mm_Vertical"


class Sold(Enum):
    """The kind of shop that has the part."""

    COMPONENTS = "component distributor"
    MAKER = "hobby electronics shop"
    OFFICE = "computer or office supplies"
    PI = "Raspberry Pi reseller"


@dataclass(frozen=True, slots=True)
class Part:
    """What is ordered. `euros` is the order of magnitude for one, in 2026."""

    value: str
    maker: str
    mpn: str
    footprint: str
    datasheet: str
    description: str
    euros: float
    sold: Sold = Sold.COMPONENTS

    def component(self, *, fitted: bool = True) -> Component:
        """The part as a placed symbol carries it."""
        fields = {"Description": self.description, "Manufacturer": self.maker, "MPN": self.mpn}
        fields |= {"Price": f"{self.euros:.2f}", "Sold": self.sold.value}
        return Component(self.value, self.footprint, self.datasheet, fields, fitted)


def resistor(value: str) -> Part:
    """A 1/4 W, 1 % metal film resistor; `value` as 470, 1k, 10k, 100k or 1M."""
    code = f"{value}R" if value.isdigit() else value.upper()
    text = f"Metal film resistor {value} ohm, 1 %, 1/4 W"
    return Part(value, "Yageo", f"MFR-25FRF52-{code}", RESISTOR_SHAPE, RESISTOR_SHEET, text, 0.1)


PI_ZERO: Final = Part(
    "Raspberry Pi Zero 2 WH",
    "Raspberry Pi",
    "SC0721",
    "Module:Raspberry_Pi_Zero_Socketed_THT_FaceDown_MountingHoles",
    "https://datasheets.raspberrypi.com/rpizero2/raspberry-pi-zero-2-w-product-brief.pdf",
    "Single-board computer with 40-pin header (a Pi 3, 4 or 5 fits the same header)",
    20,
    Sold.PI,
)
PI_FOUR: Final = Part(
    "Raspberry Pi 4 Model B",
    "Raspberry Pi",
    "SC0194(9)",
    "Module:Raspberry_Pi_Zero_Socketed_THT_FaceDown_MountingHoles",
    "https://datasheets.raspberrypi.com/rpi4/raspberry-pi-4-product-brief.pdf",
    "Single-board computer with 40-pin header, 4 GB (a Pi 3 or 5 fits as well)",
    60,
    Sold.PI,
)
OLED: Final = Part(
    "OLED 0.96in SSD1306",
    "Joy-IT",
    "SBC-OLED01",
    SOCKET.format(4),
    "https://joy-it.net/en/products/SBC-OLED01",
    "Display module 128x64, I2C address 0x3C, 3.3 V (SH1106 1.3in: SBC-OLED01.3)",
    8,
    Sold.MAKER,
)
SPI_DISPLAY: Final = Part(
    "7-pin socket (SPI OLED)",
    "Samtec",
    "SSQ-107-01-G-S",
    SOCKET.format(7),
    "https://suddendocs.samtec.com/catalog_english/ssq_th.pdf",
    "Socket for an SPI display module (SSD1309 2.42in) instead of the I2C one",
    2,
)
KEYPAD: Final = Part(
    "Keypad 4x4",
    "Parallax",
    "27899",
    HEADER.format(8),
    "https://www.parallax.com/product/4x4-matrix-membrane-keypad/",
    "Membrane keypad, 4 rows and 4 columns, 8-way ribbon",
    5,
    Sold.MAKER,
)
LED_GREEN: Final = Part(
    "LED green 5 mm",
    "Kingbright",
    "WP7113SGD",
    "LED_THT:LED_D5.0mm",
    "https://www.kingbrightusa.com/images/catalog/SPEC/WP7113SGD.pdf",
    "Green light-emitting diode, 5 mm",
    0.2,
)
BUZZER: Final = Part(
    "Buzzer 3 V",
    "Huaneng",
    "TMB12A03",
    "Buzzer_Beeper:Buzzer_12x9.5RM7.6",
    "~",
    "Magnetic buzzer with its own oscillator, 3 V, 12 mm (any 3 V active buzzer of 40 mA or less)",
    1,
    Sold.MAKER,
)
NPN: Final = Part(
    "BC547B",
    "onsemi",
    "BC547BTA",
    TO92,
    "https://www.onsemi.com/pub/Collateral/BC550-D.pdf",
    "NPN transistor, 45 V, 100 mA",
    0.2,
)
PNP: Final = Part(
    "BC557B",
    "onsemi",
    "BC557BTA",
    TO92,
    "https://www.onsemi.com/pub/Collateral/BC556BTA-D.pdf",
    "PNP transistor, 45 V, 100 mA",
    0.2,
)
DIODE: Final = Part(
    "1N4148",
    "Nexperia",
    "1N4148,113",
    DIODE_SHAPE,
    "https://assets.nexperia.com/documents/data-sheet/1N4148_1N4448.pdf",
    "Switching diode, 100 V, 150 mA",
    0.1,
)
SCHOTTKY: Final = Part(
    "1N5711",
    "STMicroelectronics",
    "1N5711",
    DIODE_SHAPE,
    "https://www.st.com/resource/en/datasheet/1n5711.pdf",
    "Schottky diode that hardly leaks, 70 V, 15 mA",
    0.6,
)
CAP_100N: Final = Part(
    "100n",
    "Vishay",
    "K104K15X7RF5TL2",
    "Capacitor_THT:C_Disc_D3.8mm_W2.6mm_P2.50mm",
    "https://www.vishay.com/docs/45171/kseries.pdf",
    "Ceramic capacitor X7R, 50 V",
    0.2,
)
CAP_1U: Final = Part(
    "1u",
    "Vishay",
    "K105K20X7RF5TH5",
    "Capacitor_THT:C_Disc_D5.1mm_W3.2mm_P5.00mm",
    "https://www.vishay.com/docs/45171/kseries.pdf",
    "Ceramic capacitor X7R, 50 V",
    0.4,
)
CAP_10U: Final = Part(
    "10u",
    "Panasonic",
    "ECA-1HM100",
    "Capacitor_THT:CP_Radial_D5.0mm_P2.00mm",
    "https://industrial.panasonic.com/cdbs/www-data/pdf/RDF0000/ABA0000C1209.pdf",
    "Electrolytic capacitor, 50 V",
    0.2,
)
USB_READER: Final = Part(
    "ACR39U-I1",
    "Advanced Card Systems",
    "ACR39U-I1",
    "Connector_USB:USB_A_Molex_67643_Horizontal",
    "https://www.acs.com.hk/en/products/302/acr39u-smart-card-reader/",
    "Smart card reader, USB CCID (any reader libccid knows; footprint: the USB-A socket it plugs into)",
    20,
    Sold.OFFICE,
)
BARE_SLOT: Final = Part(
    "4-pin header (SEC1210 slot)",
    "Wurth Elektronik",
    "61300411121",
    HEADER.format(4),
    "https://www.we-online.com/components/products/datasheet/61300411121.pdf",
    "Header for a slot board with Microchip SEC1210 in UART mode",
    0.3,
)
CARD_SWITCH: Final = Part(
    "SS-5GL",
    "Omron",
    "SS-5GL",
    HEADER.format(2),
    "https://omronfs.omron.com/en_US/ecb/products/pdf/en-ss.pdf",
    "Lever microswitch at the end of the card's way, closed by the card (wired to a 2-pin header)",
    2,
)
WAKE_BUTTON: Final = Part(
    "B3F-1000",
    "Omron",
    "B3F-1000",
    "Button_Switch_THT:SW_TH_Tactile_Omron_B3F-100x",
    "https://omronfs.omron.com/en_US/ecb/products/pdf/en-b3f.pdf",
    "Tactile switch, 6x6 mm, under the Code key",
    0.3,
)
LATCH: Final = Part(
    "Power switch LV",
    "Pololu",
    "2808",
    HEADER.format(8),
    "https://www.pololu.com/product/2808",
    "Latching power switch, 2.2 to 16 V, 3 A",
    6,
    Sold.MAKER,
)
CHARGER: Final = Part(
    "bq24074 charger",
    "Adafruit",
    "4755",
    HEADER.format(3),
    "https://learn.adafruit.com/adafruit-bq24074-universal-usb-dc-solar-charger-breakout",
    "Lithium charger with power path, USB-C, 4.4 V output at most",
    15,
    Sold.MAKER,
)
BOOST: Final = Part(
    "PowerBoost 1000 Basic",
    "Adafruit",
    "2030",
    HEADER.format(5),
    "https://learn.adafruit.com/adafruit-powerboost-1000-basic",
    "Step-up converter, 1.8 to 5 V in, 5.2 V 1 A out",
    15,
    Sold.MAKER,
)
GAUGE: Final = Part(
    "MAX17048 gauge",
    "Adafruit",
    "5580",
    HEADER.format(5),
    "https://www.analog.com/media/en/technical-documentation/data-sheets/MAX17048-MAX17049.pdf",
    "Fuel gauge for one lithium cell, I2C address 0x36",
    6,
    Sold.MAKER,
)
CELL: Final = Part(
    "LiPo 3.7 V 2500 mAh",
    "Adafruit",
    "328",
    "Connector_JST:JST_PH_B2B-PH-K_1x02_P2.00mm_Vertical",
    "https://www.adafruit.com/product/328",
    "Lithium-polymer cell with protection circuit, JST PH plug",
    15,
    Sold.MAKER,
)
