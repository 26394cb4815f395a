"""French."""

from typing import Final

from bank.street.ports import CashFault
from bank.web.coopanet.cash.words.sentences import CashWords

FRENCH: Final = CashWords(
    title="Retirer de l'argent sans carte",
    intro="Choisissez un montant. Vous recevez un code à taper à un distributeur de la banque : il vaut {minutes} "
    "minutes, pour ce montant, une seule fois.",
    amount="Montant",
    give="Recevoir le code",
    given="Votre code de retrait",
    shown="Notez-le maintenant : il ne sera plus affiché.",
    code="Code de retrait",
    sum="Montant",
    until="Valable jusqu'à",
    only="Ne le donnez à personne : qui le tape reçoit l'argent.",
    replaces="Un code demandé avant, et pas encore utilisé, ne vaut plus.",
    faults={
        CashFault.AMOUNT: "Choisissez l'un des montants proposés.",
        CashFault.SERVICE: "Le retrait sans cette carte n'est pas activé : activez SM@RT'retrait, ou voyez votre "
        "agence.",
        CashFault.LIMIT: "Le plafond de retrait de cette carte serait dépassé. Choisissez moins, ou augmentez le "
        "plafond.",
        CashFault.FUNDS: "Il n'y a pas assez sur le compte. Choisissez moins.",
        CashFault.TOO_MANY: "Vous avez demandé trop de codes. Attendez une heure.",
    },
)
