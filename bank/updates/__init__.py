"""The repository of the access key's programs: a folder of signed files, which a web server serves as they are."""
