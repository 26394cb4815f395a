"""What the desk says about Sécur'Pass. One value a language, so that none can lack a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecurPassDeskWords:
    """All sentences in one language. In braces: moments."""

    language: str
    service: str
    subscription: str
    amend: str
    amendment: str
    channel: str
    channels: Mapping[str, str]
    choose_channel: str
    go_on: str
    composition: str
    tile: str
    add: str
    no_tile: str
    summary: str
    summary_note: str
    validate: str
    proposal: str
    check_document: str
    see_document: str
    open_tablet: str
    tablet: str
    read_first: str
    sign_here: str
    sign_typed: str
    clear: str
    sign: str
    bad_signature: str
    signed: str
    back: str
    not_now: str
    missing_part: str
    conditions: Mapping[str, str]
    states: Mapping[str, str]
    transaction: str
    device: str
    lift: str
    lift_note: str
    items: Mapping[str, str]
    unchecked: str
    lifted: str
    nothing_to_lift: str
    not_your_post: str
    close: str
    closed: str
