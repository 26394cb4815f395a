"""docs/operations.md: how an operation lives, which kinds there are, and how long and how often.

The diagram and the tables come from bank.operations.table, .catalogue and .policy, which the bank itself runs on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from enum import Enum

from bank.operations.catalogue import (
    CATALOGUE,
    MEANS_CUSTOMERS,
    Clientele,
    FieldRule,
    Means,
    OperationKind,
    TerminalKind,
)
from bank.operations.policy import MINUTE_MS, OPERATION_POLICY
from bank.operations.table import OPERATION_TABLE, Act, ActRule, OperationState
from docs.tools.made import Page

INTRODUCTION = """\
# Operations that must be confirmed

A customer asks for an operation in Coop@net and confirms it, with the reader or with a code by text message. Regulation
(EU) 2018/389 says what a confirmation must be worth; this page says what the bank does. `bank/operations/table.py`,
`catalogue.py`, `policy.py` and `octets.py` are pure: values in, values out. `service.py` puts them on the books.

## The life of an operation

Time is data. An operation whose time is over **is** expired for whoever looks; no job has to say so. Time goes only
forward: a clock that is set back brings nothing to life.

"""

TABLE_NOTE = """
Each cell: where the act leads, and what follows from it. A dot: nothing happens.

"""

CATALOGUE_NOTE = """
## The catalogue

The seventeen kinds of the sheet *Sécur'Pass*. The bank carries out those that are **live**; to switch another one or
another means on is to change these data. The sheet's column of terminals is lost but for a few words: the sets are our
reading. A star: the sheet does not ask on a trusted telephone, which an exemption of the regulation must allow, too.

"""

MEANS_NOTE = """
## The means

"""

MEANINGS = {
    Means.READER_CODE: "the reader's *Code*: a plain code, for a log-on",
    Means.READER_CHALLENGE: "the reader's *Défi*: eight digits, HMAC-SHA-256 over the operation's octets",
    Means.READER_SIGN: "the reader's *Signer*: the amount in cents, then the last eight digits of the payee's account",
    Means.SMS: "eight digits in a text message that names amount and payee",
    Means.SECURPASS: "the bank's app",
    Means.CERTIFICATE: "the access key's certificate",
}

POLICY_NOTE = """
## Times and limits

| value | in force | meaning |
| --- | --- | --- |
"""

POLICY_MEANINGS = {
    "life_ms": "an operation waits so long for its confirmation (OWASP ASVS 5.0, 6.5.5: ten minutes at most)",
    "log_on_life_ms": "a log-on waits so long",
    "refusals": "wrong codes in a row, then an adviser must let the customer confirm again; a warning comes before the "
    "last ((EU) 2018/389, article 4(3)(b))",
    "sms_life_ms": "a code by text message is good so long",
    "sms_tries": "tries of one code by text message",
    "sms_sent": "codes by text message for one operation",
    "sms_window_ms": "messages with a code are counted over so long",
    "sms_in_window": "messages with a code to one customer in that time",
    "pending": "operations of one customer that wait at once",
    "pending_log_ons": "log-ons of one customer that wait at once",
    "means": "the means that are switched on",
    "largest_cents": "the largest transfer",
    "largest_instant_cents": "the largest instant transfer",
    "largest_payments_cents": "the highest limit of a card for payments",
    "largest_withdrawals_cents": "the highest limit of a card for withdrawals",
    "furthest_days": "days until a deferred transfer, or until a standing one's first, at most",
}

OCTETS_NOTE = """
## What is confirmed

The bank makes an operation's octets once: one canonical JSON text with the lines that are shown, the machine's fields,
the terminal, the two moments and a nonce of 128 bits. It keeps them, and everything that confirms the operation is made
from them. Nobody can change an operation: another amount, payee or account is another operation, for which no earlier
code is good. The bank never says what was wrong with a code.

One `UPDATE` with its condition in it decides. The decision, its line in the journal and what the bank then owes (the
*effects*) are one transaction; an effect is carried out once, in a transaction of its own, and resumed after a crash.

## How it is shown

In `tests/bank`, each beside the pure table or the catalogue:

- `test_operation_cells.py`: every kind × customer × terminal × means, made from the catalogue and asked of the bank.
- `test_operation_races.py`: two processes at one operation, one winner, one effect. A thousand such races, on SQLite
  or on an empty PostgreSQL database: `python -m tests.bank.racing 1000 URL`.
- `test_operation_crashes.py`: killed at every commit, before it and after it (by itself:
  `python -m tests.bank.killed URL`); the disk full; the database away in the middle.
- `test_operation_stories.py`: any order of acts, wrong codes and set clocks (Hypothesis).
"""


def operations_page() -> str:
    """The page's Markdown."""
    parts = (
        [INTRODUCTION],
        _lines(_diagram()),
        [TABLE_NOTE],
        _lines(_table()),
        [CATALOGUE_NOTE],
        _lines(_catalogue()),
        [MEANS_NOTE],
        _lines(_means()),
        [POLICY_NOTE],
        _lines(_policy()),
        [OCTETS_NOTE],
    )
    return "".join(text for part in parts for text in part)


def _lines(lines: Iterable[str]) -> Iterator[str]:
    return (line + "\n" for line in lines)


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> PENDING"
    pending = OPERATION_TABLE[OperationState.PENDING]
    for act, rule in pending.items():
        if rule.leads_to is not OperationState.PENDING:
            yield f"    PENDING --> {rule.leads_to.name} : {act.value}"
    yield "    PENDING --> EXPIRED : time over"
    for state, row in OPERATION_TABLE.items():
        if row[Act.DECLARE_FRAUD].declares and state is not OperationState.PENDING:
            yield f"    {state.name} --> {state.name} : {Act.DECLARE_FRAUD.value} (noted)"
    yield "```"


def _table() -> Iterator[str]:
    yield "| | " + " | ".join(f"**{state.value}**" for state in OperationState) + " |"
    yield "| --- " * (len(OperationState) + 1) + "|"
    for act in Act:
        cells = (_rule(OPERATION_TABLE[state][act], state) for state in OperationState)
        yield f"| **{act.value}** | " + " | ".join(cells) + " |"


def _rule(rule: ActRule, state: OperationState) -> str:
    said = [f"→ {rule.leads_to.value}"] if rule.leads_to is not state else []
    said += [consequence.value for consequence in rule.consequences]
    return "; ".join(said) or "·"


def _catalogue() -> Iterator[str]:
    yield "| kind | live | who | from | means | what is confirmed | what follows |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for kind in OperationKind:
        entry = CATALOGUE[kind]
        name = f"`{kind.value}`" + (" *" if entry.starred else "")
        follows = entry.effect.value if entry.effect else "the asker reads the approval"
        cells = [name, "**live**" if entry.live else "", _names(entry.customers, Clientele)]
        cells += [_names(entry.terminals, TerminalKind), _names(entry.means, Means)]
        cells += [", ".join(_field(field) for field in entry.fields), follows]
        yield "| " + " | ".join(cells) + " |"


def _field(rule: FieldRule) -> str:
    return f"{rule.name} ({rule.kind.value}{', optional' if rule.optional else ''})"


def _names(chosen: frozenset[Clientele] | frozenset[TerminalKind] | frozenset[Means], order: type[Enum]) -> str:
    return ", ".join(str(one.value) for one in order if one in chosen)


def _means() -> Iterator[str]:
    yield "| means | switched on | for | what it is |"
    yield "| --- | --- | --- | --- |"
    for means in Means:
        on = "yes" if means in OPERATION_POLICY.means else "no"
        yield f"| `{means.value}` | {on} | {_names(MEANS_CUSTOMERS[means], Clientele)} | {MEANINGS[means]} |"


def _policy() -> Iterator[str]:
    for field in fields(OPERATION_POLICY):
        yield f"| `{field.name}` | {_value(field.name)} | {POLICY_MEANINGS[field.name]} |"


def _value(name: str) -> str:
    value = getattr(OPERATION_POLICY, name)
    if isinstance(value, frozenset):
        return _names(value, Means)
    if name.endswith("_ms"):
        return f"{value // MINUTE_MS} min"
    return f"€{value // 100:,}" if name.endswith("_cents") else str(value)


PAGES = (Page("operations.md", operations_page, "bank/operations"),)
