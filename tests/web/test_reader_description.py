"""The description of the reader's verbs, which others build their clients on: it changes by decision, not by a slip."""

import json
from typing import Any

from simulator.web.openapi import describe_api
from tests.golden_plugin import GoldenText


def without_words(part: Any) -> Any:  # noqa: ANN401 - JSON
    """What a client depends on: everything but what is said to people."""
    if isinstance(part, dict):
        kept = {
            key: each for key, each in part.items() if not (key in ("summary", "description") and isinstance(each, str))
        }
        return {key: without_words(each) for key, each in kept.items()}
    return [without_words(each) for each in part] if isinstance(part, list) else part


def test_the_description_is_the_one_that_was_published(golden_text: GoldenText) -> None:
    golden_text(json.dumps(without_words(describe_api()), indent=1, ensure_ascii=False) + "\n", "openapi")
