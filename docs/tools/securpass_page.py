"""docs/securpass-rules.md: the enrolment's life, who may have it, by which proof, how long and how often.

The diagram and the tables come from the pure modules of bank.securpass, which the bank itself runs on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields

from bank.securpass.enrolment.eligibility import CONDITIONS, REMEDIES, Condition
from bank.securpass.enrolment.identity import IdentityItem
from bank.securpass.enrolment.table import ENROLMENT_TABLE, EnrolmentAct, EnrolmentRule, EnrolmentState
from bank.securpass.policy import DAY_MS, HOUR_MS, MINUTE_MS, SECURPASS_POLICY, EnrolmentPath
from bank.securpass.proofs.octets import ACCEPTED, PhoneAct, ProofKind
from docs.tools.made import Page

INTRODUCTION = """\
# Sécur'Pass: the rules

What `bank/securpass` decides by. [securpass.md](securpass.md) says what holds it, and what a web app cannot promise.

## The enrolment

Time is data: an enrolment whose 24 hours are over **is** lapsed, and one in its 72 hours approves nothing,
for whoever looks; no job has to say so.

"""

TABLE_NOTE = """
Each cell: where the act leads, and what is done in its own transaction. A dot: the state does not allow it.

"""

WHO_NOTE = """
## Who may have it

A cell says what would help where the condition is missed; a dot: this path does not ask for it.

"""

CARD_REMEDIES = "use-card, wait or give-email, whichever is nearer"

PROOF_NOTE = """
## What a telephone asks for, and what proves it

The device key signs every request. Besides:

"""

IDENTITY_NOTE = """
## The reinforced check of identity

Before an adviser lifts the 72 hours, each item is ticked with what was seen:

"""

POLICY_NOTE = """
## Times and limits

| value | in force | meaning |
| --- | --- | --- |
"""

MEANINGS = {
    "latencies": "from an activation until the telephone approves",
    "initiated_ms": "what was signed in the branch waits so long for the telephone",
    "email_age_ms": "an e-mail address must be known for longer",
    "tries": "wrong codes in a row, then Sécur'Pass is suspended; a warning comes before the last",
    "step_life_ms": "a code to log on or to activate is good so long",
    "step_tries": "tries of such a code",
    "steps": "such codes to one customer",
    "steps_window_ms": "within so long",
    "passwords": "wrong passwords of one user code",
    "passwords_window_ms": "within so long",
    "challenge_ms": "a challenge may be answered so long",
    "phone_ms": "a telephone that has proved its key may look at what waits so long",
    "prompts": "how often a telephone is asked",
    "prompts_window_ms": "within so long",
    "refusals": "refusals in a row, then it is left in peace",
    "hush_ms": "for so long",
    "later_days": "days until the interstitial comes back after *later*",
    "trusted_uses": "a telephone is trusted after so many uses",
    "trusted_days": "on so many different days",
    "low_value_cents": "a payment of low value ((EU) 2018/389, article 16)",
    "low_value_total_cents": "all of them since the last strong authentication",
    "low_value_count": "and how many",
    "result_ms": "what an approved operation shows can be fetched so long, once",
    "pin_seconds": "seconds that a PIN is shown",
    "card_seconds": "seconds that a card is shown",
}


def securpass_page() -> str:
    """The page's Markdown."""
    parts = (
        [INTRODUCTION],
        _lines(_diagram()),
        [TABLE_NOTE],
        _lines(_table()),
        [WHO_NOTE],
        _lines(_conditions()),
        [PROOF_NOTE],
        _lines(_proofs()),
        [IDENTITY_NOTE],
        _lines(f"- {item.value}" for item in IdentityItem),
        [POLICY_NOTE],
        _lines(_policy()),
    )
    return "".join(text for part in parts for text in part)


def _lines(lines: Iterable[str]) -> Iterator[str]:
    return (line + "\n" for line in lines)


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> NONE"
    for state, row in ENROLMENT_TABLE.items():
        for act, rule in row.items():
            if rule.allowed:
                yield f"    {state.name} --> {rule.leads_to.name} : {act.value}"
    yield "    INITIATED --> LAPSED : 24 h over"
    yield "```"


def _table() -> Iterator[str]:
    yield "| | " + " | ".join(f"**{state.value}**" for state in EnrolmentState) + " |"
    yield "| --- " * (len(EnrolmentState) + 1) + "|"
    for act in EnrolmentAct:
        if act is not EnrolmentAct.LOOK:
            cells = (_rule(ENROLMENT_TABLE[state][act], state) for state in EnrolmentState)
            yield f"| **{act.value}** | " + " | ".join(cells) + " |"


def _rule(rule: EnrolmentRule, state: EnrolmentState) -> str:
    if not rule.allowed:
        return "·"
    said = [f"→ {rule.leads_to.value}"] if rule.leads_to is not state else [state.value]
    return "; ".join(said + [consequence.value for consequence in rule.consequences])


def _conditions() -> Iterator[str]:
    yield "| condition | " + " | ".join(f"**{path.value}**" for path in EnrolmentPath) + " |"
    yield "| --- " * (len(EnrolmentPath) + 1) + "|"
    for condition in Condition:
        help_ = REMEDIES[condition].value if condition in REMEDIES else CARD_REMEDIES
        cells = (help_ if condition in CONDITIONS[path] else "·" for path in EnrolmentPath)
        yield f"| {condition.value} | " + " | ".join(cells) + " |"


def _proofs() -> Iterator[str]:
    yield "| act | " + " | ".join(f"**{kind.value}**" for kind in ProofKind) + " |"
    yield "| --- " * (len(ProofKind) + 1) + "|"
    for act in PhoneAct:
        cells = ("yes" if kind in ACCEPTED[act] else "·" for kind in ProofKind)
        yield f"| `{act.value}` | " + " | ".join(cells) + " |"


def _policy() -> Iterator[str]:
    for field in fields(SECURPASS_POLICY):
        yield f"| `{field.name}` | {_value(field.name)} | {MEANINGS[field.name]} |"


def _value(name: str) -> str:
    if name == "latencies":
        return ", ".join(f"{path.value} {_time(value)}" for path, value in SECURPASS_POLICY.latencies.items())
    value = getattr(SECURPASS_POLICY, name)
    if name.endswith("_ms"):
        return _time(value)
    return f"€{value // 100}" if name.endswith("_cents") else str(value)


def _time(value: int) -> str:
    if value % HOUR_MS == 0 and value < 4 * DAY_MS:
        return f"{value // HOUR_MS} h"
    return f"{value // MINUTE_MS} min"


PAGES = (Page("securpass-rules.md", securpass_page, "bank/securpass"),)
