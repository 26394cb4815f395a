"""The sub-sheets both versions share: display, keypad, light and sound, card slot."""

from hw.design import library, parts
from hw.design.pen import Pen
from hw.kicad.sheet import Sheet, TitleBlock


def display(block: TitleBlock) -> Sheet:
    """The I2C module, and the socket that an SPI module would use instead."""
    pen = Pen(Sheet("display", block, 2))
    sheet = pen.sheet
    sheet.frame((14, 18), (112, 76), "OLED display, I2C")
    module = pen.part(library.OLED, "DS1", parts.OLED, (92, 46))
    scl, sda, vcc, ground = (module.pin(name) for name in ("SCL", "SDA", "VCC", "GND"))
    for name, pin, shape in (("OLED_SCL", scl, "input"), ("OLED_SDA", sda, "bidirectional")):
        pen.entry(name, (28, pin[1]), pin, shape)
    pen.rail("+3V3", (76, 26), (76, vcc[1]), vcc)
    pen.ground(ground, (78, ground[1]), (78, 56))
    for x, reference, part, symbol in (
        (52, "C1", parts.CAP_100N, library.CAPACITOR),
        (64, "C2", parts.CAP_10U, library.CAPACITOR_POLARISED),
    ):
        cap = pen.part(symbol, reference, part, (x, 34))
        sheet.wire(cap.pin("1"), (x, 28), (x + 12, 28))
        pen.supply(library.GND, cap.pin("2"))
    sheet.note(
        "No pull-ups here: the Pi has 1.8 k to 3.3 V on both lines.\n"
        "The module brings its own (4.7 k typical): together 1.3 k, 2.2 mA, under the 3 mA of the I2C rules.\n"
        "3.3 V only: on 5 V the module would pull the bus to 5 V.\n"
        "Compare the order of the four pins with the print on the module: some have GND and VCC swapped.",
        (16, 64),
    )
    _spi_option(pen)
    return sheet


def _spi_option(pen: Pen) -> None:
    sheet = pen.sheet
    sheet.frame((122, 18), (218, 76), "Option: SPI display (left empty by default)")
    socket = pen.part(library.SPI_DISPLAY, "J1", parts.SPI_DISPLAY, (196, 48), fitted=False)
    names = {"D0/CLK": "OLED_SCLK", "D1/MOSI": "OLED_MOSI", "RES": "OLED_RST", "DC": "OLED_DC", "CS": "OLED_CS"}
    for pin, signal in names.items():
        pen.entry(signal, (138, socket.pin(pin)[1]), socket.pin(pin), "input")
    vcc, ground = socket.pin("VCC"), socket.pin("GND")
    pen.rail("+3V3", (176, 30), (176, vcc[1]), vcc)
    pen.ground(ground, (170, ground[1]), (170, 60))
    sheet.note(
        "Seven pins in the order of the usual 2.42 inch SSD1309 modules.\n"
        "RES is low from reset on (the Pi's own pull-down on GPIO25): dark until the driver starts.",
        (124, 68),
    )


def keypad(block: TitleBlock) -> Sheet:
    """Rows pulled up, rows and columns through 470 ohm."""
    pen = Pen(Sheet("keypad", block, 3))
    sheet = pen.sheet
    sheet.frame((14, 18), (218, 100), "Keypad 4 x 4")
    pad = pen.part(library.KEYPAD, "KB1", parts.KEYPAD, (170, 56))
    rail_y = 34.0
    xs = [80 + 12 * i for i in range(4)]
    for index, x in enumerate(xs):
        row = pad.pin(f"R{index + 1}")
        pull = pen.part(library.RESISTOR, f"R{index + 1}", parts.resistor("10k"), (x, rail_y + 5))
        series = pen.part(library.RESISTOR, f"R{index + 23}", parts.resistor("470"), (134, row[1]), rotation=90)
        pen.entry(f"KEY_ROW{index + 1}", (34, row[1]), series.pin("1"), "output")
        sheet.wire(series.pin("2"), row)
        sheet.label(f"PAD_R{index + 1}", (146, row[1]))
        sheet.wire(pull.pin("1"), (x, rail_y))
        sheet.wire(pull.pin("2"), (x, row[1]))
    pen.rail("+3V3", (xs[0], rail_y), (xs[-1], rail_y))
    for index in range(4):
        _column(pen, index, pad.pin(f"C{index + 1}"))
    sheet.note(
        "Rows are inputs, high at rest. While scanning one column at a time is low and the others are let go;\n"
        "at rest all four columns are low, so that any key gives an edge. No column is ever driven high.\n"
        "470 ohm in every wire of the ribbon: sparks are slowed before they come to the Pi, and two columns that were\n"
        "driven against each other would pass only 3 mA through two keys of one row.\n"
        "Levels of one key and of two in one column: docs/hardware/budget.md.\n"
        "No diodes: one or two keys are always read right; the driver refuses three and more (ghosts).",
        (24, 88),
    )
    sheet.note(
        "Ribbon, at the pad's lower edge, keys towards you,\n"
        "left to right: rows 1 to 4, columns 1 to 4.\n"
        "The maker numbers from the right.",
        (158, 82),
    )
    return sheet


def _column(pen: Pen, index: int, pin: tuple[float, float]) -> None:
    series = pen.part(library.RESISTOR, f"R{index + 5}", parts.resistor("470"), (98, pin[1]), rotation=90)
    pen.entry(f"KEY_COL{index + 1}", (34, pin[1]), series.pin("1"), "input")
    pen.sheet.wire(series.pin("2"), pin)
    pen.sheet.label(f"PAD_C{index + 1}", (116, pin[1]))


def signals(block: TitleBlock) -> Sheet:
    """The LED and the buzzer."""
    pen = Pen(Sheet("signals", block, 4))
    sheet = pen.sheet
    sheet.frame((14, 18), (104, 80), "Status light")
    resistor = pen.part(library.RESISTOR, "R9", parts.resistor("470"), (56, 38), rotation=90)
    pen.entry("LED", (30, 38), resistor.pin("1"), "input")
    led = pen.part(library.LED, "D1", parts.LED_GREEN, (80, 46))
    sheet.wire(resistor.pin("2"), (80, 38), led.pin("A"))
    sheet.label("LED_A", (66, 38))
    pen.supply(library.GND, led.pin("K"))
    sheet.note("2.8 mA. Dark until the program drives it: GPIO17 starts as an input, pulled down.", (18, 70))
    _buzzer(pen)
    return sheet


def _buzzer(pen: Pen) -> None:
    sheet = pen.sheet
    sheet.frame((114, 18), (218, 80), "Buzzer")
    base = pen.part(library.RESISTOR, "R10", parts.resistor("1k"), (152, 52), rotation=90)
    pen.entry("BUZZER", (128, 52), base.pin("1"), "input")
    transistor = pen.part(library.NPN, "Q1", parts.NPN, (176, 52))
    down = pen.part(library.RESISTOR, "R11", parts.resistor("10k"), (164, 58))
    sheet.wire(base.pin("2"), (164, 52), transistor.pin("B"))
    sheet.wire((164, 52), down.pin("1"))
    emitter, collector = transistor.pin("E"), transistor.pin("C")
    pen.ground(emitter, (emitter[0], 64))
    pen.ground(down.pin("2"), (164, 64))
    buzzer = pen.part(library.BUZZER, "BZ1", parts.BUZZER, (194, 38))
    diode = pen.part(library.DIODE, "D2", parts.DIODE, (collector[0], 38))
    sheet.wire(diode.pin("A"), collector)
    sheet.label("BUZZER_LOW", (180, 44))
    sheet.wire(buzzer.pin("-"), (194, 44), (collector[0], 44))
    sheet.wire(diode.pin("K"), (collector[0], 30), (194, 30), buzzer.pin("+"))
    pen.supply(library.RAILS["+3V3"], (186, 30))
    buffer = pen.part(library.CAPACITOR_POLARISED, "C6", parts.CAP_10U, (211, 38))
    sheet.wire((194, 30), (211, 30), buffer.pin("1"))
    pen.supply(library.GND, buffer.pin("2"))
    sheet.note(
        "From 3.3 V, so that no 5 V is on the breadboard. C6 stands at the buzzer:\nit gives the current of each beat."
        " Silent from reset on: R11 holds the transistor off.",
        (118, 72),
    )


def slot(block: TitleBlock, *, with_switch: bool, with_reader: bool = True) -> Sheet:
    """The USB reader, the bare slot's connector and, on the desk, the card switch."""
    pen = Pen(Sheet("slot", block, 5))
    _bare_slot(pen)
    if with_reader:
        _usb_reader(pen)
    if with_switch:
        _card_switch(pen)
    return pen.sheet


def _usb_reader(pen: Pen) -> None:
    sheet = pen.sheet
    sheet.frame((14, 72), (112, 120), "Card slot: any USB CCID reader")
    reader = pen.part(library.USB_READER, "X1", parts.USB_READER, (92, 94))
    for name, shape in (("VBUS", "passive"), ("D-", "bidirectional"), ("D+", "bidirectional")):
        pin = reader.pin(name)
        pen.entry(f"USB_{name}", (34, pin[1]), pin, shape)
    ground = reader.pin("GND")
    pen.ground(ground, (70, ground[1]), (70, ground[1] + 4))
    sheet.note(
        "Plugs into the Pi's USB socket (Pi Zero: with a micro-USB OTG adapter).\n"
        "The reader switches the card's own supply; the Pi never touches the contacts.",
        (18, 112),
    )


def _bare_slot(pen: Pen) -> None:
    sheet = pen.sheet
    sheet.frame((14, 18), (112, 64), "Option: bare slot on the UART (left empty by default)")
    socket = pen.part(library.BARE_SLOT, "J2", parts.BARE_SLOT, (92, 42), fitted=False)
    pen.entry("SLOT_TXD", (34, socket.pin("RXD")[1]), socket.pin("RXD"), "input")
    pen.entry("SLOT_RXD", (34, socket.pin("TXD")[1]), socket.pin("TXD"), "output")
    vcc, ground = socket.pin("VCC"), socket.pin("GND")
    pen.rail("+3V3", (76, 30), (76, vcc[1]), vcc)
    pen.ground(ground, (70, ground[1]), (70, 50))
    sheet.note(
        "Microchip SEC1210 through libccidtwin. The serial console must be off\n"
        "(raspi-config): it speaks on the same two pins.",
        (18, 56),
    )


def _card_switch(pen: Pen) -> None:
    sheet = pen.sheet
    sheet.frame((122, 18), (218, 80), "Card switch (optional beside a USB reader)")
    switch = pen.part(library.LEVER, "SW1", parts.CARD_SWITCH, (190, 46))
    series = pen.part(library.RESISTOR, "R27", parts.resistor("470"), (154, 46), rotation=90)
    pen.entry("CARD_SWITCH", (146, 46), series.pin("1"), "output")
    sheet.wire(series.pin("2"), switch.pin("1"))
    shunt = pen.part(library.CAPACITOR, "C7", parts.CAP_100N, (176, 52))
    sheet.wire((176, 46), shunt.pin("1"))
    pen.supply(library.GND, shunt.pin("2"))
    pull = pen.part(library.RESISTOR, "R12", parts.resistor("10k"), (166, 38))
    sheet.wire(pull.pin("2"), (166, 46))
    pen.supply(library.RAILS["+3V3"], pull.pin("1"))
    ground = switch.pin("2")
    pen.ground(ground, (ground[0] + 4, ground[1]), (ground[0] + 4, ground[1] + 4))
    sheet.note(
        "Closed to ground by a card that is fully in. A USB reader tells the same\n"
        "by PC/SC; the switch wakes the reader a little sooner. R27 and C7: for sparks.",
        (126, 68),
    )
