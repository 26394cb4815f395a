"""A key whose PIN is blocked: PUK and a new PIN, typed on the key, asked for by the launcher."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from bank.demo.database import open_in_memory
from bank.web.est.site import open_est
from launcher.adapters.pcsc import write_unblocking_block
from launcher.course import events as ev
from launcher.course.state import LaunchPhase
from launcher.troubles import LaunchTrouble
from launcher.words import LAUNCHER_LANGUAGES
from simulator.key.ccid_host import write_unblocking
from tests.bank.keyed import EsecureBank
from tests.launcher.scene import Scene

EN = LAUNCHER_LANGUAGES["en"]
P, C, T = LaunchPhase, ev.LaunchChoice, LaunchTrouble
NEW = "864209"


class Blocked(Scene):
    """Somebody who has typed the PIN wrong three times."""

    def __init__(self, bank: EsecureBank) -> None:
        super().__init__(bank, TestClient(open_est(bank.frame), base_url="https://localhost"))
        self.key.card.has_pad = True
        self.typed_pin, self.typed_puk = "000000", self.key.values.puk
        self.key.card.pad = lambda: self.key.card.send(bytes.fromhex("0020008008") + padded(self.typed_pin))
        self.key.card.puk_pad = lambda: self.key.card.send(bytes.fromhex("002C008010") + self.typed_puk + padded(NEW))
        self.come_to_form()
        for _ in range(3):
            self.send(self.form())

    @property
    def buttons(self) -> list[ev.LaunchChoice]:
        return [choice for choice, _ in self.window.view.buttons]


def padded(digits: str) -> bytes:
    return digits.encode().ljust(8, b"\xff")


@pytest.fixture
def blocked() -> Iterator[Blocked]:
    with closing(open_in_memory()) as store:
        yield Blocked(EsecureBank(store))


def test_a_blocked_key_is_unblocked_from_the_launcher(blocked: Blocked) -> None:
    """Before, the message named the PUK, and no program of ours asked for it."""
    assert (blocked.trouble, blocked.buttons) == (T.PIN_BLOCKED, [C.UNBLOCK, C.COPY])
    blocked.send(ev.ChoiceMade(C.UNBLOCK))
    shown = [(view.sentence, view.hint) for view in blocked.window.views]
    assert (EN.phases[P.UNBLOCKING], EN.type_puk) in shown
    blocked.timer.pass_time()
    assert blocked.phase is P.ASKING, "it goes on where it was"
    blocked.typed_pin = NEW
    blocked.send(blocked.form())
    assert blocked.sentence == EN.phases[P.DOWNLOADED]


def test_a_wrong_puk_is_asked_for_again_until_the_key_is_blocked(blocked: Blocked) -> None:
    right, blocked.typed_puk = blocked.typed_puk, b"00000000"
    blocked.send(ev.ChoiceMade(C.UNBLOCK))
    assert (blocked.trouble, blocked.conductor.state.detail) == (T.PUK_WRONG, "2 tries left")
    assert blocked.buttons == [C.UNBLOCK, C.COPY]
    blocked.send(ev.ChoiceMade(C.UNBLOCK), ev.ChoiceMade(C.UNBLOCK))
    assert (blocked.trouble, blocked.buttons) == (T.PUK_BLOCKED, [C.RETRY, C.COPY])
    assert right not in blocked.conductor.state.detail.encode()


def test_nobody_types_the_puk(blocked: Blocked) -> None:
    blocked.key.card.puk_pad = lambda: b"\x64\x00"
    blocked.send(ev.ChoiceMade(C.UNBLOCK))
    assert blocked.trouble is T.NOT_AGREED


def test_pc_sc_and_ccid_ask_for_the_same() -> None:
    """PC/SC part 10, 2.5.3 beside CCID Rev 1.1, 6.1.12: PIN_MODIFY has a second time and a length more."""
    pc_sc, ccid = write_unblocking_block(), write_unblocking()
    assert ccid[0] == 1, "bPINOperation"
    same_format = pc_sc[2:11] == ccid[2:11]
    assert same_format, "from bmFormatString to bEntryValidationCondition"
    assert pc_sc[-21:] == ccid[-21:] == bytes.fromhex("002C008010") + b"\xff" * 16
    assert int.from_bytes(pc_sc[-25:-21], "little") == 21
