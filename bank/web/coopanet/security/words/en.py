"""The page « Sécurité » in English."""

from bank.securpass.approving.trusting import Exemption
from bank.web.coopanet.security.words.sentences import ExemptionWords, SecurityWords

ENGLISH_SECURITY = SecurityWords(
    intro="What opens your accounts, what you need not confirm, and who may read them.",
    phone_title="Your phone",
    phone_none="No phone approves your operations.",
    phone_since="Sécur'Pass since {day}",
    phone_used="Uses: {uses}, days: {days}",
    phone_trusted="It is a trusted phone: you are not asked for what follows there.",
    phone_not_yet="It is no trusted phone yet: it becomes one after {uses} uses on {days} days. Then you will "
    "not be asked for what follows there.",
    exemption_end="Ask me again",
    exemption_ended="You are asked again since {day}.",
    terminals_title="Known browsers",
    terminals_text="You have signed in from these browsers. They open nothing by themselves: you are told only "
    "when somebody signs in from another one.",
    terminals_none="None.",
    terminal_since="Known since {moment}",
    terminal_here="this one",
    terminal_forget="Forget this browser",
    consents_title="Who may read your accounts",
    consents_none="Nobody but you.",
    consent_since="Allowed on",
    consent_until="Until",
    consent_used="Read last",
    consent_unused="never",
    consent_end="Allow it no longer",
    consent_ended="Ended on {moment}.",
    consent_over="Ended.",
    done="It is done.",
    exemptions={
        Exemption.TRUSTED_BENEFICIARY: ExemptionWords(
            "To a saved beneficiary",
            "You added it to your list, and confirmed it then (article 13).",
        ),
        Exemption.OWN_ACCOUNTS: ExemptionWords(
            "Between your own accounts",
            "The money stays yours (article 15).",
        ),
        Exemption.LOW_VALUE: ExemptionWords(
            "Small transfers",
            "Up to {low}, {count} in a row and {total} in all at most, then you confirm again (article 16).",
        ),
    },
)
