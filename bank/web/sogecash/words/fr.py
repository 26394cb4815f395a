"""The business site in French."""

from bank.esecure.numbers import NumberFault
from bank.operations.ports import ConfirmOutcome
from bank.operations.table import OperationState
from bank.pki.judging import CertificateVerdict
from bank.web.sogecash.words.sentences import DocumentTrouble, GuideStep, SogecashWords

HELP = "Contactez l'assistance Sogecash Net."
CONFIRMED = "Le virement est confirmé."

WORDS = SogecashWords(
    language="fr",
    name="Français",
    skip="Au contenu",
    demonstration="Une démonstration : ni banque, ni argent.",
    bank="Sogecash Net",
    home="Clients entreprises",
    home_text="Branchez votre clé e-secure, saisissez votre identifiant, puis cliquez sur « Accès avec certificat ».",
    user="Identifiant",
    user_hint="8 lettres et chiffres, remis par votre service client.",
    access="Accès avec certificat",
    verdicts={
        CertificateVerdict.NONE: (
            "Aucun certificat",
            "Votre navigateur n'en a pas présenté. Branchez votre clé et utilisez le navigateur qu'elle lance ; si "
            "elle est branchée, retirez-la et remettez-la.",
        ),
        CertificateVerdict.UNREADABLE: ("Certificat illisible", f"Votre certificat ne peut pas être lu. {HELP}"),
        CertificateVerdict.FOREIGN: (
            "Certificat d'une autre autorité",
            "Le certificat présenté n'est pas de cette banque. Choisissez celui de votre clé e-secure.",
        ),
        CertificateVerdict.EARLY: (
            "Certificat pas encore valable",
            f"Votre certificat commence plus tard. La date de l'ordinateur est-elle juste ? {HELP}",
        ),
        CertificateVerdict.EXPIRED: (
            "Certificat expiré",
            f"La durée de votre certificat est passée, il ne peut plus être renouvelé. {HELP}",
        ),
        CertificateVerdict.UNKNOWN: ("Certificat inconnu", f"La banque ne connaît pas ce certificat. {HELP}"),
        CertificateVerdict.REVOKED: (
            "Certificat révoqué",
            f"Ce certificat a été révoqué : il n'ouvre plus rien. {HELP}",
        ),
        CertificateVerdict.GOOD: ("Votre certificat est valable", "Vous pouvez continuer."),
    },
    other_user=(
        "Certificat d'un autre utilisateur",
        "Cet identifiant ne va pas avec le certificat de la clé. Vérifiez l'identifiant, et à qui est la clé.",
    ),
    closed=(
        "Accès fermé",
        f"Trois codes secrets faux : il en faut un nouveau, par courrier. {HELP}",
    ),
    used=(
        "Code secret déjà utilisé",
        "Le code reçu par courrier ouvre le site une fois, pour choisir le vôtre, et il a servi. Si rien n'a été "
        f"choisi alors, il en faut un nouveau, par courrier ; si ce n'était pas vous, dites-le aussitôt. {HELP}",
    ),
    over=("Session terminée", "Rien n'a été fait trop longtemps, ou la clé a été retirée. Connectez-vous à nouveau."),
    missing=("Page inexistante", "Revenez à la page d'accueil."),
    stale=("Formulaire périmé", "Ce formulaire n'est pas de votre session. Recommencez."),
    slow=(
        "La banque ne répond pas",
        "Votre demande prend trop de temps ; vous verrez si elle a été exécutée en vous reconnectant dans quelques "
        f"minutes. {HELP}",
    ),
    broken=("Problème de communication", f"Le service est indisponible. Réessayez plus tard. {HELP}"),
    helpdesk="Assistance",
    number="Code secret",
    number_text="Saisissez votre code secret avec les touches : six chiffres. Leur ordre change à chaque fois.",
    keyboard="Clavier virtuel",
    typed="Chiffres saisis : {count} sur 6",
    erase="Effacer",
    confirm="Valider",
    short="Un code secret a six chiffres.",
    moved="Cette touche était d'un moment passé : appuyez à nouveau.",
    wrong="Ce code secret n'est pas le bon. Essais restants : {left}.",
    wrong_last="Encore un code faux, et votre accès est fermé.",
    wrong_own="Le code reçu par courrier n'a servi qu'une fois : saisissez celui que vous avez choisi.",
    personalise="Personnalisez votre code secret",
    parts=(
        "Saisissez à nouveau le code secret reçu par courrier",
        "Saisissez le code secret que vous choisissez (6 chiffres)",
        "Confirmez le code secret que vous choisissez",
    ),
    rules="Pas une date, pas un chiffre répété, pas une suite, pas le code reçu.",
    choices={
        NumberFault.DIGITS: "Un code secret a six chiffres.",
        NumberFault.WEAK: "Ce code est trop facile à deviner : des chiffres qui se répètent ou se suivent.",
        NumberFault.OLD: "C'est le code reçu par courrier : choisissez-en un autre.",
        NumberFault.DATE: "Ce code peut être une date, comme celle d'une naissance : choisissez-en un autre.",
        NumberFault.UNEQUAL: "Les deux codes choisis ne sont pas les mêmes.",
    },
    details="Saisissez vos coordonnées",
    details_text="Qui a cette clé, et où vous joindre ?",
    holder="Prénom et nom",
    email="Adresse électronique",
    telephone="Téléphone",
    field_wrong="Vérifiez ce champ.",
    registered="Votre certificat a été enregistré, vous pouvez accéder à Sogecash Net",
    registered_go="Accéder à vos opérations",
    customer_bar="Barre de navigation du client",
    accounts_link="Vos comptes Sogecash Net",
    net_bar="Barre de navigation Sogecash Net",
    welcome="Cliquez sur + pour déplier un menu, sur - pour le replier, puis sur le service voulu.",
    menus={"accounts": "Comptes", "payments": "Paiements", "help": "Aide"},
    expand="Déplier {menu}",
    collapse="Replier {menu}",
    accounts="Soldes et mouvements",
    day="Jour",
    label="Libellé",
    amount="Montant",
    balance="Solde",
    statements="Relevés",
    statement="Relevé de compte",
    statement_get="PDF de {month}",
    statement_page="{month} à l'écran",
    statement_missing="Les relevés en PDF demandent une partie du programme qui n'est pas installée.",
    unopened="Si un PDF ne s'ouvre pas",
    unopened_rows=(
        DocumentTrouble(
            "« The Adobe that is running ... cannot find the PDF files in the Web Browser » s'affiche, ou rien ne se "
            "passe.",
            "La version d'Adobe Reader installée sur votre ordinateur est antérieure à la 9.3, ou il n'y en a pas.",
            "Installez la dernière version. Le navigateur que lance la clé affiche un PDF par lui-même ; d'ici là, le "
            "même relevé est ici à l'écran.",
        ),
        DocumentTrouble(
            "Une page blanche s'affiche, l'icône d'impression est grisée, ou une erreur technique apparaît.",
            "La version d'Adobe Reader installée sur votre ordinateur est antérieure à la 9.3, il y a un problème de "
            "compatibilité, ou le fichier n'est pas arrivé entier.",
            f"Demandez-le encore une fois, ou lisez et imprimez le relevé à l'écran. {HELP}",
        ),
    ),
    cause="Cause",
    cure="Que faire",
    none="Rien encore.",
    transfers="Virements",
    new_transfer="Nouveau virement",
    payer="Compte à débiter",
    payee="Bénéficiaire",
    iban="IBAN du bénéficiaire (France)",
    ask="Continuer",
    confirm_title="Confirmez avec votre clé e-secure",
    confirm_text="Votre clé montre le virement sur son écran, et le signe quand vous y appuyez sur OK. Cette page le "
    "montre alors confirmé.",
    confirm_by_key="Confirmer avec ma clé e-secure",
    confirmed=CONFIRMED,
    by_hand="À la main, sans le lanceur de la clé",
    glass="Ce que l'écran de la clé montrera",
    freshness="Aléa donné par votre clé",
    freshness_hint="32 chiffres hexadécimaux.",
    fetch="Chercher la phrase de la banque",
    sentence="La phrase de la banque pour votre clé (base64)",
    signature="Signature de votre clé",
    signature_hint="Par l'emplacement 9C sur la phrase, en base64.",
    sign="Confirmer le virement",
    outcomes={
        ConfirmOutcome.APPROVED: CONFIRMED,
        ConfirmOutcome.WRONG: "Cette signature n'est pas de votre clé sur cette phrase.",
        ConfirmOutcome.WRONG_LAST: "Cette signature n'est pas la bonne. Encore une, et plus rien n'est confirmé.",
        ConfirmOutcome.BLOCKED: f"Trop de signatures fausses : rien ne peut être confirmé. {HELP}",
        ConfirmOutcome.SETTLED: "Ce virement a déjà été décidé, ou son temps est passé.",
        ConfirmOutcome.UNFIT: f"Votre clé n'a pas de clé pour signer. {HELP}",
    },
    states={
        OperationState.PENDING: "à confirmer",
        OperationState.APPROVED: "confirmé",
        OperationState.REFUSED: "refusé",
        OperationState.FRAUD: "signalé comme fraude",
        OperationState.EXPIRED: "expiré",
        OperationState.WITHDRAWN: "retiré",
    },
    guide="Guide en ligne",
    guide_steps=(
        GuideStep("Branchez", "Branchez votre clé sur la station d'accueil ou sur l'ordinateur."),
        GuideStep(
            "Connectez-vous",
            "Saisissez votre identifiant, cliquez sur « Accès avec certificat », puis saisissez votre code secret.",
        ),
        GuideStep("Allez à vos comptes", "Cliquez sur « Vos comptes Sogecash Net » dans la barre du client."),
        GuideStep("Ouvrez les menus", "Cliquez sur + pour déplier, sur - pour replier, puis sur le service voulu."),
        GuideStep("Payez", "Demandez un virement, lisez-le sur l'écran de la clé, puis appuyez sur OK de la clé."),
        GuideStep(
            "Quittez", "Cliquez sur « Se déconnecter », fermez le navigateur, puis retirez la clé par son icône."
        ),
    ),
    log_off="Se déconnecter",
    goodbye="Vous êtes déconnecté",
    goodbye_text="Fermez le navigateur, choisissez « Retirez la clé e-secure » à son icône, puis retirez la clé.",
)
