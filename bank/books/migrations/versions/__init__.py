"""One module a step, frozen once it is released: it names its tables itself, whatever `bank.books.schema` becomes."""
