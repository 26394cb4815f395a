"""What opens a customer's accounts and who may read them: as he sees it, and ends it."""
