"""Verbs that are fuzzed by their own description: which, how often, and with what."""

import os
from typing import Any, Final

from schemathesis.generation import GenerationMode

MOST: Final = int(os.environ.get("SESAME_FUZZ", "25"))
"""Requests of each verb; SESAME_FUZZ=1000 makes many more."""

Verb = tuple[str, str, GenerationMode]
Schema = Any
"""schemathesis's own class is private to it."""


def list_fuzzed(description: dict[str, Any], *endless: str) -> list[Verb]:
    """Every verb with right requests, and wrong ones where anything can be wrong. `endless`: paths to pass over."""
    verbs = [
        (path, method, bool({"parameters", "requestBody"} & set(verb)))
        for path, methods in description["paths"].items()
        for method, verb in methods.items()
        if path not in endless
    ]
    right = [(path, method, GenerationMode.POSITIVE) for path, method, _ in verbs]
    return right + [(path, method, GenerationMode.NEGATIVE) for path, method, takes in verbs if takes]
