"""Sécur'Pass at the desk in French."""

from types import MappingProxyType

from bank.web.branch.securpass.words.sentences import SecurPassDeskWords

SECURPASS_DESK_FRENCH = SecurPassDeskWords(
    language="fr",
    service="Sécur'Pass",
    subscription="Abonnement Internet",
    amend="Faire un avenant",
    amendment="Avenant à l'abonnement Internet",
    channel="Canal",
    channels=MappingProxyType(
        {"face-to-face": "Face à face", "telephone": "Téléphone", "internet": "Internet", "post": "Courrier"}
    ),
    choose_channel="Choisissez le canal",
    go_on="Continuer",
    composition="Composition de l'offre",
    tile="Sécur'Pass : confirmer ses opérations sur son téléphone",
    add="Ajouter à la composition",
    no_tile="Sécur'Pass n'est pas proposé ici :",
    summary="Récapitulatif de l'offre",
    summary_note="Service ajouté à l'abonnement :",
    validate="Valider la proposition",
    proposal="Proposition validée",
    check_document=("Contrôlez la présence de Sécur'Pass dans l'avenant, puis faites-le signer sur la tablette."),
    see_document="Voir l'avenant (PDF)",
    open_tablet="Ouvrir l'espace de signature",
    tablet="Signature sur la tablette de l'agence",
    read_first="Lisez l'avenant avant de signer.",
    sign_here="Signez sur la ligne, au doigt ou à la souris",
    sign_typed="Ou tapez votre nom",
    clear="Effacer",
    sign="Signer",
    bad_signature=("Cette signature ne peut pas être gardée. Effacez, et signez à nouveau : au doigt, ou au clavier."),
    signed=(
        "Le dossier est validé. L'ajout de Sécur'Pass est réalisé : le client a reçu un SMS "
        "et dispose de 24 h pour l'activer."
    ),
    back="Retour à la synthèse",
    not_now="Ce n'est pas possible dans l'état actuel du service.",
    missing_part=(
        "Les contrats ne peuvent pas être faits sur cette machine : il y manque une partie du "
        "programme. Prévenez l'informatique."
    ),
    conditions=MappingProxyType(
        {
            "individual": "le client n'est pas un particulier",
            "app": "le client n'a pas l'application",
            "subscription": "le client n'a pas d'abonnement Banque à distance",
            "secure-telephone": "aucun numéro de téléphone pour opérations sécurisées n'est renseigné",
            "card-or-email": "ni carte active, ni adresse e-mail connue depuis plus de 72 h",
            "face-to-face": "la souscription n'est possible qu'en face à face, afin de limiter les cas de fraude",
            "agency-post": "seul un conseiller en agence peut le proposer",
        }
    ),
    states=MappingProxyType(
        {
            "none": "non souscrit",
            "initiated": "initié, à activer avant le {until}",
            "subscribed": "souscrit le {since}",
            "latent": "souscrit le {since}, en délai de 72 h jusqu'au {usable}",
            "suspended": "suspendu",
            "closed": "fermé",
            "lapsed": "non souscrit",
        }
    ),
    transaction="0203 / Services / Autres services",
    device="Téléphone",
    lift="Lever le délai de 72 h",
    lift_note=(
        "Contrôle renforcé de l'identité, comme pour une adresse postale : notez ce que vous avez vu, ligne par ligne."
    ),
    items=MappingProxyType(
        {
            "identity-document": "Pièce d'identité originale, en cours de validité",
            "likeness": "Ressemblance avec la photographie",
            "signature": "Signature comparée au spécimen",
            "proof-of-address": "Justificatif de domicile de moins de 3 mois",
            "call-to-known-telephone": "Rappel sur le numéro connu de la banque",
        }
    ),
    unchecked="Il manque une ligne : le délai n'est pas levé.",
    lifted="Le délai est levé : le client peut utiliser Sécur'Pass dès maintenant.",
    nothing_to_lift="Aucun délai ne court.",
    not_your_post="Cette transaction n'est ouverte qu'aux conseillers en agence.",
    close="Fermer Sécur'Pass (téléphone perdu ou volé)",
    closed="Sécur'Pass est fermé ; le client confirme par SMS ou avec son lecteur.",
)
