"""docs/reader.md and docs/faults.md leave nothing out (tests/test_pages.py says that they are not stale)."""

from docs.tools.reader_pages import EXPLAINED, faults_page, reader_page
from sesame_core.errors import Fault
from sesame_core.reader.state import Phase
from sesame_core.reader.table import Trigger


def test_every_phase_trigger_and_fault_is_on_its_page() -> None:
    assert all(f"**{each.value}**" in reader_page() for each in (*Phase, *Trigger))
    assert all(f"\n| {fault.value} | " in faults_page() for fault in Fault)
    assert set(EXPLAINED) == set(Fault)
