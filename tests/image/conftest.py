import shutil

import pytest

from tests.left_out import leave_out


@pytest.fixture(scope="session", autouse=True)
def programs() -> None:
    """What judges overlays and signatures is here, or the tests are left out; in CI it must be here."""
    absent = [name for name in ("dtc", "fdtoverlay", "fdtget", "openssl") if not shutil.which(name)]
    if absent:
        leave_out(f"{', '.join(absent)}: not here. Type: sudo apt install device-tree-compiler openssl")
