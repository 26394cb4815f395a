"""The telephone in English."""

from types import MappingProxyType

from bank.web.app.words.sentences import AppWords, OfferWords

APP_ENGLISH = AppWords(
    language="en",
    name="English",
    demonstration="Demonstration: no real money.",
    starting="One moment…",
    no_script=(
        "Sécur'Pass makes its keys in your telephone: it needs JavaScript. Without it, use the reader "
        "or a text message."
    ),
    push="An operation awaits your approval.",
    back="Back",
    cancel="Cancel",
    later="Later",
    continue_on="Continue",
    end="Finish",
    retry="Try again",
    ok="OK",
    erase="Erase",
    typed="{count} of {of} digits typed",
    on="On",
    off="Off",
    step="Step {number} of {of}",
    home="Home",
    welcome="Welcome",
    hello="Hello {name}",
    log_on="Log on",
    log_on_by_phone="Log on with Sécur'Pass",
    log_on_note="This telephone is not known yet: a code by text message will confirm that it is you.",
    log_on_sms="It has just been sent to your secure telephone number, if user code and password are right.",
    log_on_refused="Log-on refused. Check what you typed and begin again.",
    log_off="Log off",
    user="User code",
    word_label="Password",
    sms_code="Code from the text message",
    codes_wrong="That is not right. Try again.",
    codes_wrong_last="That is not right. Last try.",
    offers=MappingProxyType(
        {
            "activate": OfferWords(
                "Activate Sécur'Pass",
                (
                    "Your sensitive operations without a reader, and no code to copy.",
                    "You approve on your telephone, with your code or your finger.",
                ),
                "Activate",
            ),
            "transfer": OfferWords(
                "Transfer Sécur'Pass to this telephone?",
                ("The old telephone will approve nothing any more.",),
                "Transfer",
            ),
            "reinstall": OfferWords(
                "Install Sécur'Pass again?", ("It is not active on any telephone any more.",), "Install again"
            ),
        }
    ),
    not_eligible="Sécur'Pass is not possible yet",
    missing="What is missing:",
    conditions=MappingProxyType(
        {
            "individual": "An account of a private person.",
            "app": "The app on a telephone.",
            "subscription": "A subscription to online banking.",
            "secure-telephone": "A telephone number for secure operations.",
            "card-or-email": (
                "An active card, used before in a shop or at a cash machine, or a personal e-mail address "
                "known for more than 72 h."
            ),
        }
    ),
    remedies=MappingProxyType(
        {
            "none": "Sécur'Pass is for private persons: keep your reader.",
            "install-app": "Open this page on your telephone.",
            "subscribe": "Ask your branch for it.",
            "branch": "Give it to your branch, with your identity card.",
            "use-card": "Pay once with the card, or withdraw money.",
            "wait": "Wait until the 72 h are over, or go to your branch.",
            "give-email": "Give an e-mail address, or go to your branch.",
        }
    ),
    choose_code="Choose your Sécur'Pass code",
    choose_note="4 digits, for you alone. No date, and not your card's PIN.",
    repeat_code="Type it again",
    not_the_same="The two codes are not the same. Choose again.",
    weak=MappingProxyType(
        {
            "same": "Four times one digit is easily guessed.",
            "row": "Digits in a row are easily guessed.",
            "pairs": "The same two digits twice are easily guessed.",
            "year": "A year is easily guessed.",
        }
    ),
    choose_second="Confirm your identity",
    choose_second_note="A text message, and:",
    seconds=MappingProxyType({"reader": "My reader and my card", "mail": "A code by e-mail"}),
    second_code=MappingProxyType({"reader": "The reader's code", "mail": "Code from the e-mail"}),
    confirm_identity="Confirm your identity",
    sms_hint="8 digits, sent to the number that ends with {end}.",
    reader_hint="Card into the reader, key Défi, {challenge}, OK, the card's PIN, OK.",
    mail_hint="8 digits, sent to {to}.",
    send_again="Send the codes again",
    sent_again="New codes are on their way; the old ones are dead.",
    activation_over="Too many tries, or too much time. Begin the activation again.",
    not_activated="Sécur'Pass is not activated",
    activated="Sécur'Pass is activated",
    usable_from="Usable from {moment}. Until then, confirm by reader or text message.",
    usable_now="You can use it now.",
    keep_to_yourself="Keep your code secret: nobody at the bank will ask for it.",
    this_telephone="This telephone",
    biometrics="Biometrics",
    biometrics_note="Your finger or face instead of the code. Neither depends on the other.",
    bio_log_on="For logging on",
    bio_approve="For approving operations",
    bio_both="Logging on and approving",
    use_biometrics="Use biometrics",
    waiting_title="Waiting operations",
    nothing_waits="Nothing awaits your approval.",
    waits="Awaiting your approval: {count}",
    asked="Asked for at {time}, from: {terminal}",
    terminals=MappingProxyType(
        {
            "computer": "a computer",
            "tablet": "a tablet",
            "phone": "a telephone",
            "distance": "a contract at a distance",
            "agency": "your branch",
            "shop": "a merchant's site",
        }
    ),
    match="Number shown where you asked for it",
    match_missing="Type the two digits that are shown there. If there are none, refuse.",
    approve="Approve",
    refuse="Refuse",
    confirm_title="Your Sécur'Pass code",
    wrong="That is not right. Try again.",
    wrong_last="That is not right. Last try before it is blocked.",
    not_confirmed="Not confirmed. Try again, or use the code.",
    approved="Operation approved",
    approved_note="The page where you asked for it follows by itself.",
    exempted="Done without asking you",
    exemptions=MappingProxyType(
        {
            "trusted-beneficiary": "Exempt because the payee is on your list ((EU) 2018/389, article 13). "
            "You can end this exemption in Coop@net, under Security.",
            "own-accounts": "Exempt because the money stays in your accounts ((EU) 2018/389, article 15). "
            "You can end this exemption in Coop@net, under Security.",
            "low-value": "Exempt because the amount is small ((EU) 2018/389, article 16). "
            "You can end this exemption in Coop@net, under Security.",
        }
    ),
    refuse_title="Refuse this operation?",
    refuse_note="Nothing will be done.",
    refuse_sure="Refuse",
    refuse_payment="I refuse this payment: it was not me",
    not_me="It was not me: report a fraud",
    cancelled="Operation cancelled",
    refused="The operation was refused.",
    refused_payment="The payment of {amount} on the site {merchant} was refused.",
    fraud_done="Fraud reported",
    fraud_note=(
        "Your adviser is informed and will call you.\nYour connections are closed.\n"
        "A card that is concerned is blocked; a new one will be offered."
    ),
    states=MappingProxyType(
        {
            "approved": "Already approved",
            "refused": "Already refused",
            "fraud": "Fraud already reported",
            "expired": "This request is no longer valid",
            "withdrawn": "This request was withdrawn",
        }
    ),
    expired_note="Begin again from the site.",
    not_possible="Not possible in this way",
    not_possible_note="Use another way: your reader, or a text message.",
    blocked="Sécur'Pass is blocked",
    blocked_note="Activate it again, or call your branch. Until then, use your reader or a text message.",
    forged="Request not recognised",
    forged_note="It is not signed by the bank: nothing is shown, nothing is approved. Call your branch.",
    offline="No connection",
    nothing_sent="Nothing was sent.",
    sent_unanswered="Sent, waiting for the bank. It will be done once only.",
    too_many="Too many requests in a short time. Wait a few minutes.",
    trouble="That did not work",
    trouble_note="Nothing is lost. Try again; if it goes on, call your branch.",
    cannot="This browser will not do",
    cannot_note="It needs a secure address (https, or localhost) and a recent browser that can sign (Ed25519).",
    settings="Sécur'Pass settings",
    enrolment=MappingProxyType(
        {
            "none": "Sécur'Pass is not activated.",
            "initiated": "Begun at your branch: activate it within 24 h.",
            "subscribed": "Subscribed on {moment}.",
            "suspended": "Blocked: activate it again.",
            "closed": "Closed.",
            "lapsed": "The 24 h are over.",
        }
    ),
    change_code="Change my code",
    old_code="Your present code",
    code_changed="Your code is changed",
    saved="Saved",
    devices="My telephones",
    device_states=MappingProxyType(
        {"active": "active since", "suspended": "blocked since", "replaced": "replaced on", "closed": "closed on"}
    ),
    trusted="This telephone is a trusted terminal.",
    notifications="Notifications",
    notifications_refused="The browser does not allow them. Operations wait here in any case.",
    close="Close Sécur'Pass",
    close_title="Close Sécur'Pass?",
    close_note="This telephone will approve nothing any more. You will confirm by text message or with your reader.",
    close_sure="Close",
    closed="Closing confirmed",
    closed_note="You are not subscribed to Sécur'Pass any more. From now on you use codes by text message.",
    kinds=MappingProxyType(
        {
            "sepa-transfer": "Make a transfer",
            "instant-transfer": "Instant transfer",
            "friend-transfer": "Transfer to a friend",
            "transfer-abroad": "Transfer outside France",
            "add-beneficiary": "Add a beneficiary",
            "show-pin": "See my card's PIN",
            "show-card": "See my card",
            "withdraw-by-phone": "Withdrawal without a card (SM@RT'retrait)",
            "enrol-wallet": "My card in the telephone",
        }
    ),
    amount="Amount in euros",
    payee="Payee",
    payee_iban="Payee's IBAN",
    when="When",
    whens=MappingProxyType({"now": "now", "later": "on a day", "monthly": "every month"}),
    day="Day, or first day",
    last_day="Last day (optional)",
    account="Account to debit",
    account_kinds=MappingProxyType({"current": "Current account", "savings": "Savings account"}),
    card="Card no. {number}",
    services="Services of my cards",
    services_note="Money without the card and wallets that are activated. Ending one holds at once.",
    no_services="No service is activated.",
    end_service="End this service",
    service_ended="It is ended",
    service_ended_note="A code that was not used is dead, and the wallet has the card no more. "
    "You can activate it again.",
    no_card="You have no active card.",
    faults=MappingProxyType(
        {
            "unfit": "This operation is not possible from here.",
            "fields": "Check what you typed.",
            "amount": "Check the amount.",
            "iban": "There is no such IBAN.",
            "country": "This IBAN is of another country than this transfer.",
            "zone": "The bank makes transfers to the countries of SEPA only.",
            "name": "Check the name.",
            "email": "Check the address.",
            "address": "Check the address.",
            "card": "This card cannot be used.",
            "account": "Check the account.",
            "day": "Choose a day from tomorrow on, within a year.",
            "rhythm": "A day is written: choose when, or remove it.",
            "last-day": "The last day is before the first one.",
            "same-account": "The two accounts are the same.",
            "funds": "The account does not suffice.",
            "frozen": "This beneficiary is blocked.",
            "there-already": "This beneficiary is there already.",
            "no-means": "There is nothing to confirm this operation with.",
        }
    ),
    secrets=MappingProxyType(
        {
            "pin": "The card's PIN",
            "number": "Number",
            "expires": "Expires end of",
            "security_code": "Security code",
            "code": "Withdrawal code",
        }
    ),
    seconds_left="{seconds} s",
    shown_note="Shown for {seconds} seconds, then gone. Do not write it down.",
    shown_gone="Gone",
    hide="Hide",
)
