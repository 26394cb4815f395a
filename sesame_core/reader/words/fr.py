"""French, as the device speaks it."""

from sesame_core.reader.words.sentences import Sentences

FRENCH = Sentences(
    insert_card="INSÉREZ VOTRE CARTE",
    wait="PATIENTEZ",
    choose_function="CHOISISSEZ FONCTION",
    press_function="APPUYEZ SUR CODE",
    challenge="DÉFI ?",
    amount="MONTANT ?",
    account="COMPTE ?",
    number="DONNÉE {n} ?",
    sign_other="SIGNER : DONNÉES",
    enough_ok="OK : TERMINÉ",
    pin="CODE SECRET ?",
    digits="{n} CHIFFRES",
    at_least="{n} CHIFFRES AU MOINS",
    type_digits="TAPEZ LES CHIFFRES",
    press_ok="APPUYEZ SUR OK",
    wrong_pin="CODE FAUX",
    tries_left="RESTE {n} ESSAIS",
    last_try="DERNIER ESSAI",
    blocked="CARTE BLOQUÉE",
    application_blocked="SERVICE BLOQUÉ",
    call_bank="CONTACTEZ LA BANQUE",
    unsupported="CARTE NON GÉRÉE",
    unreadable="CARTE ILLISIBLE",
    card_error="ERREUR CARTE {n}",
    no_reader="LECTEUR ABSENT",
    flat_battery="PILE FAIBLE",
    decimal_mark=",",
    thousands_mark=" ",
)
