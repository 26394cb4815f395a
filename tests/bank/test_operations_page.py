"""docs/operations.md leaves nothing out (tests/test_pages.py says that it is not stale)."""

from dataclasses import fields

from bank.operations.catalogue import Means, OperationKind
from bank.operations.policy import OperationPolicy
from bank.operations.table import Act, OperationState
from docs.tools.operations_page import MEANINGS, POLICY_MEANINGS, operations_page


def test_every_state_act_kind_means_and_limit_is_on_the_page() -> None:
    page = operations_page()
    assert all(f"**{each.value}**" in page for each in (*OperationState, *Act))
    assert all(f"\n| `{each.value}`" in page for each in (*OperationKind, *Means))
    assert {field.name for field in fields(OperationPolicy)} == set(POLICY_MEANINGS)
    assert set(MEANINGS) == set(Means)
