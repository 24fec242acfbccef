"""The public pages: what clients say of a county and its units, for everybody."""
