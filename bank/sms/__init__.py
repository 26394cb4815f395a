"""How a text message leaves the bank: from the outbox in its books, by a carrier. Without one the outbox is the end."""
