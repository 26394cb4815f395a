"""`sesame card trace`: a session for a code, recorded. The PIN is never written; the owner only when asked for."""

import argparse
import os
import sys
import time
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from tempfile import NamedTemporaryFile

from bank.errors import StateError
from bank.files import write_private
from device.secrecy import keep_secrets
from sesame.answers import say_result
from sesame.card.source import OpenCard, ask_consent, open_source
from sesame.card.trace.masks import hide_owner
from sesame.card.trace.recording import Recorder, Trace, note_day, write_trace
from sesame.code_request import read_request
from sesame.exits import CommandError, Exit
from sesame.pin_entry import read_pin
from sesame.streams import print_remark
from sesame_core.cap.blocking import CardWork
from sesame_core.cap.codes import Request
from sesame_core.screens import group_digits

MOVES = "making a code moves the card's counter (ATC), and a wrong PIN takes a try"
STANDARD_OUTPUT = "-"
NANOS_PER_MICRO = 1000


def run(arguments: argparse.Namespace) -> int:
    """Record, and write what was recorded even where the card failed.

    Raises CommandError, CardError, SlotError, and StateError where it cannot be written.
    """
    request = read_request(arguments)
    if arguments.json and str(arguments.file) == STANDARD_OUTPUT:
        raise CommandError(Exit.USAGE, "--json and the file - both want standard output: take one")
    _check_place(arguments.file, arguments.force)
    place = arguments.file
    with open_source(arguments) as card:
        ask_consent(arguments, card, MOVES)
        recorder = Recorder(card.exchange, _now_micros if arguments.times else None)
        try:
            code = record_session(replace(card, exchange=recorder), request, arguments.data)
        finally:
            trace = _record_trace(card, recorder, arguments.pan)
            if trace.turns:
                place = _keep_trace(arguments.file, arguments.force, write_trace(trace))
    if arguments.json:
        say_result(arguments, Exit.OK, file=str(place), exchanges=len(trace.turns), code=code)
    else:
        print_remark(f"{len(trace.turns)} exchanges recorded; the code was {code}")
    return Exit.OK


def record_session(card: OpenCard, request: Request, numbers: list[str]) -> str:
    """A code, grouped. Raises CommandError(WRONG_PIN), CardError, SlotError."""
    keep_secrets()
    work = CardWork(card.exchange, card.protocol)
    try:
        work.select_application()
        if work.prepare_card(request) == 1:
            print_remark("last try: a wrong PIN blocks the card")
        read_pin(work.pin)
        left = work.confirm_pin()
        if left is not None:
            said = f"wrong PIN; {left} {'try' if left == 1 else 'tries'} left"
            raise CommandError(Exit.WRONG_PIN, said, tries_left=left)
        code = group_digits("".join(map(str, work.make_code(numbers))))
        work.close()
    finally:
        work.forget()
    return code


def _record_trace(card: OpenCard, recorder: Recorder, pan: bool) -> Trace:
    notes = (f"recorded on {note_day()}",)
    cold = card.cold_atr.hex().upper()
    trace = Trace(tuple(recorder.turns), card.atr.hex().upper(), card.protocol.value, cold, notes)
    return trace if pan else hide_owner(trace)


def _check_place(path: Path, force: bool) -> None:
    """That a recording could be kept there and takes no other one's place, before any card is asked.

    Raises CommandError.
    """
    if str(path) == STANDARD_OUTPUT:
        return
    try:
        _check_unused(path, force)
        NamedTemporaryFile(prefix=path.name, suffix=".new", dir=path.parent).close()
    except OSError as error:
        raise CommandError(Exit.OTHER, f"{path} cannot be written: {error.strerror}") from error


def _check_unused(path: Path, force: bool) -> None:
    """Raises CommandError(USAGE) where something is there that is not to be lost."""
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise CommandError(Exit.USAGE, f"{path} is there already, and no ordinary file: take another name")
    if not force:
        raise CommandError(Exit.USAGE, f"{path} is there already: take another name, or --force to lose what is in it")


def _keep_trace(path: Path, force: bool, text: str) -> Path:
    """Where the recording is now: whole or not at all, and for the owner's eyes only. Raises CommandError."""
    if str(path) == STANDARD_OUTPUT:
        sys.stdout.write(text)
        return path
    place = path if force else _free_name(path)
    try:
        write_private(place, text.encode())
    except StateError as error:  # a recording is no books
        raise CommandError(Exit.OTHER, str(error)) from error
    if place != path:
        print_remark(f"{path} has come into being meanwhile: this recording is in {place}")
    return place


def _free_name(path: Path) -> Path:
    """This name or, as a PIN takes its time to type and somebody may have taken it since, one like it."""
    names = chain((path,), (path.with_name(f"{path.name}.{number}") for number in count(2)))
    return next(name for name in names if not os.path.lexists(name))


def _now_micros() -> int:
    return time.monotonic_ns() // NANOS_PER_MICRO
