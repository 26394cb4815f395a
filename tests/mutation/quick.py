"""A Hypothesis profile for a thousand runs: few examples, always the same, and the first that fails is enough."""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "quick",
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
