"""The reader on its bench, as a person has it before them."""

import pytest

from tests.story import Story


@pytest.fixture
def reader() -> Story:
    """French, awake, no card in it."""
    return Story()
