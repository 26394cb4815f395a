"""libccid's list of readers. It knows a reader by its USB numbers alone, so a key's are put into the list, by whoever
may write there and says so (Info.plist: ifdVendorID, ifdProductID, ifdFriendlyName, in step)."""

import plistlib
import re
from pathlib import Path
from typing import Final

from launcher.settings import SettingsError

LIST: Final = Path("/etc/libccid_Info.plist")
NAME: Final = "e-secure access key"
NUMBERS: Final = re.compile(r"(?:0x)?([0-9A-Fa-f]{4}):(?:0x)?([0-9A-Fa-f]{4})")
ARRAYS: Final = ("ifdVendorID", "ifdProductID", "ifdFriendlyName")
DEVICES: Final = Path("/sys/bus/usb/devices")


def read_numbers(text: str) -> tuple[int, int]:
    """`1209:2202`: vendor, product. Raises SettingsError."""
    found = NUMBERS.fullmatch(text)
    if found is None:
        raise SettingsError("the key's USB numbers are two of four hexadecimal digits, like 1209:2202 (lsusb has them)")
    return int(found[1], 16), int(found[2], 16)


def knows_reader(listed: bytes, numbers: tuple[int, int]) -> bool:
    """Whether it is in the list. Raises SettingsError."""
    return numbers in _read_pairs(listed)


def add_reader(listed: bytes, numbers: tuple[int, int]) -> bytes:
    """The list with it, everything else as it was, comments too. Raises SettingsError."""
    if knows_reader(listed, numbers):
        return listed
    try:
        text = listed.decode()
    except UnicodeDecodeError:
        raise SettingsError("libccid's list is no text: add the key there by hand") from None
    for key, value in zip(ARRAYS, (*(f"0x{number:04X}" for number in numbers), NAME), strict=True):
        text, count = re.subn(rf"(<key>{key}</key>\s*<array>)", rf"\g<1>\n\t\t<string>{value}</string>", text, count=1)
        if not count:
            raise SettingsError(f"libccid's list has no {key}: add the key there by hand")
    after = text.encode()
    if _read_pairs(after)[0] != numbers:
        raise SettingsError("libccid's list is not as it was expected: add the key there by hand")
    return after


def find_keys(devices: Path = DEVICES, product: str = "e-secure") -> list[tuple[int, int]]:
    """The numbers of the keys that are plugged into this computer, by their product's name."""
    found = []
    for device in sorted(devices.glob("*")):
        try:
            if product in (device / "product").read_text(encoding="utf-8", errors="replace"):
                words = ((device / name).read_text(encoding="ascii").strip() for name in ("idVendor", "idProduct"))
                found.append(read_numbers(":".join(words)))
        except (OSError, SettingsError):
            continue
    return found


def write_list(numbers: tuple[int, int], place: Path = LIST) -> bool:
    """Put it into the computer's list; False where it was there. Raises SettingsError where this process may not."""
    try:
        before = place.read_bytes()
        after = add_reader(before, numbers)
        if after == before:
            return False
        beside = place.with_suffix(".before-e-secure")
        beside.write_bytes(before)
        place.write_bytes(after)
    except OSError as error:
        raise SettingsError(f"{error.filename}: {error.strerror}; it is root's: sudo") from None
    return True


def _read_pairs(listed: bytes) -> list[tuple[int, int]]:
    try:
        arrays = plistlib.loads(listed)
        vendors, products, names = (arrays[key] for key in ARRAYS)
        pairs = [(int(vendor, 16), int(product, 16)) for vendor, product in zip(vendors, products, strict=True)]
    except Exception as error:  # a parser of others' octets fails in more ways than it says
        raise SettingsError(f"libccid's list cannot be read ({type(error).__name__}): mend it first") from None
    if len(names) != len(pairs):
        raise SettingsError("libccid's list is out of step: mend it first")
    return pairs
