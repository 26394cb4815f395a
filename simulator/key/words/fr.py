"""Around the access key, in French."""

from types import MappingProxyType
from typing import Final

from simulator.key.words.sentences import KeyPageWords

FRENCH: Final = KeyPageWords(
    title="La clé d'accès et Sogecash Net",
    intro="Une clé e-secure avec son écran et son clavier, et un PC où on la branche.",
    skip="Aller à la clé",
    key="La clé d'accès",
    glass="L'écran de la clé",
    keypad="Le clavier de la clé",
    dock="Station d'accueil",
    plug="Brancher la clé",
    unplug="Retirer la clé",
    keyboard="Mon clavier pilote la clé",
    post_title="Reçu par la poste",
    post_hint="Pour la démonstration : les vrais courriers arrivent séparément.",
    user="Code utilisateur",
    pin="Code de la clé",
    puk="PUK de la clé, si son code est bloqué",
    code="Code d'activation",
    number="Code secret",
    post_anew="Les recevoir à nouveau",
    updates_title="Mises à jour",
    runs="La clé exécute la version {number} de son programme.",
    offered="La banque propose la version {number} : branchez la clé, et son programme le dira.",
    nothing_newer="La banque ne propose rien de plus récent.",
    publish="Publier une version plus récente",
    steps_title="Pour commencer",
    steps=(
        "Branchez la clé. Le PC lance le programme de la clé.",
        "Dans sa fenêtre, saisissez le code utilisateur et le code d'activation du courrier.",
        "La clé demande son code : tapez 123456 sur son clavier, puis OK. Chaque signature demande OK sur la clé.",
        "Le navigateur s'ouvre : tapez le code utilisateur, puis Accès avec certificat, et OK sur la clé.",
        "Tapez le code secret du courrier sur le clavier virtuel, et choisissez le vôtre.",
        "Un virement : + Paiements, Virements, puis Confirmer avec ma clé e-secure. Lisez-le sur l'écran de la clé ; 9 "
        "tourne les pages, OK à la dernière le signe.",
        "Une mise à jour : publiez une version plus récente, et branchez la clé à nouveau.",
        "Pour finir : Se déconnecter, puis Retirez la clé e-secure.",
    ),
    computer="Le PC",
    drive="Lecteur",
    drive_empty="Pas de disque : la clé n'est pas branchée, ou elle a été éjectée.",
    start="Lancer le programme de la clé",
    manner="Quand une clé est branchée, le PC",
    manners=MappingProxyType(
        {"automatic": "lance son programme", "asks": "pose la question", "manual": "ne fait rien : à lancer à la main"}
    ),
    asks="Que faire de ce disque ?",
    asks_yes="Exécuter e-secure",
    asks_no="Rien",
    launcher="Le programme de la clé",
    launcher_closed="Le programme de la clé ne tourne pas.",
    send="Envoyer",
    tray="À côté de l'horloge",
    browser="Le navigateur du PC",
    browser_closed="Le navigateur est fermé.",
    close="Fermer le navigateur",
    true_title="Ce qui est vrai ici",
    true_text="Votre navigateur n'a pas de clé d'accès : c'est donc le PC de cette page qui est le client. Son "
    "navigateur joint le vrai site par TLS 1.3 avec le certificat de la clé, et montre ses pages telles quelles dans "
    "le cadre, sans script. Chaque signature est demandée à la clé : rien n'avance sans OK sur son clavier.",
    glass_note="",
    try_again="Réessayer",
    said=MappingProxyType(
        {
            "dark": "L'écran de la clé est éteint.",
            "plugged": "La clé est dans la station d'accueil.",
            "pulled": "La clé a été retirée. Elle est éteinte, et rien n'est perdu.",
            "lost": "La clé ne répond plus. Relancez ./run.",
            "refused": "Ce n'est pas possible à présent.",
            "next": "Prêt pour le client suivant.",
            "copied": "Détails copiés.",
        }
    ),
    browser_faults=MappingProxyType(
        {
            "closed": ("Le navigateur est fermé", "Le programme de la clé l'ouvre."),
            "MissingTlsError": (
                "Cet ordinateur ne sait pas parler TLS avec la clé",
                "tlslite-ng n'est pas installé : installez ce projet avec son extra [web].",
            ),
            "KeyAbsentError": (
                "La clé n'est pas dans l'ordinateur",
                "Le site ne s'ouvre qu'avec la clé. Branchez-la, puis réessayez.",
            ),
            "SigningRefusedError": (
                "Personne n'a appuyé sur OK sur la clé",
                "La clé signe quand vous appuyez sur OK. Réessayez, et appuyez sur OK quand son écran le demande.",
            ),
            "PinMissingError": (
                "Le code de la clé n'a pas été saisi",
                "La clé le demande sur son propre écran. Réessayez, et tapez-le sur la clé.",
            ),
            "UntrustedServerError": (
                "Ce n'est pas le site voulu",
                "Son certificat n'est pas de l'autorité que la clé apporte, ou est illisible (un navigateur dit "
                "SEC_ERROR_UNKNOWN_ISSUER, ou -8183 SEC_ERROR_BAD_DER).",
            ),
            "SiteUnreachedError": (
                "La connexion a été perdue",
                "Le site ne répond pas, ou il a mis fin à la connexion. Réessayez.",
            ),
        }
    ),
)
