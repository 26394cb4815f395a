"""`sesame card trace`: a session for a code, recorded. The PIN is never written; the owner only when asked for."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import mkstemp
from typing import TextIO

from device.cardwork import CardWork
from device.trace import Recorder, Trace, today, write
from device.trace_masks import hidden
from sesame.card.source import OpenCard, consent, opened
from sesame.card.table import remark, say_json
from sesame.commands.code import request_of
from sesame.exits import CommandError, Exit
from sesame.pin_entry import read_pin
from sesame_core.cap import Request
from sesame_core.screens import grouped

MOVES = "making a code moves the card's counter (ATC), and a wrong PIN takes a try"
STANDARD_OUTPUT = "-"
NANOS_PER_MICRO = 1000


def run(arguments: argparse.Namespace) -> int:
    """Record, and write what was recorded even where the card failed. Raises CommandError, CardError, SlotError."""
    request = request_of(arguments)
    if arguments.json and str(arguments.file) == STANDARD_OUTPUT:
        raise CommandError(Exit.USAGE, "--json and the file - both want standard output: take one")
    with _kept(arguments.file, arguments.force) as keep, opened(arguments) as card:
        consent(arguments, card, MOVES)
        recorder = Recorder(card.exchange, _micros if arguments.times else None)
        try:
            code = session(replace(card, exchange=recorder), request, arguments.data)
        finally:
            trace = _trace(card, recorder, arguments.pan)
            if trace.turns:
                keep(write(trace))
    if arguments.json:
        say_json({"file": str(arguments.file), "exchanges": len(trace.turns), "code": code})
    else:
        remark(f"{len(trace.turns)} exchanges recorded; the code was {code}")
    return Exit.OK


def session(card: OpenCard, request: Request, numbers: list[str]) -> str:
    """A code, grouped. Raises CommandError(WRONG_PIN), CardError, SlotError."""
    work = CardWork(card.exchange, card.protocol)
    try:
        work.select()
        if work.prepare(request) == 1:
            remark("last try: a wrong PIN blocks the card")
        read_pin(work.pin)
        left = work.confirm()
        if left is not None:
            raise CommandError(Exit.WRONG_PIN, f"wrong PIN; {left} {'try' if left == 1 else 'tries'} left")
        code = grouped("".join(map(str, work.code(numbers))))
        work.close()
    finally:
        work.forget()
    return code


def _trace(card: OpenCard, recorder: Recorder, pan: bool) -> Trace:
    notes = (f"recorded on {today()}",)
    cold = card.cold_atr.hex().upper()
    trace = Trace(tuple(recorder.turns), card.atr.hex().upper(), card.protocol.value, cold, notes)
    return trace if pan else hidden(trace)


@contextmanager
def _kept(path: Path, force: bool) -> Iterator[Callable[[str], object]]:
    """What keeps the recording: whole or not at all, and for the owner's eyes only.

    Raises CommandError before the card is asked anything where it could not be kept, or would take another one's place.
    """
    if str(path) == STANDARD_OUTPUT:
        yield sys.stdout.write
        return
    if path.exists() and not (force and path.is_file()):
        raise CommandError(Exit.USAGE, f"{path} is there already: take another name, or --force to lose what is in it")
    with _told(path):
        descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yield partial(_keep, path, draft, file)
    finally:
        draft.unlink(missing_ok=True)


def _keep(path: Path, draft: Path, file: TextIO, text: str) -> None:
    with _told(path):
        file.write(text)
        file.flush()
        draft.replace(path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(Exit.FAILED, f"{path} cannot be written: {error.strerror}") from error


def _micros() -> int:
    return time.monotonic_ns() // NANOS_PER_MICRO
