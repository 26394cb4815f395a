"""Each proof of tests/image/run, seen failing: a board that answers as it should, and one with an answer wrong."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from device.selftest.findings import Finding
from device.selftest.verdict import paint_verdict
from drivers.ports import Picture
from tests.image import proofs
from tests.image.board import Board
from tests.image.glass import Seen
from tests.vm.qemu import MachineError

Answers = Mapping[str, str | tuple[int, str]]
DARK = Picture.dark(128, 64)
LIT = Picture(128, 64, ((1 << 128) - 1,) * 64)
FIRST = proofs.read_golden(proofs.READY)
FAILED = "2 failed: keypad, card reader"
SPOILT = f"[1.0] sesame[1]: {FAILED}\n{FAILED}"
"""A console on the same line has it, too."""
TOLD = paint_verdict([Finding.failed(name, "", "") for name in ("keypad", "card reader")], "fr", (128, 64))

GOOD: Answers = {
    r"is-system-running": "running", r"--failed": "", r"ActiveEnterTimestampMonotonic": "57000000",
    r"is-active sesame-reader": "inactive", r"is-active": "active", r"base/model": "Raspberry Pi 3 Model B",
    r"readlink": "/sys/firmware/devicetree/base/soc/i2c@7e804000", r"clock-frequency": "00 06 1a 80",
    r"^findmnt .* /$": "/dev/mapper/root erofs ro,noatime", r"dm/uuid": "CRYPT-VERITY-0123", r"^touch": (1, "no"),
    r"class/net": "lo", r"proc/net": "0", r"proc/swaps": "1", r"for name in gcc": "", r"manufacturer": "QEMU",
    r"sesame doctor": "ok  card reader  [CCID Interface] 00", r"sesame-latch": "(sesame-latch) GPIO26 out hi",
    r"NRestarts": "", r"the display does not answer": "sesame: the display does not answer", r"status=11": "status=11",
    r"sesame-selftest": SPOILT, r"modprobe": "", r"bInterfaceClass": "0b", r"lun.0/file": proofs.DISC,
    r"product": "e-secure", r"sesame-key$": "/dev/mmcblk0p3 ext4 rw,noatime",
}  # fmt: skip


class FakeBoard:
    """Answers by the first pattern that is in a command; what is waited for comes at once or never."""

    def __init__(
        self, answers: Answers, *, ends: bool = True, after: str = "b", fixed: str = "f", console: str = ""
    ) -> None:
        self._answers = answers
        self._ends, self._after, self._fixed, self._console = ends, after, fixed, console
        self.wire = Path("none")
        self.before, self.before_fixed = "b", "f"

    def ask(self, command: str, limit: float = 0) -> tuple[int, str]:
        del limit
        found = next((answer for pattern, answer in self._answers.items() if re.search(pattern, command)), None)
        assert found is not None, f"nobody has an answer to {command}"
        return found if isinstance(found, tuple) else (0, found)

    def must(self, command: str, limit: float = 0) -> str:
        status, said = self.ask(command, limit)
        if status:
            raise MachineError(said)
        return said

    wait_until = must

    def power_off(self) -> None:
        if not self._ends:
            raise MachineError("it does not power itself off")

    def digest_card(self) -> str:
        return self._after

    def digest_fixed(self) -> str:
        return self._fixed

    def wait_for_stop(self) -> str:
        return "panic\n"

    def console_text(self) -> str:
        return self._console


def board(
    answers: Answers = GOOD, *, ends: bool = True, after: str = "b", fixed: str = "f", console: str = ""
) -> Board:
    return cast("Board", FakeBoard(answers, ends=ends, after=after, fixed=fixed, console=console))


KEY = "sesame-key.service"
Proof = Callable[[Board], str]
SAYS_BROKEN = "device-mapper: verity: 179:2: data block 85 is corrupted"

ROWS: list[tuple[Proof, Answers]] = [
    (partial(proofs.is_active, unit=KEY), {"is-active": (3, "activating")}),
    (partial(proofs.is_active, unit=KEY), {"is-system-running": (1, "starting")}),
    (partial(proofs.is_active, unit=KEY), {"--failed": "pcscd.service"}),
    (partial(proofs.knows_the_board, model="Raspberry Pi 3 Model B"), {"base/model": "Raspberry Pi Zero 2 W"}),
    (proofs.has_the_bus, {"clock-frequency": "00 01 86 a0"}),
    (proofs.has_the_bus, {"readlink": "/soc/i2c@7e805000"}),
    (proofs.cannot_write, {"^touch": ""}),
    (proofs.cannot_write, {"^findmnt .* /$": "/dev/mmcblk0p2 erofs ro"}),
    (proofs.cannot_write, {"^findmnt .* /$": "/dev/mapper/root ext4 ro"}),
    (proofs.cannot_write, {"dm/uuid": "LVM-0123"}),
    (proofs.has_no_network, {"class/net": "lo\nwlan0"}),
    (proofs.has_no_network, {"proc/net": "1"}),
    (proofs.has_no_swap, {"proc/swaps": "2"}),
    (proofs.has_no_compiler, {"for name in gcc": "/usr/bin/gcc"}),
    (proofs.sees_the_slot, {"manufacturer": (1, "none")}),
    (proofs.sees_the_slot, {"sesame doctor": "ok  card reader  none"}),
    (proofs.sees_the_slot, {"sesame doctor": (1, "FAILED  card reader  [CCID Interface] 00 00")}),
    (proofs.pulls_the_latch, {"sesame-latch": ""}),
    (proofs.pulls_the_latch, {"sesame-latch": "GPIO26 out lo"}),
    (proofs.pulls_the_latch, {"sesame-latch": "GPIO17 out hi"}),
    (proofs.says_no_display, {"NRestarts": (1, "")}),
    (proofs.says_no_display, {"the display does not answer": (1, "")}),
    (proofs.says_no_display, {"status=11": (1, "")}),
    (proofs.is_plugged_in, {"bInterfaceClass": (1, "")}),
    (proofs.is_plugged_in, {"lun.0/file": ""}),
    (proofs.is_plugged_in, {"product": (1, "")}),
    (proofs.is_plugged_in, {"is-active": (3, "activating")}),
    (proofs.keeps_its_state, {"sesame-key$": "/dev/mapper/root erofs ro"}),
]  # fmt: skip


@pytest.mark.parametrize(("proof", "wrong"), ROWS)
def test_a_wrong_answer_is_no_proof(proof: Proof, wrong: Answers) -> None:
    changed = {**GOOD, **wrong}
    after = "other" if proof is proofs.keeps_its_state else "b"
    assert proof(board(after=after))
    with pytest.raises(MachineError):
        proof(board(changed, after=after))


def test_without_the_overlay_only_its_own_answer_counts() -> None:
    assert proofs.misses_the_overlay(board({**GOOD, "clock-frequency": "00 01 86 a0"})).endswith("00 01 86 a0")
    for answers in (GOOD, {**GOOD, "readlink": (1, "no such file")}):
        with pytest.raises(MachineError):
            proofs.misses_the_overlay(board(answers))


def seen(monkeypatch: pytest.MonkeyPatch, *pictures: Picture, refused: tuple[str, ...] = (), messages: int = 9) -> None:
    """What the display was sent."""
    monkeypatch.setattr(proofs, "seen_on", lambda _board: Seen(messages, pictures, refused))


def test_another_first_frame_or_a_refused_message_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    first = partial(proofs.shows_the_first_frame, golden=proofs.READY)
    seen(monkeypatch, DARK, FIRST, LIT)
    assert first(board())
    for pictures, refused in (((DARK, LIT, FIRST), ()), ((), ()), ((FIRST,), ("message 3: no",))):
        seen(monkeypatch, *pictures, refused=refused)
        with pytest.raises(MachineError):
            first(board())


def test_another_last_picture_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = partial(proofs.comes_to, golden=proofs.READY)
    seen(monkeypatch, LIT, FIRST)
    assert ready(board()) == proofs.READY
    for pictures in ((FIRST, LIT), ()):
        seen(monkeypatch, *pictures)
        with pytest.raises(MachineError):
            ready(board())


def test_a_lit_glass_a_machine_that_stays_or_a_written_card_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, LIT, DARK)
    assert proofs.goes_dark(board()) == "off, dark"
    with pytest.raises(MachineError):
        proofs.goes_dark(board(ends=False))
    seen(monkeypatch, DARK, LIT)
    with pytest.raises(MachineError):
        proofs.goes_dark(board())
    assert proofs.keeps_the_card(board())
    with pytest.raises(MachineError):
        proofs.keeps_the_card(board(after="other"))


def test_the_keys_partition_is_written_and_nothing_else() -> None:
    assert proofs.keeps_its_state(board(after="other"))
    for after, fixed in (("b", "f"), ("other", "other")):
        with pytest.raises(MachineError):
            proofs.keeps_its_state(board(after=after, fixed=fixed))


def test_a_card_that_is_not_refused_or_that_draws_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, messages=0)
    assert proofs.refuses_the_card(board(console=SAYS_BROKEN)) == SAYS_BROKEN
    with pytest.raises(MachineError):
        proofs.refuses_the_card(board(console="sesame-reader.service started"))
    seen(monkeypatch, LIT)
    with pytest.raises(MachineError):
        proofs.refuses_the_card(board(console=SAYS_BROKEN))


def test_the_self_tests_verdict_is_what_stands_on_the_glass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "VERDICT_LIMIT", 0)
    seen(monkeypatch, LIT, TOLD)
    assert proofs.tests_itself(board()) == FAILED
    for answers in ({**GOOD, "is-active sesame-reader": "active"}, {**GOOD, "sesame-selftest": (1, "")}):
        with pytest.raises(MachineError):
            proofs.tests_itself(board(answers))
    seen(monkeypatch, TOLD, LIT)
    with pytest.raises(MachineError):
        proofs.tests_itself(board())
