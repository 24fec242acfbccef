"""What the centre keeps of codes and tokens: a hash, by which it finds them again."""

import hashlib


def sha256(secret: str) -> str:
    """What is stored of a secret.

    Found by an index on this: how long that takes may tell something of the hash, and nothing of
    the secret, since whoever guesses cannot choose a hash's first digits.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
