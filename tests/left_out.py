"""What a machine lacks is left out there, and never in CI: one place says so for every test."""

import os
from typing import NoReturn

import pytest


def leave_out(reason: str) -> NoReturn:
    """Leave the test out, with the reason; with CI=true it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
