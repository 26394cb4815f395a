"""What is proved about the installed access key: device and computer in one machine, joined by the kernel's dummy_hcd.

The key is the service as installed, on the board of `tests/vm/board`. The computer is the same machine's USB host side,
its libccid, pcscd, OpenSC: as a PC would have them.
"""

import re
import time
from collections.abc import Callable, Sequence

from sesame_core.esecure.words.fr import FRENCH
from sesame_core.events import Key
from sesame_core.screens import Masked, Screen
from tests.vm.proofs import INSTALL, Run, exposure, require
from tests.vm.qemu import MachineError

UNIT = "sesame-key"
LETTER = "/var/lib/sesame-key/key/letter.txt"
NUMBERS = "1209:0001"
"""pid.codes' number for tests that never leave their machine."""
SMART_CARD = "0b"
"""bInterfaceClass, as sysfs has it."""
USBMON = "/sys/kernel/debug/usb/usbmon/0u"
IN_THE_DRIVE = "/sys/kernel/config/usb_gadget/*/functions/mass_storage*/lun.0/file"
PORT = "/sys/bus/usb/devices/1-0:1.0/usb1-port1/disable"
LABEL = "/dev/disk/by-label/E-SECURE"
PIN_LENGTH = 8
ACTIVATE = (FRENCH.activate, FRENCH.on_the_computer)
VERIFY = "opensc-tool -r 0 -s 00:A4:04:00:09:A0:00:00:03:08:00:00:10:00 -s 00:20:00:80"
"""VERIFY without data asks for the tries left: 63 CX (SP 800-73-5 part 2, 3.2.1)."""

CARD_FILES = "/var/lib/cd-files"
SESAME = "/opt/sesame/current/bin/sesame"
ROOT_FILE = "/var/lib/sesame-branch/tls/root.crt"
FOR_BANK = f"--site https://localhost:8037 --authority {ROOT_FILE}"
KeyProof = Callable[[Run], str]


def prepare_settings(run: Run) -> None:
    """What an owner sets before: the USB numbers and the disc."""
    run.machine.must("mkdir -p /srv && tar -C /srv -xf /dev/vdb && modprobe dummy_hcd")
    run.machine.must("echo dummy_hcd >/etc/modules-load.d/computer.conf")
    values = {"usb_vendor = 0": "usb_vendor = 0x1209", "usb_product = 0": "usb_product = 0x0001"}
    values['drive = ""'] = 'drive = "/var/lib/e-secure.iso"'
    edits = " ".join(f"-e 's|^#{old}|{new}|'" for old, new in values.items())
    run.machine.must(f"mkdir -p /etc/sesame && sed {edits} /srv/src/systemd/reader.toml >/etc/sesame/reader.toml")
    run.machine.must(f"mkdir -p {CARD_FILES} && echo hello >{CARD_FILES}/e-secure.txt")


def installed(run: Run) -> str:
    """`./install --key` puts the access key into the reader's place (and `--branch` a bank), without a network"""
    prepare_settings(run)
    began = time.monotonic()
    said = run.machine.run(f"{INSTALL} --key --branch", limit=1800).output
    require(f"{UNIT}.service" in said, said)
    run.machine.until(f"test -e {ROOT_FILE}", limit=900)
    run.machine.must(f"{SESAME} key image {CARD_FILES} {FOR_BANK} -o /var/lib/e-secure.iso")
    require(run.machine.run("systemctl is-enabled sesame-reader").status, "the reader would start beside it")
    return f"{time.monotonic() - began:.0f} s, emulated"


def seen(run: Run) -> str:
    """Switched on again, it comes by itself; the computer sees a CD-ROM and a smart card, the glass ACTIVEZ LA CLÉ"""
    # How fast is only told: an emulated machine judges no time (python -m benchmarks does, on a real one).
    run.machine.until(f"systemctl is-active {UNIT}", limit=240)
    began = time.monotonic()
    run.machine.until(f"lsusb -d {NUMBERS}")
    enumerated = time.monotonic() - began
    run.machine.until(f"test -e {LABEL}")
    run.machine.until(f"grep -qx {SMART_CARD} /sys/bus/usb/devices/*/bInterfaceClass")
    run.reader.wait_shown(*ACTIVATE)
    return f"enumerated {enumerated:.1f} s after the service was ready, emulated"


def analysed(run: Run) -> str:
    """systemd on this machine finds nothing to remark in the installed unit, and an exposure of 2.0 or better"""
    return f"exposure {exposure(run, UNIT)}"


def confined(run: Run) -> str:
    """The key's process has its own user, no capability, filtered calls, no network and locked memory"""
    pid = main_pid(run)
    status = run.machine.must(f"cat /proc/{pid}/status")
    have = {key: value.split() for key, _, value in (line.partition(":") for line in status.splitlines())}
    require(have["Uid"][0] != "0" and set(have["CapBnd"]) | set(have["CapEff"]) == {"0" * 16}, status)
    require(have["NoNewPrivs"] == ["1"] and have["Seccomp"] == ["2"] and int(have["VmLck"][0]) > 0, status)
    links = run.machine.must(f"tail -n +3 /proc/{pid}/net/dev")
    require([line.split(":")[0].strip() for line in links.splitlines()] == ["lo"], links)
    mode = run.machine.must(f"stat -c %a:%U {LETTER} $(dirname {LETTER})").split()
    require(mode == ["600:sesame", "700:sesame"], str(mode))
    return f"{int(have['VmLck'][0]) // 1024} MiB locked"


def disc_read(run: Run) -> str:
    """The CD-ROM holds what was put on it, the launcher byte for byte, and cannot be written"""
    run.machine.must(f"mkdir -p /mnt/cd && mount {LABEL} /mnt/cd 2>&1")
    try:
        run.machine.must(f"diff {CARD_FILES}/e-secure.txt /mnt/cd/ && grep -q ' /mnt/cd iso9660 ro,' /proc/mounts")
        run.machine.must(
            f"{SESAME} key launcher {FOR_BANK} -o /run/e-secure.pyz && cmp /run/e-secure.pyz /mnt/cd/*.pyz"
        )
        run.machine.must("test -f /mnt/cd/.autorun && test -f /mnt/cd/autorun.inf")
        require(run.machine.run("touch /mnt/cd/x").status, "it was written to")
        require(run.machine.run("mount -o remount,rw /mnt/cd").status, "it could be mounted for writing")
    finally:
        run.machine.must("umount /mnt/cd")
    return "the same files"


def listed(run: Run) -> str:
    """libccid, told the numbers by the CD-ROM's launcher, gives pcscd a reader with a PIN pad, and OpenSC the card"""
    run.machine.run("mv -f /etc/libccid_Info.before-e-secure /etc/libccid_Info.plist")  # of a proof before
    run.machine.run(f"mkdir -p /mnt/cd && mount -r {LABEL} /mnt/cd")
    launcher = "python3 /mnt/cd/e-secure.pyz"
    said = run.machine.must(f"cd / && {launcher} --readers; {launcher} --add-reader {NUMBERS}; umount /mnt/cd")
    require("libccid does not know it" in said and "done: plug the key in again" in said, said)
    run.machine.must("rm -f /etc/reader.conf.d/vpcd")  # a computer without virtual readers
    run.machine.must("systemctl restart pcscd.socket pcscd.service")
    run.machine.until("opensc-tool -l | grep -q 'e-secure\\|E-SECURE'")
    said = run.machine.must("opensc-tool -l; opensc-tool -r 0 -a; pkcs11-tool -L")
    require("PIN pad" in said, said)
    require("3b:88:80:01" in said.lower(), said)
    return "PIN pad present"


def pin_typed(run: Run) -> str:
    """The PIN is typed on the key: the computer asks, the glass shows marks, and no transfer that usbmon saw has it"""
    listen_to_usb(run)
    begin_verifying(run)
    type_digits(run, read_pin(run))
    run.machine.until("grep -q . /run/verified")
    require_unheard(run, read_pin(run))
    said = run.machine.must("cat /run/verified")
    require(said.strip().endswith("0"), said)
    journal = f"journalctl -b --no-pager | grep -cF {read_pin(run)}"
    require(run.machine.run(journal).output.strip() == "0", "the PIN is in the journal")
    return "pkcs11-tool logged in with no PIN on the computer"


def listen_to_usb(run: Run) -> None:
    """usbmon's text form (Documentation/usb/usbmon.rst): the first 32 bytes of each transfer of every bus, which a
    VERIFY with its digits would be in."""
    run.machine.must(f"modprobe usbmon && test -e {USBMON}")
    run.machine.must(f"systemd-run --quiet --collect --unit=usb-heard sh -c 'exec cat {USBMON} >/run/heard'")


def require_unheard(run: Run, digits: str) -> None:
    """The request for the PIN went by (PC_to_RDR_Secure begins with 69), the digits in ASCII did not."""
    run.machine.must("systemctl stop usb-heard")
    run.machine.must("sed -n 's/.* = //p' /run/heard | tr -d ' ' >/run/heard.hex; rm /run/heard")
    run.machine.must("grep -q '^69' /run/heard.hex")
    require(run.machine.run(f"grep -qF {digits.encode().hex()} /run/heard.hex").status == 1, "the PIN crossed USB")
    run.machine.must("rm /run/heard.hex")


def wrong_pin(run: Run) -> str:
    """A wrong PIN: the glass says how many tries are left, and the card counts the same"""
    begin_verifying(run)
    type_digits(run, wrong_digits(run))
    run.reader.wait_screen(Screen(lines=(FRENCH.wrong_digits,), notice=FRENCH.tries_left.format(n=2)))
    run.machine.until("grep -q . /run/verified")
    require(tries_left(run) == 2, "the card counts otherwise")
    run.reader.wait_dark(limit=120)  # asked again before, it would ask with the notice
    return "RESTE 2 ESSAIS, 63C2, then dark"


def pulled(run: Run) -> str:
    """Pulled while the PIN is typed: dark, the digits gone; plugged in again it is ready, and no try came back"""
    before = tries_left(run)
    begin_verifying(run)
    type_digits(run, "12", send=False)
    unplug(run)
    seconds = run.reader.wait_dark(limit=20)
    require(run.machine.run(f"lsusb -d {NUMBERS}").status, "it is still seen")
    plug(run)
    require(tries_left(run) == before, "the tries are others")
    return f"dark within {seconds:.1f} s; {before} tries before and after"


def killed(run: Run) -> str:
    """SIGKILL while the PIN is typed: dark, and the key is there again by itself"""
    before = tries_left(run)
    begin_verifying(run)
    type_digits(run, "12", send=False)
    pid = main_pid(run)
    run.machine.must(f"kill -KILL {pid}")
    seconds = run.reader.wait_dark(limit=30)
    run.machine.until(f"systemctl is-active {UNIT} && lsusb -d {NUMBERS}")
    require(main_pid(run) not in {0, pid}, "it did not start again")
    run.reader.wait_shown(*ACTIVATE)
    until_card(run)
    require(tries_left(run) == before, "the tries are others")
    return f"dark after {seconds:.1f} s, emulated"


def ejected(run: Run) -> str:
    """*Eject* on the computer: the glass says so, disc and card are out of it, and the next computer finds both in"""
    unlocked_and_out = (
        f"h=os.open('{LABEL}',2048);fcntl.ioctl(h,0x5329,0);sys.exit(fcntl.ioctl(h,0x5309))"  # linux/cdrom.h
    )
    run.machine.must(f'python3 -c "import fcntl,os,sys;{unlocked_and_out}"')
    run.reader.wait_shown(FRENCH.you_may, FRENCH.remove_the_key)
    until_let_go(run)
    unplug(run)
    run.reader.wait_dark(limit=20)
    plug(run)
    run.machine.until(f"test -e {LABEL}")
    return "VOUS POUVEZ RETIRER LA CLÉ"


PLUGGED_IN: tuple[KeyProof, ...] = (
    seen,
    analysed,
    confined,
    disc_read,
    listed,
    pin_typed,
    wrong_pin,
    pulled,
    killed,
    ejected,
)


def begin_typing(run: Run) -> None:
    """two digits of the PIN are typed"""
    begin_verifying(run)
    type_digits(run, "12", send=False)


def idle(run: Run) -> None:
    """it is plugged in and nothing is asked"""


def restarting(run: Run) -> None:
    """it is just being started"""
    run.machine.must(f"systemctl restart --no-block {UNIT}")


CUTS: tuple[Callable[[Run], None], ...] = (idle, begin_typing, restarting)


def comes_again(run: Run, tries: int, glass: Sequence[str] = ACTIVATE) -> str:
    """After a power cut: there by itself, seen by the computer, its store whole, its tries as they were."""
    run.machine.until(f"systemctl is-active {UNIT} && lsusb -d {NUMBERS}", limit=240)
    run.reader.wait_shown(*glass)
    until_card(run)
    found = tries_left(run)
    require(found <= tries, f"{found} tries, {tries} before")
    failed = run.machine.must("systemctl --failed --no-legend --plain").strip()
    require(not failed, f"failed: {failed}")
    return f"{found} tries left"


# The computer's part


def begin_verifying(run: Run) -> None:
    """The computer asks the card's holder for the PIN, by CCID's own command; what came of it is in /run/verified."""
    until_card(run)
    run.machine.must("rm -f /run/verified")
    login = "pkcs11-tool --login --list-objects >/run/said 2>&1; echo $? >/run/done; mv /run/done /run/verified"
    run.machine.must(f"systemd-run --quiet --collect sh -c '{login}'")
    run.reader.wait_screen(asking(0), limit=240)  # OpenSC, in an emulator, reads half the card first


def until_card(run: Run) -> None:
    """pcscd has found the card."""
    run.machine.until("opensc-tool -r 0 -a")


def until_let_go(run: Run) -> None:
    """The drive is empty, and pcscd has a reader without a card: nobody gets to it until the key is put in again."""
    run.machine.until(f'file=$(ls {IN_THE_DRIVE}) && test -z "$(cat $file)"')
    run.machine.until("opensc-tool -l | grep -qiE '^[0-9]+ +No .*e-secure'")
    require(run.machine.run("opensc-tool -r 0 -a").status, "the card still answers")


def tries_left(run: Run) -> int:
    """As the card says. Raises MachineError."""
    said = run.machine.must(VERIFY)
    found = re.search(r"SW1=0x63, SW2=0xC(\d)", said)
    if found is None:
        raise MachineError(said)
    return int(found[1])


def unplug(run: Run) -> None:
    """At the hub's port: the way that the computer's side of dummy_hcd has."""
    run.machine.must(f"echo 1 >{PORT}")


def plug(run: Run) -> None:
    """Put in again."""
    put_in(run)
    run.reader.wait_shown(*ACTIVATE)
    until_card(run)


def put_in(run: Run) -> None:
    """The computer has found it."""
    run.machine.must(f"echo 0 >{PORT}")
    run.machine.until(f"lsusb -d {NUMBERS}")


# The holder's part


def asking(typed: int) -> Screen:
    """The question for the PIN with so many marks."""
    return Screen(lines=(FRENCH.pin,), field=Masked(typed, PIN_LENGTH))


def type_digits(run: Run, digits: str, *, send: bool = True) -> None:
    """Each once its predecessor is seen; then OK."""
    for typed, digit in enumerate(digits):
        run.reader.wait_screen(asking(typed))
        run.reader.press(digit)
    run.reader.wait_screen(asking(len(digits)))
    if send:
        run.reader.press(Key.OK.value)


def read_pin(run: Run) -> str:
    """From the letter to the owner."""
    return run.machine.must(f"sed -n 's/^PIN: //p' {LETTER}").strip()


def wrong_digits(run: Run) -> str:
    """Not the PIN."""
    return "".join(str((int(digit) + 1) % 10) for digit in read_pin(run))


def main_pid(run: Run) -> int:
    """The service's process."""
    return int(run.machine.must(f"systemctl show -P MainPID {UNIT}"))
