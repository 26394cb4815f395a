"""`sesame card replay`: a recorded session as a card, in process for its code or in the virtual PC/SC reader."""

import argparse
from dataclasses import dataclass

from sesame.answers import say_ready, say_result
from sesame.card.source import RECORDED, in_process, load_trace
from sesame.card.table import print_line
from sesame.card.trace.recording import Trace
from sesame.card.trace.replay import ReplayCard, recorded_request
from sesame.code_request import read_request
from sesame.cures import cured_by
from sesame.exits import Exit
from sesame.streams import print_remark
from sesame_core.cap import emv
from sesame_core.cap.choice import Choice
from sesame_core.cap.codes import Cryptogram, Request, make_code, mix_data
from sesame_core.errors import CardError, Fault
from sesame_core.pin import Pin
from sesame_core.screens import group_digits

ANY_PIN = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a recording told: the card, its cryptogram, what it was asked for, and where the replay left it."""

    card: emv.CardData
    cryptogram: Cryptogram
    request: Request
    deviations: tuple[str, ...]


def run(arguments: argparse.Namespace) -> int:
    """Print the code, or serve the card until it is pulled. Raises CommandError, CardError, BankError."""
    trace = load_trace(arguments.file)
    if arguments.vpcd:
        return _serve(trace, arguments)
    request = read_request(arguments)
    with cured_by(RECORDED.format(arguments.file)):
        replayed = replay_session(trace, None if request == Request() else request)
        cryptogram = mix_data(replayed.cryptogram, arguments.data) if arguments.data else replayed.cryptogram
        code = group_digits("".join(map(str, make_code(cryptogram, replayed.card.filter))))
    for deviation in replayed.deviations:
        print_remark(deviation)
    if arguments.json:
        function, deviations = replayed.request.function.value, list(replayed.deviations)
        say_result(arguments, Exit.OK, code=code, function=function, deviations=deviations)
    else:
        print_line(f"{code}\n")
    return Exit.OK


def replay_session(trace: Trace, request: Request | None = None) -> Replayed:
    """Go through the conversation that makes a code, asking for what was asked for then, or for `request`.

    Raises CardError: what the card refused then it refuses now.
    """
    asked = recorded_request(trace) if request is None else request
    card = ReplayCard(trace)
    powered = in_process(card, "a recording")
    choice = Choice()
    powered.ask(choice.first())
    data = powered.ask(choice.prepare(asked))
    pin = Pin()
    for digit in ANY_PIN:
        pin.append(digit)
    response = powered.ask(emv.verify_pin(pin))
    if not response.ok:  # one answer a VERIFY: a wrong PIN may have come before the right one
        response = powered.ask(emv.verify_pin(pin))
    if not response.ok:
        raise CardError(Fault.REFUSED, f"the recorded PIN was refused: status {response.sw:04X}")
    cryptogram = powered.ask(emv.generate_ac(data, asked))
    if cryptogram is None:
        raise CardError(Fault.REFUSED, "the recorded card made no cryptogram: status 6985")
    return Replayed(data, cryptogram, asked, tuple(card.deviations))


def _serve(trace: Trace, arguments: argparse.Namespace) -> int:
    from bank.cards.vpcd import VirtualReader  # noqa: PLC0415 - only a card in the virtual reader needs it

    with VirtualReader(arguments.host, arguments.port) as reader:
        reader.insert(ReplayCard(trace), reconnect=True)
        if arguments.json:
            say_ready(arguments, file=str(arguments.file), port=arguments.port)
        print_remark(f"{arguments.file} is in the reader at port {arguments.port}; Ctrl-C pulls it")
        reader.wait()
    return Exit.OK
