"""What the page of a challenge says. One value a language, so that none can lack a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AcsWords:
    """All sentences of the page in one language; how a code is got and what was wrong with it the client space says."""

    language: str
    demonstration: str
    title: str
    intro: str
    merchant: str
    amount: str
    card: str
    until: str
    app_title: str
    app_text: str
    app_number: str
    app_waiting: str
    app_quiet: str
    again: str
    by_app: str
    by_reader: str
    by_sms: str
    another: str
    cancel: str
    no_means: str
    approved: str
    refused: str
    cancelled: str
    fraud: str
    expired: str
    back_text: str
    back: str
    unknown_title: str
    unknown: str
    broken_title: str
    broken: str
    retry: str
