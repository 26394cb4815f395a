"""Init of a second guest of User-Mode Linux: the access key as a USB device on dummy_hcd, and its computer.

The key is the product's own (configfs, FunctionFS, loop, link, card); its keypad and glass are lists. First the
kernel's host side is driven by usbfs, for the contract that the cable's twin keeps, too; then by libccid, pcscd and
OpenSC as Debian has them, with the PIN typed on the key.
"""

import ctypes
import errno
import fcntl
import os
import plistlib
import re
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = sys.argv[1]
sys.path.insert(0, ROOT)

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed  # noqa: E402

from device.esecure.appliance import KeyAppliance, KeyLoop  # noqa: E402
from device.esecure.link import KeyLink  # noqa: E402
from device.esecure.manner import KeyManner  # noqa: E402
from device.esecure.worker import ThreadWorker  # noqa: E402
from device.loop import Board, Loop  # noqa: E402
from device.pace import Runner, Waker  # noqa: E402
from drivers.clock import MonotonicClock  # noqa: E402
from drivers.usb.disc import DiscWatch  # noqa: E402
from drivers.usb.drive import build_image  # noqa: E402
from drivers.usb.function_fs import FunctionFsCable  # noqa: E402
from drivers.usb.gadget import (  # noqa: E402
    DRIVE_FILE,
    FOR_THE_SERVICE,
    KernelTree,
    UsbIdentity,
    bind_gadget,
    find_controller,
    lower_gadget,
    name_gadget,
    raise_gadget,
)
from drivers.usb.mounting import mount_functions, unmount_functions  # noqa: E402
from drivers.vault.first_values import give_published  # noqa: E402
from drivers.vault.sealed import open_vault  # noqa: E402
from drivers.vault.twin import MemoryMedium  # noqa: E402
from sesame_core.esecure.state import TOO_FAST, KeyPhase  # noqa: E402
from sesame_core.events import Key, KeyPressed  # noqa: E402
from tests.key.host import p256_key, tlv  # noqa: E402
from tests.promises.rig import Fingers, Glass, Quiet  # noqa: E402
from tests.usb.contract import CONTRACT, DIGEST, Talk  # noqa: E402

LIMIT = 20.0
LIBC = ctypes.CDLL(None, use_errno=True)
RB_POWER_OFF = 0x4321FEDC
VENDOR, PRODUCT = 0x1209, 0x0001
"""pid.codes' number for tests that never leave their machine."""
MOUNT = Path("/run/esecure-usb")
DISC = Path("/run/e-secure.iso")
DEVICES = Path("/sys/bus/usb/devices")
PORT = DEVICES / "usb1/1-0:1.0/usb1-port1/disable"
INFO = Path("/etc/libccid_Info.plist")
SIGN = ("pkcs11-tool", "--login", "--sign", "--id", "01", "-m", "ECDSA", "--signature-format", "openssl")
NAMED = {"O": Key.OK, "C": Key.CLEAR, "A": Key.OFF}

CARDLESS = re.compile(r"^\d+\s+No\s.*e-secure", re.MULTILINE)
"""A line of `opensc-tool -l`: Nr., Card, Features, Name."""

NOBODY = 65534
CDROM_EJECT = 0x5309
BULK, CONTROL, CLAIM = 0xC0185502, 0xC0185500, 0x8004550F
"""ioctl(2) numbers of linux/usbdevice_fs.h on 64 bits."""


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def sh(*command: str) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": ROOT, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def prepare() -> None:
    for kind, place in (("proc", "/proc"), ("sysfs", "/sys"), ("configfs", "/sys/kernel/config"), ("tmpfs", "/run")):
        sh("mount", "-t", kind, kind, place)
    os.chdir("/run")
    os.environ["HOME"] = os.environ["TMPDIR"] = "/run"
    Path("/run/pcscd").mkdir()
    DISC.write_bytes(build_image({"autorun.inf": b"[autorun]\r\nopen=e-secure.exe\r\n"}))


def until(reached: Callable[[], object], what: str) -> object:
    """Wait for it."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        with suppress(OSError):
            if found := reached():
                return found
        time.sleep(0.01)
    raise AssertionError(f"{what}: not within {LIMIT} s")


class KeyAtWork:
    """The key, in a thread of this process."""

    def __init__(self) -> None:
        self.tree = KernelTree()
        raise_gadget(self.tree, UsbIdentity(VENDOR, PRODUCT, "0"), DISC)
        self.tree.give_values(NOBODY)
        mount_functions(MOUNT, NOBODY)
        clock, self.waker = MonotonicClock(), Waker()
        manner = KeyManner()
        cable = FunctionFsCable(MOUNT, manner.pin_support, clock, self.bind, DiscWatch(self.tree, DISC))
        worker = ThreadWorker(clock)
        link = KeyLink(cable, open_vault(MemoryMedium(), give_published, cost=2), worker, clock, manner)
        self.fingers, front = Fingers(), Quiet()
        board = Board(clock, self.fingers, Glass(), front, front)
        self.loop: KeyLoop = Loop(board, KeyAppliance(link, cable, worker))
        self.clock = clock
        self.loop.start(self.waker.notify_loop)
        self.thread = threading.Thread(target=Runner(self.loop, self.waker).run, daemon=True)
        self.thread.start()

    def bind(self) -> None:
        """As the key's program does, once its descriptors are told."""
        name_gadget(self.tree, 588923487)
        bind_gadget(self.tree, find_controller())

    def press(self, keys: str) -> None:
        """As fast as the table lets: OK no sooner than half a second after a question came."""
        for key in keys:
            while self.loop.state.phase is KeyPhase.CONSENT and self.clock.now() - self.loop.state.asked_at < TOO_FAST:
                time.sleep(0.05)
            self.fingers.pressed.append(KeyPressed(self.clock.now(), NAMED.get(key) or Key(key)))
            self.waker.notify_loop()


class UsbfsBench:
    """See CableBench: the kernel's host side, by usbfs."""

    def __init__(self, key: KeyAtWork) -> None:
        self._key = key
        self._open()

    def _open(self) -> None:
        self._place = until(find_device, "enumerated")
        assert isinstance(self._place, Path)
        bus, number = (int((self._place / name).read_text()) for name in ("busnum", "devnum"))
        node = f"/dev/bus/usb/{bus:03}/{number:03}"
        device = until(lambda: os.open(node, os.O_RDWR), node)
        assert isinstance(device, int)
        self._device = device
        self._interface, self._out, self._in = endpoints(self.descriptors())
        fcntl.ioctl(self._device, CLAIM, struct.pack("I", self._interface))
        until(lambda: self._key.loop.state.host, "the key knows of its computer")

    def _bulk(self, endpoint: int, buffer: ctypes.Array[ctypes.c_char]) -> int:
        call = struct.pack("IIIxxxxQ", endpoint, len(buffer), int(LIMIT * 1000), ctypes.addressof(buffer))
        return self._ioctl(BULK, call)

    def _ioctl(self, number: int, call: bytes) -> int:
        done: int = LIBC.ioctl(self._device, ctypes.c_ulong(number), ctypes.create_string_buffer(call, len(call)))
        if done < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return done

    def send(self, raw: bytes) -> None:
        self._bulk(self._out, ctypes.create_string_buffer(raw, len(raw)))

    def take(self) -> bytes:
        buffer = ctypes.create_string_buffer(8192)
        size = self._bulk(self._in, buffer)
        return buffer.raw[:size]

    def abort(self, sequence: int) -> None:
        request = struct.pack("BBHHHIxxxxQ", 0x21, 1, sequence << 8, self._interface, 0, int(LIMIT * 1000), 0)
        self._ioctl(CONTROL, request)

    def stalls(self, request: int) -> bool:
        """True for a class request that is refused."""
        data = ctypes.create_string_buffer(4)
        call = struct.pack("BBHHHIxxxxQ", 0xA1, request, 0, self._interface, 4, 2000, ctypes.addressof(data))
        try:
            self._ioctl(CONTROL, call)
        except OSError as error:
            return error.errno == errno.EPIPE
        return False

    def replug(self) -> None:
        PORT.write_text("1")
        until(lambda: not self._key.loop.state.host, "the key knows that it was pulled")
        self.close()
        PORT.write_text("0")
        self._open()

    def close(self) -> None:
        os.close(self._device)

    def serial(self) -> str:
        assert isinstance(self._place, Path)
        return (self._place / "serial").read_text().strip()

    def eject(self) -> None:
        drive = until(lambda: os.open("/dev/sr0", os.O_RDONLY | os.O_NONBLOCK), "the drive")
        assert isinstance(drive, int)
        try:
            fcntl.ioctl(drive, CDROM_EJECT)
        finally:
            os.close(drive)
        self.until_shown("VOUS POUVEZ RETIRER LA CLÉ")

    def descriptors(self) -> bytes:
        assert isinstance(self._place, Path)
        return (self._place / "descriptors").read_bytes()

    def read_disc(self, first: int, count: int) -> bytes:
        drive = until(lambda: os.open("/dev/sr0", os.O_RDONLY), "the drive")
        assert isinstance(drive, int)
        try:
            return os.pread(drive, count * 2048, first * 2048)
        finally:
            os.close(drive)

    def write_disc(self) -> bool:
        try:
            os.close(os.open("/dev/sr0", os.O_WRONLY))
        except OSError as error:
            assert error.errno == errno.EROFS, error
            return False
        return True

    def type_keys(self, keys: str) -> None:
        self._key.press(keys)

    def until_shown(self, words: str) -> None:
        until(lambda: words in self._key.loop.screen.text, words)


def find_device() -> Path | None:
    for place in DEVICES.iterdir():
        with suppress(OSError):
            if (
                int((place / "idVendor").read_text(), 16) == VENDOR
                and (place / "bConfigurationValue").read_text().strip()
            ):
                return place
    return None


def endpoints(raw: bytes) -> tuple[int, int, int]:
    """Of the smart card: its interface's number, its endpoint out, its endpoint in."""
    at, there = 0, False
    card, found = -1, []
    while at < len(raw):
        if raw[at + 1] == 4:
            there = raw[at + 5] == 11
            card = raw[at + 2] if there else card
        elif raw[at + 1] == 5 and there:
            found.append(raw[at + 2])
        at += raw[at]
    assert len(found) == 2, found
    return card, min(found), max(found)


def requests_for_clocks_are_refused(bench: UsbfsBench) -> None:
    assert bench.stalls(0x02)
    assert bench.stalls(0x03)
    assert Talk(bench).power()


def a_disc_is_ejected_and_the_next_computer_finds_it_in(bench: UsbfsBench, key: KeyAtWork) -> None:
    bench.eject()
    assert not key.tree.read_value(DRIVE_FILE)
    bench.replug()
    assert key.tree.read_value(DRIVE_FILE) == str(DISC)


def its_user_may_set_three_values_and_no_more(bench: UsbfsBench) -> None:
    gadget = Path("/sys/kernel/config/usb_gadget/esecure")
    files = (path for path in gadget.rglob("*") if not path.is_symlink() and path.is_file())
    owned = {str(path.relative_to(gadget)) for path in files if path.stat().st_uid == NOBODY}
    assert owned == set(FOR_THE_SERVICE), owned
    assert {path.stat().st_uid for path in MOUNT.iterdir()} == {NOBODY}
    assert bench.serial() == "588923487"


def the_disc_is_mounted() -> None:
    Path("/run/cd").mkdir()
    until(Path("/dev/sr0").exists, "the drive")
    sh("mount", "-t", "iso9660", "-o", "ro", "/dev/sr0", "/run/cd")
    assert (Path("/run/cd/autorun.inf")).read_bytes().startswith(b"[autorun]")
    sh("umount", "/run/cd")


def certify(bench: UsbfsBench) -> ec.EllipticCurvePublicKey:
    """A key pair in 9A with a certificate, as a bank would leave it there."""
    talk = Talk(bench).power()
    talk.host.done("00F80000")  # as a launcher does: the glass would tell how to launch one, on a slow machine
    assert talk.host.manage() == "9000"
    public = p256_key(talk.host.generate(0x9A))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Claude Durand")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, public, 1, now - timedelta(1), now + timedelta(1))
    certificate = made.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    content = tlv(0x70, certificate.public_bytes(serialization.Encoding.DER)) + tlv(0x71, b"\0") + tlv(0xFE)
    assert talk.host.put("5FC105", content) == "9000"
    bench.until_shown("PRÊTE")
    return public


def pcscd_and_opensc_sign_with_the_pin_typed_on_the_key(bench: UsbfsBench, key: KeyAtWork) -> None:
    public = certify(bench)
    bench.close()
    told = plistlib.loads(INFO.read_bytes())
    for name, value in (
        ("VendorID", f"0x{VENDOR:04X}"),
        ("ProductID", f"0x{PRODUCT:04X}"),
        ("FriendlyName", "e-secure"),
    ):
        told[f"ifd{name}"].append(value)
    Path("/run/Info.plist").write_bytes(plistlib.dumps(told))
    sh("mount", "--bind", "/run/Info.plist", str(INFO))
    with subprocess.Popen(["/usr/sbin/pcscd", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as pcscd:
        until(lambda: "e-secure" in sh("opensc-tool", "-l"), "pcscd shows the key")
        listed = sh("opensc-tool", "-l")
        assert "PIN pad" in listed, listed
        Path("/run/digest").write_bytes(DIGEST)
        person = threading.Thread(target=answer_the_glass, args=(key,), daemon=True)
        person.start()
        sh(*SIGN, "-i", "/run/digest", "-o", "/run/sig")
        public.verify(Path("/run/sig").read_bytes(), DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))
        bench.eject()
        until(lambda: CARDLESS.search(sh("opensc-tool", "-l")), "pcscd sees a reader without a card")
        pcscd.terminate()


def answer_the_glass(key: KeyAtWork) -> None:
    """Whoever holds the key: the PIN where it is asked for, OK where a signature waits."""
    until(lambda: "CODE DE LA CLÉ" in key.loop.screen.text, "the PIN is asked for")
    key.press("123456O")
    until(lambda: "SIGNER ?" in key.loop.screen.text, "OK is asked for")
    key.press("O")


def taken_down_and_raised_again(key: KeyAtWork) -> None:
    """While a read of the endpoint waits: that hung with a blocking read of ep0."""
    lower_thread = threading.Thread(target=key.tree.write_value, args=("UDC", ""), daemon=True)
    lower_thread.start()
    lower_thread.join(LIMIT)
    assert not lower_thread.is_alive(), "unbinding hangs"
    until(lambda: not key.loop.state.host, "the key knows")
    bind_gadget(key.tree, find_controller())
    until(lambda: key.loop.state.host, "the computer is back")


def nothing_is_left(key: KeyAtWork) -> None:
    """In the order of `sesame key gadget down`, though the program still has its endpoints open."""
    unmount_functions(MOUNT)
    lower_gadget(key.tree)
    assert not MOUNT.is_mount()
    assert not Path("/sys/kernel/config/usb_gadget/esecure").exists()


def the_commands_raise_it_and_take_it_down() -> None:
    """As the service's unit types them, twice each: a run that was killed leaves it raised."""
    settings = Path("/run/reader.toml")
    settings.write_text(f'[key]\nusb_vendor = {VENDOR}\nusb_product = {PRODUCT}\ndrive = "{DISC}"\n')
    sesame = (sys.executable, "-m", "sesame", "key", "gadget")
    for _ in range(2):
        sh(*sesame, "up", "--config", str(settings), "--usb", str(MOUNT), "--user", "nobody")
    assert (MOUNT / "ep0").stat().st_uid == NOBODY
    assert KernelTree().read_value(DRIVE_FILE) == str(DISC)
    for _ in range(2):
        sh(*sesame, "down", "--usb", str(MOUNT))
    assert not MOUNT.is_mount()
    assert not Path("/sys/kernel/config/usb_gadget/esecure").exists()


def main() -> None:
    prepare()
    key = KeyAtWork()
    bench = UsbfsBench(key)

    def keeps(check: Callable[[UsbfsBench], None]) -> Callable[[], None]:
        def checked() -> None:
            check(bench)
            bench.replug()  # a consent lasts over the card's power

        return checked

    checks = [(f"usb: {check.__name__.replace('_', ' ')}", keeps(check)) for check in CONTRACT]
    checks += [
        ("usb: requests for clocks and rates are refused", lambda: requests_for_clocks_are_refused(bench)),
        ("usb: the CD is mounted", the_disc_is_mounted),
        (
            "usb: an ejected CD is said on the glass, and in again for the next computer",
            lambda: a_disc_is_ejected_and_the_next_computer_finds_it_in(bench, key),
        ),
        ("usb: its user may set three values and no more", lambda: its_user_may_set_three_values_and_no_more(bench)),
        ("usb: unbound and bound again while it is read", lambda: taken_down_and_raised_again(key)),
        (
            "usb: pcscd, libccid and OpenSC sign with the PIN typed on the key",
            lambda: pcscd_and_opensc_sign_with_the_pin_typed_on_the_key(UsbfsBench(key), key),
        ),
        ("usb: taken down, nothing is left", lambda: nothing_is_left(key)),
        ("usb: sesame key gadget raises it and takes it down", the_commands_raise_it_and_take_it_down),
    ]
    say(f"1..{len(checks)}")
    for number, (name, check) in enumerate(checks, 1):
        run(number, name, check)
    say("# all done")


def run(number: int, name: str, check: Callable[[], None]) -> None:
    begun = time.monotonic()
    try:
        check()
    except Exception:
        say(f"not ok {number} - {name}")
        traceback.print_exc()
    else:
        say(f"ok {number} - {name}")
    say(f"# {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    try:
        main()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os.sync()
        LIBC.reboot(RB_POWER_OFF)
