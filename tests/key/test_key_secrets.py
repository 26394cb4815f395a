"""Whatever comes, the key stands; and neither PIN nor key material is in a log, a repr, a reply or a traceback (as the
reader's R10). Both on the whole key: CCID, link, card and vault."""

import gc
import logging
import traceback

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.vault.first_values import FirstValues
from drivers.vault.twin import MemoryMedium
from sesame_core.esecure.state import KeyPhase
from sesame_core.piv.names import BlockAlgorithm, KeyReference
from tests.key.desk import POWER_ON, SECURE, XFR, Desk
from tests.usb.wire import message, modification, parse, verification

PIN, PUK, NEW = "90713826", "84620517", "35279148"
MANAGEMENT = bytes.fromhex("5C1D29E83B7460AFF0A64738BE92D1C5836E0B9747D2A15F")
OURS = ("sesame_core", "drivers", "device")


def own_values() -> FirstValues:
    return FirstValues(PIN.encode(), PUK.encode(), BlockAlgorithm.TRIPLE_DES, MANAGEMENT)


def representations() -> str:
    """The repr of everything of ours that is alive."""
    gc.collect()
    alive = [each for each in gc.get_objects() if str(type(each).__module__).startswith(OURS)]
    return "\n".join(map(repr, alive))


COURSES = {
    "right": (verification(), PIN + "O"),
    "wrong": (verification(), PIN[::-1] + "O"),
    "called off": (verification(), PIN + "A"),
    "left alone": (verification(), PIN),
    "changed": (modification(), f"{PIN}O{NEW}O{NEW}O"),
    "differs": (modification(), f"{PIN}O{NEW}O{PIN}O"),
    "unblocked": (modification("002C008010"), f"{PUK}O{PIN}O{PIN}O"),
}


@pytest.mark.parametrize("course", COURSES)
def test_no_pin_is_written_shown_or_kept(course: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk = Desk(factory=own_values).plug()
    data, keys = COURSES[course]
    seen = [desk.shown]
    desk.send(SECURE, data)
    for key in keys:
        seen.append(desk.press(key))
        seen.append(representations() if key == keys[-1] else repr(desk.loop.state))
    desk.pass_time(61_000)
    replies = b"".join(desk.cable.replies)
    desk.pull()
    written = "\n".join((*seen, caplog.text, representations()))
    assert "-> asleep" in caplog.text, "what the key does was logged"
    assert "<TypingPad: " in written, "the representation of everything was looked at"
    for secret in (PIN, PUK, NEW, PIN[::-1], MANAGEMENT.hex(), MANAGEMENT.hex().upper()):
        assert secret not in written
        assert secret[:6] not in written
        assert ", ".join(secret) not in written
        assert secret.encode() not in replies
    assert "0 digits" in repr(desk.link.pad)


def test_a_crash_tells_none() -> None:
    """The worker raises in the middle of a comparison: the traceback has no digit."""
    desk = Desk(factory=own_values).plug()

    def fail(digits: bytes) -> bool:
        raise RuntimeError("something nobody thought of")

    desk.vault.check_pin = fail  # type: ignore[method-assign]
    desk.send(SECURE, verification())
    with pytest.raises(RuntimeError) as caught:
        desk.press(PIN + "O")
    told = "".join(traceback.format_exception(caught.value))
    assert "something nobody thought of" in told
    assert PIN not in told
    desk.loop.close()
    assert not any(desk.glass.picture.rows)
    assert "0 digits" in repr(desk.link.pad)


def test_no_private_key_leaves_by_any_command() -> None:
    """What the vault holds of a private key is in no answer to any instruction there is."""
    desk = Desk(factory=own_values, agrees=True).plug()
    assert desk.host.manage(MANAGEMENT) == "9000"
    desk.host.generate(0x9E)
    private = desk.vault._private(0x9E)
    answers = b"".join(desk.exchange(bytes((0, ins, 0, 0x9E, 0))) for ins in range(256))
    answers += b"".join(desk.exchange(bytes((0, ins, 0x9E, 0, 0))) for ins in range(256))
    assert len(private) >= 32
    assert private not in answers


# Whatever comes

ACTS = st.one_of(
    st.tuples(
        st.just("send"),
        st.one_of(
            st.just(message(POWER_ON, sequence=1)),
            st.just(message(SECURE, verification(), 2)),
            st.just(message(SECURE, modification(), 3)),
            st.just(message(SECURE, modification("002C008010"), 4)),
            st.builds(lambda apdu: message(XFR, apdu, 5), st.binary(min_size=1, max_size=24)),
            st.builds(
                lambda ins, data: message(XFR, bytes((0, ins, 0, 0x80, len(data))) + data, 6),
                st.sampled_from([0x20, 0x24, 0x2C, 0x87, 0x47, 0xDB, 0xA4, 0xFB]),
                st.binary(min_size=1, max_size=16),
            ),
            st.just(message(XFR, bytes.fromhex("00A4040005A000000308"), 7)),
            st.binary(max_size=40),
        ),
    ),
    st.tuples(st.just("press"), st.sampled_from(["1", "7", "9", "111111O", "O", "C", "A"])),
    st.tuples(st.just("time"), st.sampled_from([100, 1_000, 16_000, 61_000])),
    st.tuples(st.just("cable"), st.sampled_from(["plug", "pull", "abort", "eject"])),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(ACTS, max_size=14))
def test_whatever_comes_the_key_stands_and_tries_never_rise(acts: list[tuple[str, object]]) -> None:
    desk = Desk(medium=MemoryMedium(), factory=own_values)
    desk.cable.plug()
    left = 3
    for kind, what in acts:
        match kind, what:
            case "send", bytes() as raw:
                desk.cable.send(raw)
            case "press", str() as keys:
                desk.press(keys)
            case "time", int() as ms:
                desk.pass_time(ms)
            case "cable", "abort":
                desk.cable.abort(0, 2)
            case "cable", str() as name:
                getattr(desk.cable, name)()
        desk.stepper.settle()
        for reply in desk.cable.replies:
            parse(reply)
        tries = desk.vault.describe_tries(KeyReference.PIN).left
        assert tries <= left, "1111... was never the PIN"
        left = tries
        assert isinstance(desk.phase, KeyPhase)
    desk.cable.replies.clear()
    desk.pull()
    desk.cable.plug()
    desk.stepper.settle()
    assert desk.finish(desk.send(POWER_ON)).data.startswith(b"\x3b")
