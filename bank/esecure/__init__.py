"""The access keys of business customers: activation, certificates, the security number, and the helpdesk's acts."""
