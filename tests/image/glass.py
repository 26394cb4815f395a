"""What went over the display's bus, through our own model of its controller."""

import re
from dataclasses import dataclass
from pathlib import Path

from drivers.display.model import OledModel, StreamError
from drivers.display.panels import find_panel
from drivers.ports import Picture

SIZE = (128, 64)
ADDRESS = 0x3C
EVENT = re.compile(r"i2c_event (?P<event>\w+)\(addr:0x(?P<address>[0-9a-f]+)\)")
SENT = re.compile(r"i2c_send send\(addr:0x(?P<address>[0-9a-f]+)\) data:0x(?P<byte>[0-9a-f]+)")
"""Lines of QEMU's trace (hw/i2c/trace-events)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A trace's messages, the pictures that they drew, each unlike the one before, and what was refused."""

    messages: int
    pictures: tuple[Picture, ...]
    refused: tuple[str, ...]

    @property
    def first(self) -> Picture:
        """The first picture with a lit pixel. Dark when there is none."""
        return next((picture for picture in self.pictures if any(picture.rows)), Picture.dark(*SIZE))

    @property
    def last(self) -> Picture:
        """What is on the glass at the end."""
        return self.pictures[-1] if self.pictures else Picture.dark(*SIZE)


def read_trace(file: Path) -> list[bytes]:
    """The messages to the display's address, each from its start to the next."""
    messages: list[bytearray] = []
    for line in file.read_text(errors="replace").splitlines() if file.exists() else []:
        if (event := EVENT.search(line)) and event["event"] == "start" and int(event["address"], 16) == ADDRESS:
            messages.append(bytearray())
        elif (sent := SENT.search(line)) and int(sent["address"], 16) == ADDRESS and messages:
            messages[-1].append(int(sent["byte"], 16))
    return [bytes(message) for message in messages if message]


def decode_messages(messages: list[bytes]) -> Seen:
    """Feed the model (SSD1306 data sheet 8.1.5.2: a control byte, then commands or data). A picture counts once a frame
    is whole: each frame begins with commands, so that what stands there then is the former one, complete."""
    model = OledModel(find_panel("ssd1306", *SIZE))
    pictures: list[Picture] = []
    refused: list[str] = []
    for number, message in enumerate(messages, 1):
        try:
            if message[0] == 0x40:
                model.data(message[1:])
            else:
                model.command(message[1:])
            if number == len(messages) or messages[number][0] != 0x40:
                pictures.append(model.glass())
        except StreamError as error:
            refused.append(f"message {number}: {error}")
    changed = [picture for before, picture in zip([None, *pictures], pictures, strict=False) if picture != before]
    return Seen(len(messages), tuple(changed), tuple(refused))
