"""What came of an enrolment, in words for staff: what is so, and what to do. Pure; a table.

The codes are those of the order `enrol` (`sync/enrolment_reply.py`, which has them in words for
commands). A code that is not here is said as `other`.
"""

WORDS = {
    "unknown-code": (
        "The centre does not know this code.",
        "Check it letter by letter.",
    ),
    "used": ("This code was used already.", "Ask support for a new code."),
    "expired": ("This code is too old.", "Ask support for a new code."),
    "too-many-tries": (
        "There were too many tries.",
        "Wait %(minutes)d minutes, then try again.",
    ),
    "no-network": (
        "The centre cannot be reached.",
        "Check the network cable or the Wi-Fi, then try again.",
    ),
    "no-answer": (
        "The network works, but the centre does not answer.",
        "Try again later; if it does not help, call support.",
    ),
    "name-not-found": (
        "The name in the centre's address is not known.",
        "Check the address, or ask support for it.",
    ),
    "certificate": (
        "What answers cannot prove that it is the centre.",
        "Check the address, or ask support for it.",
    ),
    "not-a-code": ("This is no code.", "Enter the code as it was given to you."),
    "storage": ("The terminal cannot keep anything new.", "Call support."),
    "no-address": (
        "This terminal does not know where the centre is.",
        "Enter the centre's address, or ask support for it.",
    ),
    "wrong-clock": (
        "The terminal's clock is wrong, so the centre cannot be trusted.",
        "Leave it on with the network for ten minutes, then try again.",
    ),
    "wrong-address": (
        "Nothing answers at the centre's address.",
        "Check the address, or ask support for it.",
    ),
    "not-a-centre": (
        "Something else answers at the centre's address.",
        "Check the address. On a guest network, ask support.",
    ),
    "busy": ("The centre has too much to do.", "Try again in a few minutes."),
    "stale": ("It took too long.", "Try again."),
    "other": ("It did not work.", "Try again; if it does not help, call support."),
}
