"""The access key's new programs: judged by TUF, kept as they arrive, started when the key comes back."""
