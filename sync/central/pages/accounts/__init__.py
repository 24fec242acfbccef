"""The pages of whoever has an account, and of whoever looks after the accounts."""
