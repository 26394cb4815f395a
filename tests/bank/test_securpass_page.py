"""docs/securpass-rules.md leaves nothing out (tests/test_pages.py says that it is not stale)."""

from dataclasses import fields

from bank.securpass.enrolment.eligibility import Condition
from bank.securpass.enrolment.identity import IdentityItem
from bank.securpass.enrolment.table import EnrolmentAct, EnrolmentState
from bank.securpass.policy import EnrolmentPath, SecurPassPolicy
from bank.securpass.proofs.octets import PhoneAct
from docs.tools.securpass_page import MEANINGS, securpass_page


def test_every_state_act_condition_and_limit_is_on_the_page() -> None:
    page = securpass_page()
    acts = [act for act in EnrolmentAct if act is not EnrolmentAct.LOOK]
    assert all(f"**{each.value}**" in page for each in (*EnrolmentState, *acts, *EnrolmentPath))
    assert all(f"\n| `{each.value}`" in page for each in PhoneAct)
    assert all(f"\n| {each.value} |" in page for each in Condition)
    assert all(f"- {each.value}" in page for each in IdentityItem)
    assert {field.name for field in fields(SecurPassPolicy)} == set(MEANINGS)
