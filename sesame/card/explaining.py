"""`sesame card explain`: from the card's answer to the digits. Of a card, of a recording, or of values given."""

import argparse
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from sesame.answers import say_result
from sesame.card.replaying import Replayed, replay_session
from sesame.card.source import RECORDED, ask_consent, load_trace, open_source
from sesame.card.story import Story, as_json, as_text, cid_kind
from sesame.card.table import print_line
from sesame.card.trace.recording import Recorder, Trace
from sesame.card.tracing import MOVES, record_session
from sesame.code_request import read_request
from sesame.cures import cured_by
from sesame.exits import CommandError, Exit
from sesame.streams import print_remark
from sesame_core.cap.codes import Cryptogram, Request, choose_filter, encode_numbers
from sesame_core.cap.emv import read_cryptogram
from sesame_core.errors import CardError, Fault, UsageError
from sesame_core.smartcard.tlv import find_value

BITMAP = 0x9F56
PSN_FLAG = 0x40
LENGTHS = {
    "cid": (1, 1),
    "atc": (2, 2),
    "ac": (8, 8),
    "iad": (0, 32),
    "psn": (1, 1),
    "iaf": (1, 8),
    "ipb": (1, 252),
    "aid": (5, 16),
}
"""Of the values that can be given, in bytes."""

AS_GIVEN = "So the values have it: look at --cid, --ipb and --answer again"


def run(arguments: argparse.Namespace) -> int:
    """Print the walk. Raises CommandError, CardError, SlotError."""
    given = _values_given(arguments)
    with _cured(arguments, given):
        story = _read_given(arguments) if given else _tell_story(arguments)
        if arguments.json:
            say_result(arguments, Exit.OK, **as_json(story))
        else:
            print_line(as_text(story, arguments.bits))
    return Exit.OK


def _cured(arguments: argparse.Namespace, given: bool) -> AbstractContextManager[None]:
    """What is said to be done about a fault: values and recordings have no contacts to be wiped."""
    if given:
        return cured_by(AS_GIVEN)
    return cured_by(RECORDED.format(arguments.recording)) if arguments.recording else nullcontext()


def _values_given(arguments: argparse.Namespace) -> bool:
    """Whether it is told from values, one of which is enough to say so. Raises CommandError(USAGE) where there is a
    card or a recording as well: one of the two would be passed over without a word."""
    given = [f"--{name}" for name in (*LENGTHS, "answer") if getattr(arguments, name) is not None]
    given += ["--belgian"] if arguments.belgian else []
    if given and (arguments.recording or arguments.virtual):
        source = "--from" if arguments.recording else "--virtual"
        raise CommandError(Exit.USAGE, f"{given[0]} and {source} both say what to explain: take one")
    return bool(given)


def _tell_story(arguments: argparse.Namespace) -> Story:
    """By a recording, or by a card whose session is recorded for this."""
    trace = load_trace(arguments.recording) if arguments.recording else _read_recorded(arguments)
    wanted = read_request(arguments)
    replayed = replay_session(trace, None if wanted == Request() else wanted)
    for deviation in replayed.deviations:
        print_remark(deviation)
    return _of(replayed, tuple(arguments.data))


def _read_recorded(arguments: argparse.Namespace) -> Trace:
    with open_source(arguments) as card:
        ask_consent(arguments, card, MOVES)
        recorder = Recorder(card.exchange)
        record_session(replace(card, exchange=recorder), read_request(arguments), arguments.data)
    return Trace(tuple(recorder.turns), card.atr.hex().upper(), card.protocol.value)


def _of(replayed: Replayed, numbers: tuple[str, ...]) -> Story:
    card = replayed.card
    objects = card.application.fci + card.objects
    name = " ".join((card.application.label, card.application.aid.hex().upper())).strip()
    return Story(replayed.cryptogram, card.filter, bool(find_value(objects, BITMAP)), card.iaf, name, numbers)


def _read_given(arguments: argparse.Namespace) -> Story:
    """By the values on the command line. Raises CommandError(USAGE), CardError(DECLINED)."""
    value = {name: _read_bytes(arguments, name) for name in LENGTHS}
    iaf = value["iaf"][0] if value["iaf"] else None
    answer = _read_cryptogram(arguments, value)
    if answer.cid & 0xC0 != 0x80:
        raise CardError(Fault.DECLINED, f"CID {answer.cid:02X}, {cid_kind(answer.cid)}")
    prefixed = bool(value["psn"]) if iaf is None else bool(iaf & PSN_FLAG)
    answer = replace(answer, psn=(value["psn"] or b"\0") if prefixed else b"")
    try:
        rule = choose_filter(value["ipb"] or None, value["aid"], arguments.belgian)
        if arguments.data:
            encode_numbers(arguments.data)
    except CardError:
        raise CommandError(Exit.USAGE, "no bitmap: give --ipb, or --belgian, or a Visa name with --aid") from None
    except UsageError as error:
        raise CommandError(Exit.USAGE, str(error)) from None
    return Story(answer, rule, bool(value["ipb"]), iaf, value["aid"].hex().upper(), tuple(arguments.data))


def _read_cryptogram(arguments: argparse.Namespace, value: dict[str, bytes]) -> Cryptogram:
    if arguments.answer is not None:
        return read_cryptogram(_read_hexadecimal(arguments.answer, "--answer").removesuffix(b"\x90\x00"))
    lacking = [f"--{name}" for name in ("cid", "atc", "ac") if not value[name]]
    if lacking:
        raise CommandError(Exit.USAGE, f"{' and '.join(lacking)} must be given too, or --answer with the whole")
    return Cryptogram(value["cid"][0], value["atc"], value["ac"], value["iad"])


def _read_bytes(arguments: argparse.Namespace, name: str) -> bytes:
    text: str | None = getattr(arguments, name)
    value = _read_hexadecimal(text or "", f"--{name}")
    least, most = LENGTHS[name]
    if text and not least <= len(value) <= most:
        size = str(least) if least == most else f"{least} to {most}"
        raise CommandError(Exit.USAGE, f"--{name} has {size} bytes, in hexadecimal")
    return value


def _read_hexadecimal(text: str, what: str) -> bytes:
    try:
        return bytes.fromhex(text.replace(":", ""))
    except ValueError:
        raise CommandError(Exit.USAGE, f"{what} wants whole bytes of hexadecimal") from None
