"""A transfer of the site, confirmed by the key."""
