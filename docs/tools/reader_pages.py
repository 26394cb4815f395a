"""The reader's life and its faults.

The diagram and the table come from sesame_core.reader.table.TRANSITIONS, which the program itself runs on.
"""

from collections import defaultdict
from collections.abc import Iterator

from docs.tools.made import Page
from sesame.cures import CURES
from sesame.exits import FAULTS, Exit
from sesame_core.errors import Fault
from sesame_core.reader.state import DARK_AFTER, PATIENCE, Phase, State
from sesame_core.reader.table import EVERYWHERE, TRANSITIONS, Cell, Trigger
from sesame_core.reader.views import view_state
from sesame_core.smartcard.apdu import MAX_COMMANDS, MAX_RECORDS

READER = f"""\
# The reader's life

`sesame_core/reader/table.py` is a table: in which phase, at which trigger, what is done and which phases it may lead
to. One function runs on it, `step(state, event) -> (state, effects)`; time is data, every event bears its moment. The
diagram and the table below are made from that table. A test gets into every state that can be reached, lets everything
happen in it, and holds the table to be complete and to claim nothing that cannot happen
(`python -m pytest tests/promises/test_r14_every_state_and_key.py`).

A lit screen goes dark {DARK_AFTER // 1000} s after the last key or card. A code goes exactly {DARK_AFTER // 1000} s
after it appeared, and no key prolongs that.
PATIENTEZ is said only where the card takes longer than {PATIENCE} ms.

"""

EVERYWHERE_NOTE = """\
In every phase, unless its own row says otherwise: *Off*, *35 s over* and *display lost* lead to **asleep**, as does
*card out*; *reader lost* leads to **no reader**; *halt* leads to **halted**, for good. The diagram leaves them out.

"""

TABLE_NOTE = """
## The table

Each cell: the action in `sesame_core/reader/actions.py` or `entry.py`, and where it may lead; no arrow: the phase
stays. A dot: nothing happens.

"""

FAULTS_INTRODUCTION = """\
# When the card has a fault

What the screen says, what it means, and what to do. The number is that of *ERREUR CARTE n*; programs get the exit code
of `sesame code`. Nothing here ever quotes what the card said.

| number | screen | exit code | what happened | what to do |
| --- | --- | --- | --- | --- |
"""

EXPLAINED: dict[Fault, str] = {
    Fault.MUTE: "No answer to reset, or no answer to a command.",
    Fault.GARBAGE: "An answer that is none: no status word, far too long, or data objects that do not parse.",
    Fault.REFUSED: "The card answered with a status word that ends the conversation, such as 6985.",
    Fault.DECLINED: (
        "The PIN was right, but the card gave no ARQC (a cryptogram for the bank): its own risk rules forbid it."
    ),
    Fault.ENDLESS: (
        f"The card wanted more than {MAX_COMMANDS} commands besides READ RECORD, named more than {MAX_RECORDS} "
        "records, or always had more to fetch."
    ),
    Fault.INCOMPLETE: "A data element without which no code can be made is missing (CDOL1, tag 8C).",
    Fault.UNSUPPORTED: (
        "No CAP or DPA application, no bitmap (9F56) and no rule for a card without one, or a bitmap that "
        "keeps more than a code or nothing of the cryptogram."
    ),
    Fault.BLOCKED: "No PIN try is left. The PIN is never sent then.",
    Fault.APPLICATION_BLOCKED: (
        "The bank has blocked the application that makes codes: SELECT is answered 6283, 6285 or 6A81. The "
        "PIN has nothing to do with it, and is not asked for."
    ),
    Fault.IN_USE: "Another program holds the card: a browser, a signing tool, an agent for keys.",
}


def reader_page() -> str:
    """docs/reader.md."""
    return READER + EVERYWHERE_NOTE + "\n".join(_diagram()) + "\n" + TABLE_NOTE + "\n".join(_table()) + "\n"


def faults_page() -> str:
    """docs/faults.md. Raises KeyError for a fault that nobody has explained."""
    return FAULTS_INTRODUCTION + "\n".join(_fault(fault) for fault in Fault) + "\n"


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for phase in Phase:
        yield f'    state "{phase.value}" as {phase.name}'
    yield "    [*] --> NO_CARD"
    for phase in Phase:
        labels: dict[Phase, list[str]] = defaultdict(list)
        for trigger, rule in TRANSITIONS[phase].items():
            if rule is not EVERYWHERE[trigger]:
                for target in rule.leads_to - {phase}:
                    labels[target].append(trigger.value)
        for target in Phase:
            if target in labels:
                yield f"    {phase.name} --> {target.name} : {', '.join(labels[target])}"
    yield "    HALTED --> [*]"
    yield "```"


def _table() -> Iterator[str]:
    yield "| | " + " | ".join(f"**{phase.value}**" for phase in Phase) + " |"
    yield "| --- " * (len(Phase) + 1) + "|"
    for trigger in Trigger:
        cells = (_cell(TRANSITIONS[phase][trigger], phase) for phase in Phase)
        yield f"| **{trigger.value}** | " + " | ".join(cells) + " |"


def _cell(rule: Cell, phase: Phase) -> str:
    if rule.action.__name__ == "stay":
        return "·"
    targets = ", ".join(target.value for target in Phase if target in rule.leads_to and target is not phase)
    return f"`{rule.action.__name__}`" + (f" → {targets}" if targets else "")


def _fault(fault: Fault) -> str:
    screen = " / ".join(view_state(State(Phase.FAULT, 0, DARK_AFTER, fault=fault), 0).lines)
    what, cure = EXPLAINED[fault], CURES[fault]
    exit_code = FAULTS.get(fault, Exit.CARD_ERROR)
    return f"| {fault.value} | {screen} | {exit_code.value} | {what} | {cure} |"


PAGES = (
    Page("reader.md", reader_page, "sesame_core/reader/table.py"),
    Page("faults.md", faults_page, "sesame_core/errors.py"),
)
