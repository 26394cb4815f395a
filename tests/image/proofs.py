"""What is shown on a card that was booted, one function a statement; the docstring is what the report says."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from device.selftest.findings import Finding
from device.selftest.verdict import paint_verdict
from drivers.ports import Picture
from tests.image.board import Board
from tests.image.glass import Seen, decode_messages, read_trace
from tests.vm.qemu import MachineError

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
READY = "course/128x64/fr/no-card.png"
KEY_STARTING, KEY_READY = "key/128x64/fr/starting.png", "key/128x64/fr/not-activated.png"
SCALE = 4
VERDICT_LIMIT = 120
"""Seconds of ours for the glass, once the journal has the verdict."""
DISC = "/etc/sesame/e-secure.iso"

Proof = Callable[[Board], str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one board must be: its name, and the unit that it starts."""

    model: str = "Raspberry Pi 3 Model B"
    unit: str = "sesame-reader.service"
    golden: str = READY


def read_golden(name: str) -> Picture:
    """A golden picture, back from its file, in which each pixel is 4 x 4."""
    with Image.open(GOLDEN / name) as file:
        wide, high = file.width // SCALE, file.height // SCALE
        points = file.convert("L").resize((wide, high), Image.Resampling.NEAREST).tobytes()
    rows = (points[y * wide : (y + 1) * wide] for y in range(high))
    return Picture(wide, high, tuple(int("".join("1" if level > 127 else "0" for level in row), 2) for row in rows))


def seen_on(board: Board) -> Seen:
    """What the display was sent until now."""
    return decode_messages(read_trace(board.wire))


def is_active(board: Board, unit: str) -> str:
    """The unit is active, no unit has failed"""
    board.wait_until(f"systemctl is-active {unit}")
    board.wait_until("systemctl is-system-running --wait | grep -e running -e degraded")
    failed = board.must("systemctl --failed --no-legend --plain")
    if failed:
        raise MachineError(f"failed: {failed}")
    started = int(board.must(f"systemctl show -P ActiveEnterTimestampMonotonic {unit}")) / 1e6
    return f"running; {unit} was ready {started:.0f} s after the kernel began"


def knows_the_board(board: Board, model: str) -> str:
    """The device tree is this board's"""
    name = board.must("tr -d '\\0' </sys/firmware/devicetree/base/model")
    if name != model:
        raise MachineError(name)
    return name


def has_the_bus(board: Board) -> str:
    """/dev/i2c-1 is the header's bus, at 400 kHz"""
    node = board.wait_until("readlink -e /sys/class/i2c-dev/i2c-1/device/of_node")
    clock = board.must("od -An -tx1 /sys/firmware/devicetree/base/soc/i2c@7e804000/clock-frequency")
    if not node.endswith("/soc/i2c@7e804000") or clock.split() != ["00", "06", "1a", "80"]:
        raise MachineError(f"{node}: {clock}")
    return f"{node.rpartition('/')[2]}, 400,000 Hz"


def misses_the_overlay(board: Board) -> str:
    """Without our overlay the question about the bus has another answer: Debian's own 100 kHz"""
    try:
        answer = has_the_bus(board)
    except MachineError as error:
        answer = str(error)
    if not answer.endswith("00 01 86 a0"):
        raise MachineError(answer)
    return answer


def cannot_write(board: Board) -> str:
    """The root is erofs behind dm-verity, and nothing can be written to it"""
    mount = board.must("findmnt -no SOURCE,FSTYPE,OPTIONS /")
    table = board.must("cat /sys/block/dm-0/dm/uuid")
    status, said = board.ask("touch /here /etc/here /opt/here")
    if not (mount.split()[:2] == ["/dev/mapper/root", "erofs"] and table.startswith("CRYPT-VERITY") and status):
        raise MachineError(f"{mount}; {table}; touch: {status}")
    return said.splitlines()[0]


def has_no_network(board: Board) -> str:
    """No network device but the loopback, no socket of TCP or UDP"""
    devices = board.must("ls /sys/class/net")
    sockets = board.must("cat /proc/net/tcp /proc/net/udp /proc/net/raw | grep -vc local_address || true")
    if devices.split() != ["lo"] or sockets != "0":
        raise MachineError(f"{devices}; {sockets} sockets")
    return "lo; 0 sockets"


def has_no_swap(board: Board) -> str:
    """No swap"""
    lines = board.must("wc -l </proc/swaps")
    if lines != "1":
        raise MachineError(lines)
    return "/proc/swaps is empty"


def has_no_compiler(board: Board) -> str:
    """No compiler, no pip cache, no package source"""
    found = board.must(
        "for name in gcc cc cpp ld as make swig; do command -v $name; done; ls -A /root /etc/apt/sources.list.d || true"
    )
    if any(line.startswith("/usr/") for line in found.splitlines()):
        raise MachineError(found)
    return "none of gcc, cc, cpp, ld, as, make, swig"


def sees_the_slot(board: Board) -> str:
    """`sesame doctor` sees the smart-card reader at the USB port"""
    board.wait_until("grep -l QEMU /sys/bus/usb/devices/*/manufacturer")
    status, said = board.ask("/usr/local/bin/sesame doctor --config /etc/sesame/reader.toml", limit=600)
    rows = [line for line in said.splitlines() if "QEMU" in line or "CCID" in line]
    if status or not rows:
        raise MachineError(f"status {status}: {said}")
    return rows[0].strip()


def pulls_the_latch(board: Board) -> str:
    """With the word sesame.latch, the shutdown hook holds GPIO26 high"""
    hook = "/usr/lib/systemd/system-shutdown/sesame-latch poweroff"
    chip = "/sys/kernel/debug/gpio"
    seen = board.must(f"{hook} & until grep sesame-latch {chip}; do kill -0 $! || break; done; wait")
    if "GPIO26" not in seen or " out hi" not in seen:
        raise MachineError(seen or "it was never held")
    return " ".join(seen.split())


def shows_the_first_frame(board: Board, golden: str) -> str:
    """The first frame, decoded from the bytes on the I2C bus, is the golden picture; our model refuses no message"""
    seen = seen_on(board)
    if seen.refused:
        raise MachineError(seen.refused[0])
    if seen.first != read_golden(golden):
        raise MachineError("another picture")
    return f"{golden}, {seen.messages} messages"


def comes_to(board: Board, golden: str) -> str:
    """Plugged in, the glass comes to the golden picture of a new key"""
    if (seen := seen_on(board)).last != read_golden(golden):
        raise MachineError(f"another picture is the last of {len(seen.pictures)}")
    return golden


def goes_dark(board: Board) -> str:
    """It powers itself off, and the glass is dark"""
    board.power_off()
    if any(seen_on(board).last.rows):
        raise MachineError("the glass still shows something")
    return "off, dark"


def keeps_the_card(board: Board) -> str:
    """Not one bit of the card's file has changed"""
    after = board.digest_card()
    if after != board.before:
        raise MachineError("the card was written to")
    return f"sha256 {after[:16]}... before and after"


def says_no_display(board: Board) -> str:
    """Without a display the reader ends with its sentence and status 11, and is started again"""
    unit = "sesame-reader.service"
    board.wait_until(f"test $(systemctl show -P NRestarts {unit}) -gt 0")
    said = board.wait_until(f"journalctl -q -b -o cat -u {unit} | grep -m1 'the display does not answer'")
    board.wait_until(f"journalctl -q -b -o cat -u {unit} | grep -m1 'status=11'")
    return said.strip()


def refuses_the_card(board: Board) -> str:
    """One bit flipped in each MiB of the root: dm-verity refuses it, and the reader never starts"""
    said = board.wait_for_stop() + board.console_text()
    if "verity" not in said or "corrupt" not in said:
        raise MachineError(said[-400:])
    if seen_on(board).messages:
        raise MachineError("something was drawn")
    return next(line.strip() for line in said.splitlines() if "corrupt" in line)[:160]


def tests_itself(board: Board) -> str:
    """With the word sesame.selftest the card tests itself in the reader's place; what is wrong stands on the glass"""
    unit = "sesame-selftest.service"
    said = board.wait_until(f"journalctl -q -b -o cat -u {unit} | grep -m1 ' failed: '", limit=1800)
    said = said.splitlines()[-1]  # a console on this line has said it, too
    names = said.partition("failed: ")[2].split(", ")
    wanted = paint_verdict([Finding.failed(name, "", "") for name in names], "fr", (128, 64))
    board.wait_until(f"systemctl is-active {unit}")
    if (other := board.ask("systemctl is-active sesame-reader.service")[1]) != "inactive":
        raise MachineError(f"the reader is {other}")
    end = time.monotonic() + VERDICT_LIMIT
    while seen_on(board).last != wanted:
        if time.monotonic() > end:
            raise MachineError("the glass shows something else")
        time.sleep(1)
    return said


def is_plugged_in(board: Board) -> str:
    """The key, plugged into itself by dummy_hcd: its own host stack sees a CD-ROM and a smart-card reader"""
    board.must("modprobe dummy_hcd && systemctl restart --no-block sesame-key.service")
    is_active(board, "sesame-key.service")
    board.wait_until(
        "grep -l 0b /sys/bus/usb/devices/*/bInterfaceClass && grep -l 08 /sys/bus/usb/devices/*/bInterfaceClass"
    )
    disc = board.must("cat /sys/kernel/config/usb_gadget/*/functions/mass_storage.*/lun.0/file")
    if disc != DISC:
        raise MachineError(f"the disc is {disc or 'none'}")
    return " ".join(board.wait_until("cat /sys/bus/usb/devices/*/product | grep -v -i -e hub -e dummy -e host").split())


def keeps_its_state(board: Board) -> str:
    """What the key keeps is on a partition of its own; firmware and root are as they were"""
    mount = board.must("findmnt -no SOURCE,FSTYPE,OPTIONS /var/lib/sesame-key")
    if "ext4 rw" not in " ".join(mount.split()):
        raise MachineError(mount)
    board.power_off()
    if board.digest_fixed() != board.before_fixed:
        raise MachineError("firmware or root was written to")
    if board.digest_card() == board.before:
        raise MachineError("nothing at all was written: the sums see nothing")
    return " ".join(mount.split())[:100]
