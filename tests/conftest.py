"""What every test may ask for: golden pictures, a real pcscd, and Hypothesis's settings."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.golden_plugin", "tests.pcsc_plugin")

settings.register_profile(
    "ci",
    max_examples=200,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")
