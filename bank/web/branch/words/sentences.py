"""What the adviser's desk says. One value a language, so that none can lack a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BranchWords:
    """All sentences of the desk in one language; `own_name` is the language's. Where a value of the books is a key,
    every value has its words."""

    language: str
    own_name: str
    colon: str
    skip: str
    demonstration: str
    title: str
    sign_on: str
    staff_code: str
    staff_hint: str
    post: str
    posts: Mapping[str, str]
    code: str
    code_hint: str
    submit: str
    slip: str
    refused_title: str
    refused: str
    sign_off: str
    signed_off: str
    search: str
    frauds: str
    search_label: str
    find: str
    found: str
    nobody: str
    user_code: str
    name: str
    customer_kinds: Mapping[str, str]
    synthesis: str
    contacts: str
    contact_kinds: Mapping[str, str]
    since: str
    accounts: str
    account_kinds: Mapping[str, str]
    balance: str
    cards: str
    card_states: Mapping[str, str]
    first_used: str
    never_used: str
    limits: str
    credentials: str
    credential_kinds: Mapping[str, str]
    card_open: str
    card_refusals: str
    card_closed: str
    ended: str
    services: str
    service_net: str
    service_reader: str
    service_sms: str
    subscribed: str
    not_subscribed: str
    operations: str
    states: Mapping[str, str]
    notices: str
    notice: str
    none: str
    journal: str
    journal_of: str
    events: Mapping[str, str]
    when: str
    who: str
    what: str
    detail: str
    whole: str
    broken_chain: str
    acts: str
    closed_to_codes: str
    act_names: Mapping[str, str]
    new_telephone: str
    telephone_slip: str
    report_fraud: str
    reported: str
    not_your_post: str
    done: str
    changed: str
    reload: str
    never_a_code: str
    missing_title: str
    missing: str
    stale_title: str
    stale: str
    broken_title: str
    broken: str
