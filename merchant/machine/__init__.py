"""A cash machine's twin: it gives notes for a code that the bank gave, and speaks to the bank by HTTP alone."""
