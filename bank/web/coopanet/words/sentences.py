"""What the pages say. One value a language, so that none can lack a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `picture`: the file that shows it, if one does."""

    text: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """The first try of one kind of customer: what it is called, what is needed, and what to do, in order."""

    kind: str
    needed: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """Whom to ask: the branch's own name and telephone number, as it wants them printed; empty where nobody said."""

    name: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """Where another machine finds these pages, and the demonstration's root certificate (PEM) with its fingerprint;
    empty where only this machine can come, or where there is no such certificate."""

    url: str = ""
    fingerprint: str = ""
    root: bytes = b""


@dataclass(frozen=True, slots=True)
class CoopanetWords:
    """All sentences of the pages in one language. `name`: the language's own."""

    language: str
    name: str
    skip: str
    demonstration: str
    tagline: str
    home: str
    home_title: str
    home_text: str
    subscribers: str
    first_try: str
    safe_title: str
    safe: tuple[str, ...]
    access_title: str
    access_text: str
    choose_sesame: str
    sesame_text: str
    choose_phone: str
    phone_text: str
    phone_form: str
    phone_submit: str
    phone_slip: str
    phone_wait: str
    phone_open: str
    phone_number: str
    phone_until: str
    phone_follows: str
    phone_continue: str
    phone_nothing: str
    phone_approved: str
    phone_opening: str
    phone_over: str
    phone_over_text: str
    phone_again: str
    old_code: str
    user_code: str
    user_hint: str
    sesame_code: str
    sesame_hint: str
    submit: str
    slip: str
    refused_title: str
    refused: str
    last_refusal: str
    try_again: str
    first_why: str
    first_text: str
    guide: tuple[Steps, ...]
    shown_title: str
    shown: str
    advice_title: str
    advice: str
    once: str
    now_ready: str
    signing_in_title: str
    signing_in: tuple[Step, ...]
    there: str
    accounts_title: str
    hello: str
    balance: str
    movements: str
    no_movements: str
    date: str
    label: str
    amount: str
    signed_in: str
    sign_off: str
    goodbye_title: str
    goodbye: str
    help_title: str
    help: str
    call: str
    missing_title: str
    missing: str
    broken_title: str
    broken: str
    stale_title: str
    stale: str
    connect_title: str
    connect_text: str
    connect_picture: str
    connect_root_title: str
    connect_root: str
    connect_root_get: str
    connect_fingerprint: str
