"""The demonstration's pages: a bank that is none, over the books of `bank.books`. They know no reader."""
