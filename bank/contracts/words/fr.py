"""Contracts in French."""

from bank.contracts.words.sentences import ContractWords

CONTRACT_FRENCH = ContractWords(
    language="fr",
    demonstration="Coop@net, démonstration : ce document n'engage personne.",
    title="Avenant à l'abonnement Internet",
    customer="Client",
    telephone="Téléphone pour opérations sécurisées",
    adviser="Conseiller",
    channel="Canal",
    services="Service ajouté",
    made="Fait le",
    articles=(
        (
            "Objet",
            "Le service Sécur'Pass est ajouté à l'abonnement. Il permet de confirmer sur un téléphone l'accès aux "
            "comptes, les opérations sensibles et les paiements par carte sur internet.",
        ),
        (
            "Activation",
            "Le client active le service sur son téléphone dans les 24 heures qui suivent la signature. Passé ce "
            "délai, l'ajout est sans effet ; il peut être demandé à nouveau à l'agence, en présence du client.",
        ),
        (
            "Code Sécur'Pass",
            "Le client choisit un code de 4 chiffres et le garde secret. La banque ne le connaît pas et ne le demande "
            "jamais. Après trois essais faux le service est bloqué.",
        ),
        (
            "Perte, vol, fraude",
            "Le client prévient la banque sans tarder, par l'application, par son espace client ou par son agence. Le "
            "téléphone en cause ne valide plus rien dès ce moment.",
        ),
        (
            "Fin",
            "Le client peut fermer le service à tout moment. Il confirme alors ses opérations par SMS ou avec "
            "son lecteur.",
        ),
    ),
    signed="Signature du client, {name}",
    drawn="Signé à la main sur la tablette de l'agence ; scellé par la banque.",
    typed="Signé au clavier sur la tablette de l'agence ; scellé par la banque.",
)
