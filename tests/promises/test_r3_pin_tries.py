"""R3: one PIN is sent for each OK on a complete one, never one by itself; the last try is announced first."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bank.cards.card import VirtualCard, counters_of
from bank.cards.gallery import describe_card
from bank.cards.memory import VolatileMemory, keep_counters
from sesame_core.reader.state import Phase
from sesame_core.reader.words import LANGUAGES
from tests.promises.rig import VERIFY, Rig

CARDS = ("bank-card", "last-try", "fresh-selection", "no-tries", "no-get-data", "t1", "chained", "blocked")
KEYS = ("Code", "Défi", "Signer", "C", "OK", "Arrêt", *"1234", "9")
STRANGE = ("63C2", "63C1", "63C0", "6983", "6985", "6C08", "6102", "6A82", "6F00", "9000", "90", "")
LAST_TRY = LANGUAGES["fr"].last_try


class Tries(RuleBasedStateMachine):
    """A person, a reader and a card that may do anything in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.rig = Rig()
        self.rig.slot.tamper = self._tamper
        self.answers: dict[int, str | None] = {}
        self.memory = VolatileMemory(counters_of(describe_card("bank-card").profile))
        self.honest = True
        self.confirmed = 0
        self.warned = False
        self.seen = 0

    def _tamper(self, number: int, answer: bytes) -> bytes | None:
        """Told before the reader hears anything: what was sent is judged here, at its moment."""
        if self.rig.slot.record is not None and self._is_verify():
            assert self.confirmed == 1, "a PIN was sent without an OK of its own"
            self.confirmed = 0
            if self._spent_the_last_try(answer):
                assert self.warned, "the last try was spent without a word"
        bent = self.answers.get(number, "true")
        return answer if bent == "true" else None if bent is None else bytes.fromhex(bent)

    def _is_verify(self) -> bool:
        sent = self.spy.commands
        return len(sent) > self.seen and sent[-1] == VERIFY and self._mark(len(sent))

    def _mark(self, count: int) -> bool:
        self.seen = count
        return True

    def _spent_the_last_try(self, answer: bytes) -> bool:
        tells = self.name not in ("no-tries", "no-get-data")
        return self.honest and tells and self.spy.tries_before == 1

    @precondition(lambda self: self.rig.slot.card is None)
    @rule(
        name=st.sampled_from(CARDS),
        answers=st.dictionaries(st.integers(0, 30), st.none() | st.sampled_from(STRANGE), max_size=2),
        latency=st.sampled_from((0, 0, 150, 400)),
    )
    def insert(self, name: str, answers: dict[int, str | None], latency: int) -> None:
        profile = describe_card(name).profile
        self.name, self.answers, self.honest = name, answers, not answers
        self.memory = VolatileMemory(counters_of(profile))
        self.spy = Spy(VirtualCard(profile, self.memory), self.memory)
        self.seen = 0
        self.rig.slot.latency = lambda _command: latency
        self.rig.insert(self.spy)

    @rule()
    def pull(self) -> None:
        self.rig.pull()

    @rule()
    def unplug_and_plug(self) -> None:
        self.rig.slot.unplug_reader(self.rig.clock.now())
        self.rig.settle()
        self.rig.slot.plug_reader(self.rig.clock.now())
        self.rig.settle()

    @rule(key=st.sampled_from(KEYS))
    def press(self, key: str) -> None:
        state = self.rig.loop.state
        if key == "OK" and state.phase is Phase.PIN and state.typed >= state.rules.pin_least:
            self.confirmed = 1
            self.warned = LAST_TRY in self.rig.loop.screen.text
        self.rig.press(key)
        self._settled()

    @rule(pin=st.sampled_from(("1 2 3 4", "9 9 9 9")))
    def type_and_confirm(self, pin: str) -> None:
        for key in ("Code", *pin.split(), "OK"):
            self.press(key)

    @rule(ms=st.sampled_from((10, 100, 500, 5000, 36_000)))
    def wait(self, ms: int) -> None:
        self.rig.wait(ms)
        self._settled()

    def _settled(self) -> None:
        """An OK that came to nothing is not kept for later."""
        if self.rig.phase is not Phase.WORKING:
            self.confirmed = 0

    @invariant()
    def no_secret_where_nothing_is_under_way(self) -> None:
        if self.rig.phase in (Phase.ASLEEP, Phase.NO_CARD, Phase.FAULT, Phase.NO_READER):
            assert not self.rig.secrets_left


class Spy:
    """A card, with what it was sent and how many tries it had then."""

    def __init__(self, card: VirtualCard, memory: VolatileMemory) -> None:
        self._card = card
        self._memory = memory
        self.protocol = card.protocol
        self.commands: list[int] = []
        self.tries_before = 0

    def power_on(self) -> bytes:
        return self._card.power_on()

    def reset_card(self) -> bytes:
        return self._card.reset_card()

    def power_off(self) -> None:
        self._card.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        self.commands.append(apdu[1])
        self.tries_before = self._memory.update(keep_counters).tries
        return self._card.transmit(apdu)


TestTries = Tries.TestCase
TestTries.settings = settings(stateful_step_count=60)


def test_the_machine_is_no_dead_end() -> None:
    """The rules above can get to a code, to a wrong PIN and to a last try."""
    machine = Tries()
    machine.insert("bank-card", {}, 0)
    machine.type_and_confirm("9 9 9 9")
    machine.type_and_confirm("9 9 9 9")
    assert LAST_TRY in machine.rig.loop.screen.text
    machine.type_and_confirm("1 2 3 4")
    assert len(machine.rig.code) == 8
    assert machine.spy.commands.count(VERIFY) == 3
