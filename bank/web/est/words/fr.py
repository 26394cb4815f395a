"""The certificate issuing service in French."""

from bank.esecure.enrolling import EnrolFault
from bank.web.est.words.sentences import EstWords

WORDS = EstWords(
    realm="Saisissez votre identifiant et votre code d'activation",
    faults={
        EnrolFault.CODE: "Saisissez votre identifiant et votre code d'activation. S'ils sont comme dans le courrier, "
        "le code est trop ancien ou a servi : contactez l'assistance.",
        EnrolFault.REQUEST: "Le service d'émission des certificats ne peut pas lire ce que la clé a envoyé. Contactez "
        "l'assistance.",
        EnrolFault.SERIAL: "Le service d'émission des certificats ne reconnaît pas le numéro de série de votre clé. "
        "Contactez l'assistance.",
        EnrolFault.NOT_ATTESTED: "Rien ne montre au service d'émission des certificats que cette clé a été créée dans "
        "votre clé e-secure. Contactez l'assistance.",
        EnrolFault.USED: "Votre clé e-secure a déjà un certificat. S'il vous en faut un autre, contactez l'assistance.",
        EnrolFault.EARLY: "Votre certificat peut être renouvelé à partir du {day}.",
        EnrolFault.SAME_KEY: "Un certificat renouvelé demande une nouvelle clé. Contactez l'assistance.",
        EnrolFault.NOT_VALID: "Votre certificat n'est pas valable ici. Contactez l'assistance.",
    },
    too_many="Trop d'essais. Attendez dix minutes.",
    no_tls="Le service d'émission des certificats n'est accessible que par https.",
    broken="Le service d'émission des certificats est indisponible pour le moment. Réessayez plus tard.",
)
