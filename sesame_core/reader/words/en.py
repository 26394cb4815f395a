"""English."""

from sesame_core.reader.words.sentences import Sentences

ENGLISH = Sentences(
    insert_card="INSERT YOUR CARD",
    wait="PLEASE WAIT",
    choose_function="CHOOSE FUNCTION",
    press_function="PRESS CODE",
    challenge="CHALLENGE ?",
    amount="AMOUNT ?",
    account="ACCOUNT ?",
    number="NUMBER {n} ?",
    sign_other="SIGN: OTHER DATA",
    enough_ok="OK: DONE",
    pin="PIN ?",
    digits="{n} DIGITS",
    at_least="AT LEAST {n} DIGITS",
    type_digits="TYPE THE DIGITS",
    press_ok="PRESS OK",
    wrong_pin="WRONG PIN",
    tries_left="{n} TRIES LEFT",
    last_try="LAST TRY",
    blocked="CARD BLOCKED",
    application_blocked="SERVICE BLOCKED",
    call_bank="CALL YOUR BANK",
    unsupported="CARD NOT SUPPORTED",
    unreadable="CARD UNREADABLE",
    card_error="CARD ERROR {n}",
    no_reader="NO CARD READER",
    flat_battery="LOW BATTERY",
    decimal_mark=".",
    thousands_mark=",",
)
