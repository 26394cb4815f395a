"""Sécur'Pass at the desk in English."""

from types import MappingProxyType

from bank.web.branch.securpass.words.sentences import SecurPassDeskWords

SECURPASS_DESK_ENGLISH = SecurPassDeskWords(
    language="en",
    service="Sécur'Pass",
    subscription="Internet subscription",
    amend="Make an amendment",
    amendment="Amendment to the Internet subscription",
    channel="Channel",
    channels=MappingProxyType(
        {"face-to-face": "Face to face", "telephone": "Telephone", "internet": "Internet", "post": "Post"}
    ),
    choose_channel="Choose the channel",
    go_on="Continue",
    composition="Composition of the offer",
    tile="Sécur'Pass: confirm operations on one's telephone",
    add="Add to the composition",
    no_tile="Sécur'Pass is not offered here:",
    summary="Summary of the offer",
    summary_note="Service added to the subscription:",
    validate="Validate the proposal",
    proposal="Proposal validated",
    check_document="Check that Sécur'Pass is in the amendment, then have it signed on the tablet.",
    see_document="See the amendment (PDF)",
    open_tablet="Open the signature space",
    tablet="Signature on the branch's tablet",
    read_first="Read the amendment before you sign.",
    sign_here="Sign on the line, with a finger or a mouse",
    sign_typed="Or type your name",
    clear="Clear",
    sign="Sign",
    bad_signature="This signature cannot be kept. Clear it and sign again: with a finger, or by keyboard.",
    signed=(
        "The file is validated. Sécur'Pass is added: the customer has received a text message "
        "and has 24 h to activate it."
    ),
    back="Back to the synthesis",
    not_now="This is not possible in the service's present state.",
    missing_part=("Contracts cannot be made on this machine: a part of the program is missing. Tell the IT people."),
    conditions=MappingProxyType(
        {
            "individual": "the customer is no private person",
            "app": "the customer does not have the app",
            "subscription": "the customer has no subscription to online banking",
            "secure-telephone": "no telephone number for secure operations is known",
            "card-or-email": "neither an active card nor an e-mail address known for more than 72 h",
            "face-to-face": "it can be subscribed to face to face only, to limit fraud",
            "agency-post": "only an adviser of a branch may offer it",
        }
    ),
    states=MappingProxyType(
        {
            "none": "not subscribed",
            "initiated": "initiated, to be activated before {until}",
            "subscribed": "subscribed on {since}",
            "latent": "subscribed on {since}, in its 72 h until {usable}",
            "suspended": "suspended",
            "closed": "closed",
            "lapsed": "not subscribed",
        }
    ),
    transaction="0203 / Services / Other services",
    device="Telephone",
    lift="Lift the 72 h",
    lift_note="Reinforced check of identity, as for a postal address: note what you saw, line by line.",
    items=MappingProxyType(
        {
            "identity-document": "Original identity document, still valid",
            "likeness": "Likeness to the photograph",
            "signature": "Signature compared with the specimen",
            "proof-of-address": "Proof of address, less than 3 months old",
            "call-to-known-telephone": "Call back to the number that the bank knows",
        }
    ),
    unchecked="A line is missing: the 72 h are not lifted.",
    lifted="The 72 h are lifted: the customer can use Sécur'Pass now.",
    nothing_to_lift="No delay is running.",
    not_your_post="This transaction is open to advisers of a branch only.",
    close="Close Sécur'Pass (telephone lost or stolen)",
    closed="Sécur'Pass is closed; the customer confirms by text message or with the reader.",
)
