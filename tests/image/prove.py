"""`tests/image/run`: builds reader and key, the reader twice, boots them, prints one line a statement (TAP), and writes
docs/image-report.md."""

import sys
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from drivers.usb.drive import build_image
from image.emulation import run_foreign_programs
from image.shell import ROOT, ImageError, run_program
from image.signature import digest_of, sign_sums, verify_folder
from image.stages import CACHE, Workshop
from image.tree import Flavour
from tests.image import proofs
from tests.image.board import Board, Kit, powered
from tests.vm.prove import Result, judged, say_results, write_rows
from tests.vm.qemu import MachineError

REPORT = ROOT / "docs/image-report.md"
WORK = CACHE / "proofs"
ZERO = "bcm2837-rpi-zero-2-w.dtb"
NO_SUSPEND = "usbcore.autosuspend=-1"
"""QEMU's hub does not come back from selective suspend at this controller, and pcscd loses the reader behind it."""
TESTED = f"sesame.selftest {NO_SUSPEND}"
AT_ONCE = 3
"""Boards that are on together: each has one processor's work and 1 GB."""


@dataclass(frozen=True, slots=True)
class Cards:
    """The files that were built: the reader's, the same once more from nothing, the key's."""

    reader: Path
    again: Path
    key: Path


def main() -> int:
    """0 when everything was shown."""
    began = time.monotonic()
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        cards = build_cards()
    except ImageError as error:
        sys.stderr.write(f"tests/image/run: {error}\n")
        return 1
    built = time.monotonic() - began
    facts: dict[str, str] = {}
    results = say_results(_all(cards, facts))
    proved = sum(result.ok for result in results)
    minutes = {"built": f"{built / 60:.0f}", "minutes": f"{(time.monotonic() - began) / 60:.0f}"}
    rows = write_rows(results)
    REPORT.write_text(
        TEMPLATE.format(rows=rows, proved=proved, total=len(results), **minutes, **facts), encoding="utf-8"
    )
    return 0 if proved == len(results) else 1


def build_cards() -> Cards:
    """Two workshops side by side, each from Debian's packages on: one for each processor."""
    first, second = Workshop(), Workshop(CACHE / "again", CACHE)
    with run_foreign_programs(), ThreadPoolExecutor(2) as both:
        first.bring_downloads()
        one = both.submit(
            lambda: (first.bring_card(Flavour(), WORK / "reader"), first.bring_card(_own_key(), WORK / "key"))
        )
        other = both.submit(second.bring_card, Flavour(), WORK / "again")
        reader, key = one.result()
        return Cards(reader, other.result(), key)


def _own_key() -> Flavour:
    """An owner's key: numbers for a try that never leaves its machine (pid.codes), and a disc."""
    files, settings = WORK / "files", WORK / "reader.toml"
    files.mkdir(parents=True, exist_ok=True)
    (files / "e-secure.iso").write_bytes(build_image({"e-secure.txt": b"hello\n"}))
    settings.write_text(f'[key]\nusb_vendor = 0x1209\nusb_product = 0x0001\ndrive = "{proofs.DISC}"\n')
    return Flavour(key=True, settings=settings, files=files)


def _all(cards: Cards, facts: dict[str, str]) -> Iterator[Result]:
    yield judged("Two builds, each from the packages on, are the same bytes", partial(_same_bytes, cards))
    yield judged("The card's signature is verified, and one that was altered is refused", partial(_signed, cards))
    yield from boot_cards(cards, facts)


def boot_cards(cards: Cards, facts: dict[str, str], names: Collection[str] = ()) -> Iterator[Result]:
    """What each board shows, some at a time, in this order. `names`: these boards alone."""
    zero = proofs.Wanted(model="Raspberry Pi Zero 2 W")
    key = proofs.Wanted("Raspberry Pi Zero 2 W", "sesame-key.service", proofs.KEY_STARTING)
    boards: dict[str, Callable[[], Iterator[Result]]] = {
        "3b": partial(_reader_on_3b, cards.reader, facts),
        "zero": partial(_boots, cards.reader, "zero", Kit(tree=ZERO, slot=True), partial(_starts, zero)),
        "dark": partial(_boots, cards.reader, "dark", Kit(display=False, slot=True, overlays=False), _says_no_display),
        "selftest": partial(_boots, cards.reader, "selftest", Kit(slot=True, words=TESTED), _tests_itself),
        "flipped": partial(_refuses, cards.reader),
        "key": partial(_boots, cards.key, "key", Kit(tree=ZERO), partial(_key_starts, key)),
    }
    chosen = [board for name, board in boards.items() if not names or name in names]
    with ThreadPoolExecutor(AT_ONCE) as some:
        for results in some.map(lambda board: list(board()), chosen):
            yield from results


Session = Callable[[Board], Iterator[Result]]


def _boots(card: Path, name: str, kit: Kit, session: Session) -> Iterator[Result]:
    """What a session shows on a board; that it does not boot is a result, too."""
    began = time.monotonic()
    try:
        with powered(card, kit, WORK / "boards" / name) as board:
            board.wait_for_shell()
            yield Result(f"**{name}**: it boots ({kit.tree})", True, "a shell answers", time.monotonic() - began)
            yield from session(board)
    except (MachineError, ImageError) as error:
        yield Result(f"**{name}**: it boots ({kit.tree})", False, str(error), time.monotonic() - began)


def _reader_on_3b(card: Path, facts: dict[str, str]) -> Iterator[Result]:
    def session(board: Board) -> Iterator[Result]:
        facts["kernel"] = board.must("uname -r")
        facts["system"] = board.must(". /etc/os-release; echo $PRETTY_NAME")
        facts["memory"] = board.must("awk '/^MemAvailable/ { print $2 }' /proc/meminfo")
        for proof in (
            proofs.cannot_write, proofs.has_no_swap, proofs.has_no_network, proofs.has_no_compiler, proofs.has_the_bus,
            proofs.sees_the_slot, proofs.pulls_the_latch,
        ):  # fmt: skip
            yield judged(str(proof.__doc__), partial(proof, board))
        yield from _starts(proofs.Wanted(), board)

    yield from _boots(card, "3b", Kit(slot=True, words=f"sesame.latch {NO_SUSPEND}"), session)


def _starts(wanted: proofs.Wanted, board: Board) -> Iterator[Result]:
    yield judged(str(proofs.knows_the_board.__doc__), partial(proofs.knows_the_board, board, wanted.model))
    yield judged(str(proofs.is_active.__doc__), partial(proofs.is_active, board, wanted.unit))
    yield judged(str(proofs.shows_the_first_frame.__doc__), partial(proofs.shows_the_first_frame, board, wanted.golden))
    yield from _ends(board)


def _ends(board: Board) -> Iterator[Result]:
    yield judged(str(proofs.goes_dark.__doc__), partial(proofs.goes_dark, board))
    yield judged(str(proofs.keeps_the_card.__doc__), partial(proofs.keeps_the_card, board))


def _says_no_display(board: Board) -> Iterator[Result]:
    yield judged(str(proofs.misses_the_overlay.__doc__), partial(proofs.misses_the_overlay, board))
    yield judged(str(proofs.says_no_display.__doc__), partial(proofs.says_no_display, board))


def _tests_itself(board: Board) -> Iterator[Result]:
    yield judged(str(proofs.tests_itself.__doc__), partial(proofs.tests_itself, board))


def _key_starts(wanted: proofs.Wanted, board: Board) -> Iterator[Result]:
    yield judged(str(proofs.is_plugged_in.__doc__), partial(proofs.is_plugged_in, board))
    yield judged(str(proofs.shows_the_first_frame.__doc__), partial(proofs.shows_the_first_frame, board, wanted.golden))
    yield judged(str(proofs.comes_to.__doc__), partial(proofs.comes_to, board, proofs.KEY_READY))
    yield judged(str(proofs.keeps_its_state.__doc__), partial(proofs.keeps_its_state, board))


def _refuses(card: Path) -> Iterator[Result]:
    yield judged(str(proofs.refuses_the_card.__doc__), partial(_refused, card))


def _refused(card: Path) -> str:
    with powered(card, Kit(flip=True, words="loglevel=5"), WORK / "boards/flipped") as board:
        return proofs.refuses_the_card(board)


def _same_bytes(cards: Cards) -> str:
    one, other = digest_of(cards.reader), digest_of(cards.again)
    if one != other:
        raise MachineError(f"{one} and {other}")
    return f"sha256 {one}, {cards.reader.stat().st_size >> 20} MiB"


def _signed(cards: Cards) -> str:
    folder, secret, public = cards.reader.parent, WORK / "maker.pem", WORK / "maker.pub"
    run_program(["openssl", "genpkey", "-algorithm", "ed25519", "-out", secret])
    run_program(["openssl", "pkey", "-in", secret, "-pubout", "-out", public])
    sign_sums(folder, secret)
    verify_folder(folder, public)
    sums = folder / "SHA256SUMS"
    text = sums.read_text(encoding="ascii")
    sums.write_text(text.replace(text[0], "f" if text[0] != "f" else "0", 1), encoding="ascii")
    try:
        verify_folder(folder, public)
    except ImageError as error:
        return str(error).replace(str(folder), "").replace(str(public), "its maker")
    finally:
        sums.write_text(text, encoding="ascii")
    raise MachineError("an altered list was verified")


TEMPLATE = """\
# The card, built and booted: {system}

Made by `tests/image/run`; [image.md](image.md) says what it needs. Two workshops build the reader's card from the
packages of the list on, one of them the access key's as well. QEMU's `raspi3b` boots each from the card's file with the
kernel, the initramfs, the device tree and the overlays that are on it (Debian's {kernel}), through dm-verity, to the
unit as installed. The display is a chip of QEMU at the Pi's own I2C controller: what the kernel's i2c-bcm2835 puts on
the bus is decoded by our model of the display. The smart-card reader is QEMU's usb-ccid at the Pi's own USB controller.
Seconds are those of an emulated processor on a shared machine, and no measurement of a Raspberry Pi.
Built in {built} minutes (with what was there already), all of it in {minutes}.

Shown: {proved} of {total}.

| shown | what | seen | s |
|---|---|---|---|
{rows}

Not shown here: the firmware's part (bootcode, start.elf, config.txt: QEMU has none; fdtoverlay applies the overlays in
its place), a Pi 4 (QEMU's does not get through Debian's device tree), keys pressed on GPIO, a Pi's USB as a device (the
key's is dummy_hcd's), a real card, display, latch. Those need metal.
"""


if __name__ == "__main__":
    sys.exit(main())
