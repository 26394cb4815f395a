"""What the bank says of an operation in French."""

from typing import Final

from bank.languages import Notation
from bank.operations import catalogue as cat
from bank.operations.catalogue import OperationKind as K
from bank.operations.words.sentences import OperationWords

OPERATION_FRENCH: Final = OperationWords(
    language="fr",
    notation=Notation(
        decimal=",",
        group="\N{NARROW NO-BREAK SPACE}",
        money="{amount}\N{NO-BREAK SPACE}€",
        day="{day:02d}/{month:02d}/{year}",
        hour="{hour}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{minute:02d}",
    ),
    kinds={
        K.LOG_ON: "Accès à Coop@net",
        K.SIGN_CONTRACT: "Signature d'un contrat",
        K.ADD_BENEFICIARY: "Ajout d'un bénéficiaire",
        K.SEPA_TRANSFER: "Virement",
        K.INSTANT_TRANSFER: "Virement instantané",
        K.FRIEND_TRANSFER: "Virement entre amis",
        K.TRANSFER_ABROAD: "Virement hors de France",
        K.CARD_LIMITS: "Plafonds de la carte",
        K.SHOW_PIN: "Consultation du code de la carte",
        K.WITHDRAW_BY_PHONE: "Retrait sans carte",
        K.ENROL_WALLET: "Carte dans le téléphone",
        K.CHANGE_EMAIL: "Nouvelle adresse e-mail",
        K.CHANGE_ADDRESS: "Nouvelle adresse postale",
        K.CARD_PAYMENT: "Paiement par carte sur internet",
        K.AGGREGATE_ACCOUNTS: "Agrégation de comptes",
        K.MERCHANT_TRANSFER: "Virement à un marchand",
        K.SHOW_CARD: "Affichage de la carte",
    },
    fields={
        cat.AMOUNT: "Montant",
        cat.PAYEE_NAME: "Bénéficiaire",
        cat.PAYEE_IBAN: "Compte du bénéficiaire",
        cat.PAYER_ACCOUNT: "Compte débité",
        cat.NEW_EMAIL: "Adresse e-mail",
        cat.NEW_ADDRESS: "Adresse postale",
        cat.CARD: "Carte",
        cat.PAYMENTS: "Paiements sur 30 jours",
        cat.WITHDRAWALS: "Retraits sur 7 jours",
        cat.MERCHANT: "Marchand",
        cat.CONTRACT: "Contrat",
        cat.AGGREGATOR: "Agrégateur",
        cat.DAYS: "Jours d'accès",
        cat.MESSAGE: "Message",
        cat.DAY: "Quand",
        cat.RHYTHM: "Rythme",
        cat.LAST_DAY: "Jusqu'au",
    },
    what="Opération",
    on_day="le {first}",
    monthly="le {day} de chaque mois, la première fois le {first}",
    monthly_at_end="le {day} de chaque mois, ou le dernier jour d'un mois plus court, la première fois le {first}",
    code_text="Coop@net : votre code est {code}. {what}. Valable {minutes} min. Ne le donnez à personne.",
    done_text="Coop@net : c'est fait. {what}. Si ce n'est pas vous, appelez votre agence.",
    scheduled_text="Coop@net : c'est noté, et sera fait le jour dit. {what}. Si ce n'est pas vous, appelez votre "
    "agence.",
    unscheduled_text="Coop@net : vous avez annulé ce qui suit, et ce ne sera plus fait. {what}. Si ce n'est pas vous, "
    "appelez votre agence.",
    failed_text="Coop@net : ce qui suit n'a pas pu être fait, et rien n'a changé. {what}.",
    closed_text="Coop@net : trop de codes faux. Vous ne pouvez plus rien confirmer : appelez votre agence. {what}.",
    fraud_text="Coop@net : vous avez signalé une fraude. {what}. Vos connexions sont fermées ; "
    "votre agence vous appelle.",
    card_fraud_text="Coop@net : vous avez signalé une fraude. {what}. Votre carte est en opposition, "
    "vos connexions sont fermées ; votre agence vous appelle.",
    reopened_text="Coop@net : votre agence vous permet à nouveau de confirmer vos opérations. Si vous ne "
    "l'avez pas demandé, appelez-la.",
    card_closed_text="Coop@net : trop de codes faux à l'accès à vos comptes. Votre carte ne les ouvre "
    "plus : appelez votre agence.",
    card_reopened_text="Coop@net : votre agence a rouvert l'accès à vos comptes par votre carte. Si vous "
    "ne l'avez pas demandé, appelez-la.",
    payee_released_text="Coop@net : votre agence a débloqué un bénéficiaire enregistré. Si vous ne l'avez pas "
    "demandé, appelez-la.",
    new_terminal_text="Coop@net : accès à vos comptes depuis un appareil qui n'était pas connu. Si ce "
    "n'est pas vous, appelez votre agence.",
    telephone_text="Coop@net : votre téléphone sécurisé a été changé en agence. Si ce n'est pas vous, "
    "appelez votre agence.",
    new_certificate_text="Coop@net : un certificat a été installé sur votre clé e-secure. Si ce n'est pas vous, "
    "appelez l'assistance.",
    key_ended_text="Coop@net : votre clé e-secure n'ouvre plus vos comptes. Si vous ne l'avez pas demandé, appelez "
    "l'assistance.",
    number_closed_text="Coop@net : des codes de sécurité faux ont fermé votre accès à Sogecash Net. Si ce n'est pas "
    "vous, appelez l'assistance, qui en envoie un nouveau.",
    cash_code_text="Coop@net : un code de retrait d'argent vient d'être demandé. Si ce n'est pas vous, appelez "
    "votre agence.",
    cash_paid_text="Coop@net : un distributeur a donné de l'argent contre votre code de retrait. Si ce n'est pas vous, "
    "appelez votre agence.",
    service_ended_text="Coop@net : un service de votre carte (retrait sans carte ou portefeuille) a pris fin. "
    "Si ce n'est pas vous, appelez votre agence.",
)
