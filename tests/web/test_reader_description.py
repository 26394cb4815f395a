"""The description of the reader's verbs, which others build their clients on: it changes by decision, not by a slip."""

import json

from simulator.web.openapi import describe_api
from tests.golden_plugin import GoldenText


def test_the_description_is_the_one_that_was_published(golden_text: GoldenText) -> None:
    golden_text(json.dumps(describe_api(), indent=1, ensure_ascii=False) + "\n", "openapi")
