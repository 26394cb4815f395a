"""The pages in French, after the user guide."""

from bank.web.coopanet.words.sentences import CoopanetWords, Step, Steps

_CODE = (
    Step("Appuyez sur la touche Code du lecteur.", "key-code.svg"),
    Step("Validez par la touche OK.", "key-ok.svg"),
)

FRENCH = CoopanetWords(
    language="fr",
    name="Français",
    skip="Aller au contenu",
    demonstration="Démonstration : ce n'est pas le site d'une banque. N'y saisissez jamais un vrai code.",
    tagline="La banque en ligne, pour apprendre le lecteur Sésame",
    home="Accueil",
    home_title="Bienvenue sur Coop@net",
    home_text="Consultez vos comptes avec votre lecteur Sésame : un code à usage unique remplace votre ancien code "
    "confidentiel.",
    subscribers="Accès abonnés",
    first_try="Faites un premier essai",
    safe_title="Pourquoi un code Sésame ?",
    safe=(
        "Il n'est utilisable qu'une seule fois pour se connecter.",
        "Il disparaît du lecteur après 35 secondes.",
        "Il faut votre carte et son code secret pour le générer : le lecteur seul ne sait rien.",
    ),
    access_title="Accès à vos comptes",
    access_text="Cliquez sur le lecteur Sésame.",
    choose_sesame="Se connecter avec le lecteur Sésame",
    sesame_text="Avec votre carte bancaire ou votre carte Sésame",
    choose_phone="Se connecter avec Sécur'Pass",
    phone_text="Votre téléphone approuve : rien à recopier",
    phone_form="Entrez votre code utilisateur, puis confirmez sur votre téléphone, dans l'application.",
    phone_submit="Demander sur mon téléphone",
    phone_slip="Un code utilisateur a 8 lettres et chiffres.",
    phone_wait="Confirmez sur votre téléphone",
    phone_open="Ouvrez l'application sur votre téléphone, choisissez « Accès à Coop@net », tapez ce nombre et "
    "approuvez.",
    phone_number="Le nombre à taper :",
    phone_until="La demande vaut jusqu'à {time}.",
    phone_follows="Dès que vous aurez approuvé, cette page ouvrira vos comptes.",
    phone_continue="J'ai approuvé, continuer",
    phone_nothing="Rien sur votre téléphone ? Sécur'Pass n'y est peut-être pas actif, ou plusieurs demandes sont "
    "restées sans suite : utilisez le lecteur Sésame.",
    phone_approved="C'est approuvé",
    phone_opening="Vos comptes s'ouvrent.",
    phone_over="La demande n'a pas abouti",
    phone_over_text="Elle a été refusée, ou n'a pas été approuvée à temps. Si ce n'est pas vous qui avez refusé, "
    "vous pouvez recommencer.",
    phone_again="Recommencer",
    old_code="Votre ancien code confidentiel ne vous est plus utile.",
    user_code="Code utilisateur",
    user_hint="8 caractères, attribués par la banque. Il ne change pas.",
    sesame_code="Code Sésame",
    sesame_hint="8 chiffres, sous la forme 0000 0000 ou 00000000.",
    submit="Valider",
    slip="Un code Sésame a 8 chiffres. Recopiez les 8 chiffres affichés par le lecteur.",
    refused_title="Nous n'avons pas pu vous identifier",
    refused="Vérifiez votre code utilisateur, puis générez un nouveau code Sésame : chaque code ne sert qu'une fois. "
    "Si le refus persiste, contactez votre conseiller.",
    last_refusal="Attention : encore un refus, et l'accès avec ce code utilisateur sera fermé. Votre conseiller pourra "
    "le rouvrir.",
    try_again="Vous pouvez réessayer ci-dessous.",
    first_why="Des fraudeurs essaient de se faire passer pour vous. Le lecteur Sésame vous en protège : pour ouvrir "
    "vos comptes il faut votre carte, son code secret, et un code à usage unique que le lecteur génère avec eux.",
    first_text="Générez un code Sésame avec votre lecteur Sésame.",
    guide=(
        Steps(
            "Vous avez une carte bancaire",
            "Munissez-vous de votre lecteur Sésame et de votre carte bancaire.",
            (
                Step("Insérez votre carte bancaire dans le lecteur Sésame."),
                _CODE[0],
                Step(
                    "Saisissez le code secret de votre carte bancaire : les 4 chiffres que vous utilisez chez un "
                    "commerçant ou à un distributeur de billets."
                ),
                _CODE[1],
            ),
        ),
        Steps(
            "Vous avez une carte Sésame",
            "Munissez-vous de votre lecteur Sésame et de votre carte Sésame.",
            (
                Step("Insérez votre carte Sésame dans le lecteur Sésame."),
                _CODE[0],
                Step(
                    "Saisissez le code secret de votre carte Sésame : les 4 chiffres qui vous ont été envoyés par "
                    "courrier séparé."
                ),
                _CODE[1],
            ),
        ),
    ),
    shown_title="Le code s'affiche",
    shown="Un code Sésame de 8 chiffres s'affiche. Vous avez 35 secondes pour l'entrer sur Coop@net ; après, le "
    "lecteur s'éteint et le code disparaît. Pas d'inquiétude : vous pouvez en générer un nouveau de la même façon.",
    advice_title="Conseil pratique",
    advice="Le lecteur affiche le code sous la forme 0000 0000 pour qu'il se retienne mieux. Vous pouvez le saisir "
    "sous cette forme ou sous la forme 00000000.",
    once="Chaque code ne peut être utilisé qu'une seule fois. À chaque connexion, générez-en un nouveau.",
    now_ready="Maintenant vous savez générer un code Sésame",
    signing_in_title="Connectez-vous à Coop@net",
    signing_in=(
        Step("Sur la page d'accueil de Coop@net, cliquez sur « Accès abonnés »."),
        Step("Sur la page « Accès à vos comptes », cliquez sur le lecteur Sésame.", "reader.svg"),
        Step(
            "Entrez votre code utilisateur : les 8 caractères que la banque vous a attribués et que vous utilisez "
            "déjà. Il ne change pas."
        ),
        Step("Entrez votre code Sésame : les 8 chiffres affichés par le lecteur. Validez."),
    ),
    there="Vos comptes s'affichent. Désormais votre code Sésame suffit : votre ancien code confidentiel ne vous est "
    "plus utile.",
    accounts_title="Vos comptes",
    hello="Bonjour {name}",
    balance="Solde",
    movements="Dernières opérations",
    no_movements="Aucune opération récente.",
    date="Date",
    label="Opération",
    amount="Montant",
    signed_in="Vous avez réussi à vous connecter à votre espace Coop@net.",
    sign_off="Se déconnecter",
    goodbye_title="Vous êtes déconnecté",
    goodbye="À bientôt. Pour vous connecter à nouveau, générez un nouveau code Sésame.",
    help_title="Un doute, une question ?",
    help="Dans cette démonstration, demandez à la personne qui vous la montre. Une vraie banque vous donnerait ici un "
    "numéro de téléphone.",
    call="Appelez {name} au {telephone}.",
    missing_title="Cette page n'existe pas",
    missing="L'adresse est peut-être mal écrite.",
    broken_title="Le service est interrompu",
    broken="Les comptes ne sont pas accessibles pour le moment. Réessayez dans quelques minutes.",
    stale_title="Cette page a expiré",
    stale="Rechargez la page et recommencez : le formulaire n'était plus valable.",
    connect_title="Ouvrir sur un téléphone",
    connect_text="Le téléphone doit être sur le même réseau que cet ordinateur. Visez ce carré avec son appareil "
    "photo, ou tapez l'adresse.",
    connect_picture="Code QR de l'adresse {url}",
    connect_root_title="Le certificat de la démonstration",
    connect_root="Le téléphone ne connaît pas encore ce serveur, et le dit. Pour qu'il le reconnaisse, installez le "
    "certificat racine de cette démonstration, après avoir comparé son empreinte. Il ne vaut que pour les adresses "
    "privées ; retirez-le après la démonstration.",
    connect_root_get="Télécharger le certificat",
    connect_fingerprint="Empreinte SHA-256 :",
)
