"""Amounts as the pages write them."""


def format_money(cents: int, language: str) -> str:
    """An amount as the language writes it."""
    whole, part = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    if language == "en":
        return f"{sign}€{whole:,}.{part:02d}"
    return f"{sign}{whole:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") + f",{part:02d}\N{NO-BREAK SPACE}€"
