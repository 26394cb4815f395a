"""The telephone in French."""

from types import MappingProxyType

from bank.web.app.words.sentences import AppWords, OfferWords

APP_FRENCH = AppWords(
    language="fr",
    name="Français",
    demonstration="Démonstration, sans argent réel.",
    starting="Un instant…",
    no_script=(
        "Sécur'Pass fabrique ses clés dans votre téléphone : il lui faut JavaScript. Sans lui, utilisez "
        "le lecteur ou le SMS."
    ),
    push="Une opération attend votre accord.",
    back="Retour",
    cancel="Annuler",
    later="Plus tard",
    continue_on="Continuer",
    end="Terminer",
    retry="Réessayer",
    ok="OK",
    erase="Effacer",
    typed="{count} chiffres saisis sur {of}",
    on="Activé",
    off="Désactivé",
    step="Étape {number} sur {of}",
    home="Accueil",
    welcome="Bienvenue",
    hello="Bonjour {name}",
    log_on="Connexion",
    log_on_by_phone="Me connecter avec Sécur'Pass",
    log_on_note="Ce téléphone n'est pas encore connu : un code par SMS confirmera que c'est vous.",
    log_on_sms=(
        "Il vient d'être envoyé à votre numéro pour opérations sécurisées, si le code utilisateur et le "
        "mot de passe sont justes."
    ),
    log_on_refused="Connexion refusée. Vérifiez ce que vous avez saisi et recommencez.",
    log_off="Me déconnecter",
    user="Code utilisateur",
    word_label="Mot de passe",
    sms_code="Code reçu par SMS",
    codes_wrong="Ce n'est pas cela. Recommencez.",
    codes_wrong_last="Ce n'est pas cela. Dernier essai.",
    offers=MappingProxyType(
        {
            "activate": OfferWords(
                "Activez Sécur'Pass",
                (
                    "Vos opérations sensibles sans boîtier ni code à recopier.",
                    "Un accord sur votre téléphone, avec votre code ou votre doigt.",
                ),
                "Activer",
            ),
            "transfer": OfferWords(
                "Transférer Sécur'Pass sur ce téléphone ?", ("L'ancien téléphone cessera de valider.",), "Transférer"
            ),
            "reinstall": OfferWords(
                "Réinstaller Sécur'Pass ?", ("Il n'est plus actif sur aucun téléphone.",), "Réinstaller"
            ),
        }
    ),
    not_eligible="Sécur'Pass n'est pas encore possible",
    missing="Il manque :",
    conditions=MappingProxyType(
        {
            "individual": "Un compte de particulier.",
            "app": "L'application sur un téléphone.",
            "subscription": "Un abonnement Banque à distance.",
            "secure-telephone": "Un numéro de téléphone pour opérations sécurisées.",
            "card-or-email": (
                "Une carte active déjà utilisée chez un commerçant ou à un distributeur, ou une adresse "
                "e-mail personnelle connue depuis plus de 72 h."
            ),
        }
    ),
    remedies=MappingProxyType(
        {
            "none": "Sécur'Pass est réservé aux particuliers : gardez votre lecteur.",
            "install-app": "Ouvrez cette page sur votre téléphone.",
            "subscribe": "Demandez-le à votre agence.",
            "branch": "Donnez-le à votre agence, pièce d'identité en main.",
            "use-card": "Payez une fois avec la carte, ou retirez de l'argent.",
            "wait": "Attendez la fin des 72 h, ou passez à l'agence.",
            "give-email": "Donnez une adresse e-mail, ou passez à l'agence.",
        }
    ),
    choose_code="Choisissez votre code Sécur'Pass",
    choose_note="4 chiffres, pour vous seul. Ni une date, ni le code de votre carte.",
    repeat_code="Saisissez-le à nouveau",
    not_the_same="Les deux codes ne sont pas les mêmes. Choisissez à nouveau.",
    weak=MappingProxyType(
        {
            "same": "Quatre fois le même chiffre se devine.",
            "row": "Des chiffres qui se suivent se devinent.",
            "pairs": "Deux fois les deux mêmes chiffres se devinent.",
            "year": "Une année se devine.",
        }
    ),
    choose_second="Confirmez votre identité",
    choose_second_note="Un SMS, et :",
    seconds=MappingProxyType({"reader": "Mon lecteur et ma carte", "mail": "Un code par e-mail"}),
    second_code=MappingProxyType({"reader": "Code du lecteur", "mail": "Code reçu par e-mail"}),
    confirm_identity="Confirmez votre identité",
    sms_hint="8 chiffres, envoyés au numéro qui finit par {end}.",
    reader_hint="Carte dans le lecteur, touche Défi, {challenge}, OK, code de la carte, OK.",
    mail_hint="8 chiffres, envoyés à {to}.",
    send_again="Renvoyer les codes",
    sent_again="De nouveaux codes sont partis ; les anciens ne valent plus.",
    activation_over="Trop d'essais, ou trop de temps. Recommencez l'activation.",
    not_activated="Sécur'Pass n'est pas activé",
    activated="Sécur'Pass est activé",
    usable_from="Utilisable à partir du {moment}. D'ici là, confirmez par le lecteur ou par SMS.",
    usable_now="Vous pouvez l'utiliser dès maintenant.",
    keep_to_yourself="Gardez votre code secret : personne à la banque ne vous le demandera.",
    this_telephone="Ce téléphone",
    biometrics="Biométrie",
    biometrics_note="Votre doigt ou votre visage à la place du code. L'un ne dépend pas de l'autre.",
    bio_log_on="Pour me connecter",
    bio_approve="Pour valider mes opérations",
    bio_both="Connexion et validation",
    use_biometrics="Utiliser la biométrie",
    waiting_title="Opérations en attente",
    nothing_waits="Rien n'attend votre accord.",
    waits="En attente de votre accord : {count}",
    asked="Demandé à {time}, depuis : {terminal}",
    terminals=MappingProxyType(
        {
            "computer": "un ordinateur",
            "tablet": "une tablette",
            "phone": "un téléphone",
            "distance": "un contrat à distance",
            "agency": "votre agence",
            "shop": "un site marchand",
        }
    ),
    match="Numéro affiché là où vous avez fait la demande",
    match_missing="Saisissez les deux chiffres affichés là-bas. S'il n'y en a pas, refusez.",
    approve="Valider",
    refuse="Refuser",
    confirm_title="Votre code Sécur'Pass",
    wrong="Ce n'est pas cela. Recommencez.",
    wrong_last="Ce n'est pas cela. Dernier essai avant blocage.",
    not_confirmed="Pas confirmé. Recommencez, ou utilisez le code.",
    approved="Opération validée",
    approved_note="La page où vous l'avez demandée suit d'elle-même.",
    exempted="C'est fait, sans vous demander",
    exemptions=MappingProxyType(
        {
            "trusted-beneficiary": "Dispensé parce que le bénéficiaire est sur votre liste (règlement (UE) "
            "2018/389, article 13). "
            "Vous pouvez mettre fin à cette dispense dans Coop@net, sous Sécurité.",
            "own-accounts": "Dispensé parce que l'argent reste sur vos comptes (règlement (UE) 2018/389, article "
            "15). "
            "Vous pouvez mettre fin à cette dispense dans Coop@net, sous Sécurité.",
            "low-value": "Dispensé parce que le montant est petit (règlement (UE) 2018/389, article 16). "
            "Vous pouvez mettre fin à cette dispense dans Coop@net, sous Sécurité.",
        }
    ),
    refuse_title="Refuser cette opération ?",
    refuse_note="Rien ne sera fait.",
    refuse_sure="Refuser",
    refuse_payment="Je refuse ce paiement : ce n'est pas moi",
    not_me="Ce n'était pas moi : déclarer une fraude",
    cancelled="Opération annulée",
    refused="L'opération a bien été refusée.",
    refused_payment="L'opération de {amount} sur le site {merchant} a bien été refusée.",
    fraud_done="Fraude déclarée",
    fraud_note=(
        "Votre conseiller est prévenu et vous appelle.\nVos connexions sont fermées.\n"
        "Une carte en cause est bloquée ; une nouvelle vous sera proposée."
    ),
    states=MappingProxyType(
        {
            "approved": "Opération déjà validée",
            "refused": "Opération déjà refusée",
            "fraud": "Fraude déjà déclarée",
            "expired": "Cette demande n'est plus valable",
            "withdrawn": "Cette demande a été retirée",
        }
    ),
    expired_note="Recommencez depuis le site.",
    not_possible="Pas possible ainsi",
    not_possible_note="Utilisez un autre moyen : votre lecteur, ou un SMS.",
    blocked="Sécur'Pass est bloqué",
    blocked_note="Activez-le à nouveau, ou appelez votre agence. D'ici là, utilisez votre lecteur ou un SMS.",
    forged="Demande non reconnue",
    forged_note="Elle n'est pas signée par la banque : rien n'est affiché, rien n'est validé. Appelez votre agence.",
    offline="Pas de connexion",
    nothing_sent="Rien n'a été envoyé.",
    sent_unanswered="Envoyée, en attente de la banque. Elle ne sera faite qu'une fois.",
    too_many="Trop de demandes en peu de temps. Patientez quelques minutes.",
    trouble="Cela n'a pas fonctionné",
    trouble_note="Rien n'est perdu. Réessayez ; si cela continue, appelez votre agence.",
    cannot="Ce navigateur ne convient pas",
    cannot_note="Il faut une adresse sûre (https, ou localhost) et un navigateur récent qui sait signer (Ed25519).",
    settings="Réglages Sécur'Pass",
    enrolment=MappingProxyType(
        {
            "none": "Sécur'Pass n'est pas activé.",
            "initiated": "Initié par votre agence : à activer sous 24 h.",
            "subscribed": "Souscrit le {moment}.",
            "suspended": "Bloqué : activez-le à nouveau.",
            "closed": "Clôturé.",
            "lapsed": "Le délai de 24 h est passé.",
        }
    ),
    change_code="Changer mon code",
    old_code="Votre code actuel",
    code_changed="Votre code est changé",
    saved="C'est enregistré",
    devices="Mes appareils",
    device_states=MappingProxyType(
        {"active": "actif depuis le", "suspended": "bloqué depuis le", "replaced": "remplacé le", "closed": "fermé le"}
    ),
    trusted="Ce téléphone est un terminal de confiance.",
    notifications="Notifications",
    notifications_refused="Le navigateur ne les permet pas. Les opérations attendent ici de toute façon.",
    close="Fermer Sécur'Pass",
    close_title="Fermer Sécur'Pass ?",
    close_note="Ce téléphone ne validera plus rien. Vous confirmerez par SMS ou avec votre lecteur.",
    close_sure="Fermer",
    closed="Clôture confirmée",
    closed_note="Vous n'êtes plus inscrit à Sécur'Pass. Vous utilisez désormais le code par SMS.",
    kinds=MappingProxyType(
        {
            "sepa-transfer": "Faire un virement",
            "instant-transfer": "Virement instantané",
            "friend-transfer": "Virement entre amis",
            "transfer-abroad": "Virement hors de France",
            "add-beneficiary": "Ajouter un bénéficiaire",
            "show-pin": "Voir le code de ma carte",
            "show-card": "Voir ma carte",
            "withdraw-by-phone": "Retrait sans carte (SM@RT'retrait)",
            "enrol-wallet": "Ma carte dans le téléphone",
        }
    ),
    amount="Montant en euros",
    payee="Bénéficiaire",
    payee_iban="IBAN du bénéficiaire",
    when="Quand",
    whens=MappingProxyType({"now": "maintenant", "later": "à une date", "monthly": "tous les mois"}),
    day="Date, ou première date",
    last_day="Dernière date (facultatif)",
    account="Compte à débiter",
    account_kinds=MappingProxyType({"current": "Compte courant", "savings": "Livret"}),
    card="Carte nº {number}",
    services="Services de mes cartes",
    services_note="Retrait sans carte et portefeuilles qui sont activés. Y mettre fin vaut tout de suite.",
    no_services="Aucun service n'est activé.",
    end_service="Mettre fin à ce service",
    service_ended="C'est fini",
    service_ended_note="Un code qui n'a pas servi ne vaut plus, et le portefeuille n'a plus la carte. "
    "Vous pouvez l'activer de nouveau.",
    no_card="Vous n'avez pas de carte active.",
    faults=MappingProxyType(
        {
            "unfit": "Cette opération n'est pas possible d'ici.",
            "fields": "Vérifiez ce que vous avez saisi.",
            "amount": "Vérifiez le montant.",
            "iban": "Cet IBAN n'existe pas.",
            "country": "Cet IBAN est d'un autre pays que ce virement.",
            "zone": "La banque ne fait de virements que vers les pays de l'espace SEPA.",
            "name": "Vérifiez le nom.",
            "email": "Vérifiez l'adresse.",
            "address": "Vérifiez l'adresse.",
            "card": "Cette carte ne peut pas servir.",
            "account": "Vérifiez le compte.",
            "day": "Choisissez une date à partir de demain, dans l'année.",
            "rhythm": "Une date est écrite : choisissez quand, ou effacez-la.",
            "last-day": "La dernière date est avant la première.",
            "same-account": "Les deux comptes sont le même.",
            "funds": "Le compte n'y suffit pas.",
            "frozen": "Ce bénéficiaire est bloqué.",
            "there-already": "Ce bénéficiaire existe déjà.",
            "no-means": "Rien ne permet de confirmer cette opération.",
        }
    ),
    secrets=MappingProxyType(
        {
            "pin": "Code de la carte",
            "number": "Numéro",
            "expires": "Expire fin",
            "security_code": "Cryptogramme",
            "code": "Code de retrait",
        }
    ),
    seconds_left="{seconds} s",
    shown_note="Affiché {seconds} secondes, puis effacé. Ne le notez pas.",
    shown_gone="Effacé",
    hide="Masquer",
)
