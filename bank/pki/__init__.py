"""The authority for the access keys of business customers: root, issuing, client certificates; and the keys' maker."""
