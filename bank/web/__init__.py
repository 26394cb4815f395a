"""The Coop@net demonstration: pages of a bank that is none, over the books of `bank.books.store`. It knows no reader."""
