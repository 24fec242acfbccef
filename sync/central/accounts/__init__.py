"""Who may do what: accounts, their passwords, and coming in by OpenID Connect."""
