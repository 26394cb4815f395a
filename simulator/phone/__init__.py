"""A telephone with the app, for scripts: the app's keys, counter and requests, and the app's real verbs."""
