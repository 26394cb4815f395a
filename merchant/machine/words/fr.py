"""French."""

from typing import Final

from merchant.machine.books import CashOutcome, MachineCondition
from merchant.machine.words.sentences import MachineWords

KEPT: Final = "Rien n'a été débité."

FRENCH: Final = MachineWords(
    language="fr",
    name="Français",
    demonstration="Distributeur d'une démonstration, sans argent réel.",
    skip="Aller à l'écran du distributeur",
    title="Retrait sans carte",
    intro="Le code vient de Coop@net : vos cartes, « Retirer de l'argent sans carte ».",
    code="Code de retrait",
    hint="8 chiffres, avec ou sans espace.",
    go="Retirer",
    slip="Un code de retrait a 8 chiffres.",
    amount="{whole} €",
    notes="Vos billets",
    note="{count} × {worth}",
    again="Faire un autre retrait",
    outcomes={
        CashOutcome.GIVEN: ("Prenez vos billets", "Le distributeur vous a donné {amount}."),
        CashOutcome.FAILED: (
            "Le distributeur ne peut pas donner l'argent",
            f"{KEPT} Votre code reste bon ailleurs.",
        ),
        CashOutcome.AWAY: ("La banque ne répond pas", "Aucun billet n'est sorti : ce qui aurait été débité est rendu."),
        CashOutcome.ASKED: ("La banque est interrogée", "Rechargez cette page dans un instant."),
        CashOutcome.OUT_OF_ORDER: ("Hors service", f"{KEPT} Votre code reste bon à un autre distributeur."),
        CashOutcome.WRONG: ("Ce code n'est pas bon", "Comparez-le chiffre par chiffre, et tapez-le à nouveau."),
        CashOutcome.EXPIRED: ("Ce code n'est plus valable", f"{KEPT} Demandez-en un autre dans Coop@net."),
        CashOutcome.USED: ("Ce code a déjà servi", "Un code donne de l'argent une seule fois."),
        CashOutcome.FUNDS: ("Il n'y a pas assez sur le compte", f"{KEPT} Demandez un code pour moins."),
        CashOutcome.LIMIT: ("Le plafond de la carte serait dépassé", f"{KEPT} Demandez un code pour moins."),
        CashOutcome.REFUSED: ("Cette carte ne donne plus d'argent", f"{KEPT} Voyez votre agence."),
        CashOutcome.CLOSED: ("Trop de codes faux", "Ce distributeur attend dix minutes avant d'en prendre un autre."),
    },
    keeper="Pour qui montre la démonstration",
    keeper_text="Mettez le distributeur en panne pour voir ce que devient l'argent.",
    conditions={
        MachineCondition.WORKS: "En service, plein de billets",
        MachineCondition.OUT_OF_ORDER: "Hors service",
        MachineCondition.JAMMED: "Les billets se coincent",
    },
    change="Changer",
    missing_title="Page introuvable",
    missing="Cette page n'existe pas.",
    broken_title="Le distributeur est arrêté un moment",
    broken="Aucun billet n'est sorti. Réessayez plus tard.",
)
