"""The repository of the access key's programs, served as it is."""
