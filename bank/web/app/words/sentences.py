"""What the app says. One value a language, so that none can lack a sentence; its names become camelCase in the page."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferWords:
    """An interstitial: its title, its lines, and the button that begins."""

    title: str
    lines: tuple[str, ...]
    begin: str


@dataclass(frozen=True, slots=True)
class AppWords:
    """All sentences of the telephone in one language. In braces: what the app fills in."""

    language: str
    name: str
    demonstration: str
    starting: str
    no_script: str
    push: str
    back: str
    cancel: str
    later: str
    continue_on: str
    end: str
    retry: str
    ok: str
    erase: str
    typed: str
    on: str
    off: str
    step: str
    home: str
    welcome: str
    hello: str
    log_on: str
    log_on_by_phone: str
    log_on_note: str
    log_on_sms: str
    log_on_refused: str
    log_off: str
    user: str
    word_label: str
    sms_code: str
    codes_wrong: str
    codes_wrong_last: str
    offers: Mapping[str, OfferWords]
    not_eligible: str
    missing: str
    conditions: Mapping[str, str]
    remedies: Mapping[str, str]
    choose_code: str
    choose_note: str
    repeat_code: str
    not_the_same: str
    weak: Mapping[str, str]
    choose_second: str
    choose_second_note: str
    seconds: Mapping[str, str]
    second_code: Mapping[str, str]
    confirm_identity: str
    sms_hint: str
    reader_hint: str
    mail_hint: str
    send_again: str
    sent_again: str
    activation_over: str
    not_activated: str
    activated: str
    usable_from: str
    usable_now: str
    keep_to_yourself: str
    this_telephone: str
    biometrics: str
    biometrics_note: str
    bio_log_on: str
    bio_approve: str
    bio_both: str
    use_biometrics: str
    waiting_title: str
    nothing_waits: str
    waits: str
    asked: str
    terminals: Mapping[str, str]
    match: str
    match_missing: str
    approve: str
    refuse: str
    confirm_title: str
    wrong: str
    wrong_last: str
    not_confirmed: str
    approved: str
    approved_note: str
    exempted: str
    exemptions: Mapping[str, str]
    refuse_title: str
    refuse_note: str
    refuse_sure: str
    refuse_payment: str
    not_me: str
    cancelled: str
    refused: str
    refused_payment: str
    fraud_done: str
    fraud_note: str
    states: Mapping[str, str]
    expired_note: str
    not_possible: str
    not_possible_note: str
    blocked: str
    blocked_note: str
    forged: str
    forged_note: str
    offline: str
    nothing_sent: str
    sent_unanswered: str
    too_many: str
    trouble: str
    trouble_note: str
    cannot: str
    cannot_note: str
    settings: str
    enrolment: Mapping[str, str]
    change_code: str
    old_code: str
    code_changed: str
    saved: str
    devices: str
    device_states: Mapping[str, str]
    trusted: str
    notifications: str
    notifications_refused: str
    close: str
    close_title: str
    close_note: str
    close_sure: str
    closed: str
    closed_note: str
    kinds: Mapping[str, str]
    amount: str
    payee: str
    payee_iban: str
    when: str
    whens: Mapping[str, str]
    day: str
    last_day: str
    account: str
    account_kinds: Mapping[str, str]
    card: str
    services: str
    services_note: str
    no_services: str
    end_service: str
    service_ended: str
    service_ended_note: str
    no_card: str
    faults: Mapping[str, str]
    secrets: Mapping[str, str]
    seconds_left: str
    shown_note: str
    shown_gone: str
    hide: str
