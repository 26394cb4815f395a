"""The page of a challenge in English."""

from typing import Final

from bank.web.acs.words.sentences import AcsWords

ENGLISH_ACS: Final = AcsWords(
    language="en",
    demonstration="Demonstration: no real card, no real code.",
    title="Confirm your payment",
    intro="Your bank asks you to confirm this payment. Nothing is paid before.",
    merchant="Merchant",
    amount="Amount",
    card="Card",
    until="To be confirmed before {time}.",
    app_title="Confirm on your telephone",
    app_text="Open the notification, or the app. Check the amount and the merchant, then approve.",
    app_number="Number to type on the telephone:",
    app_waiting="This page follows by itself.",
    app_quiet="Your telephone is not asked at the moment. Send the request again in a moment, or use another means.",
    again="Send again",
    by_app="Sécur'Pass",
    by_reader="Sésame reader",
    by_sms="Code by text message",
    another="Use another means",
    cancel="Cancel",
    no_means="You cannot confirm this payment. Contact your adviser.",
    approved="Payment confirmed",
    refused="Operation cancelled",
    cancelled="Operation cancelled",
    fraud="Operation cancelled",
    expired="Its time is over",
    back_text="You go back to {merchant}.",
    back="Go back to {merchant}",
    unknown_title="No such payment",
    unknown="This payment does not wait for a confirmation. Go back to the merchant and begin again.",
    broken_title="Service not available",
    broken="The bank cannot answer at the moment. Nothing is paid without your confirmation.",
    retry="Try again",
)
