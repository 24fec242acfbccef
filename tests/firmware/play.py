"""Plays what happens to a box, and notes what it does: on CPython and on MicroPython alike."""


def play(box, story):
    """What the box said, showed and kept, for each step of a story that asks for it.

    Steps: ["pins", from, until, mask] shows the pins a level, sampled every millisecond;
    ["hear", text] is what comes over the line; ["say", at] takes all that is due at a time;
    ["lit", at] and ["waiting"] look.
    """
    seen = []
    for step in story:
        verb, given = step[0], step[1:]
        if verb == "pins":
            for now in range(given[0], given[1]):
                box.levels(now % (1 << 30), given[2])
        elif verb == "hear":
            box.heard(bytes([ord(each) for each in given[0]]))
        elif verb == "say":
            said = box.due(given[0] % (1 << 30))
            while said:
                seen.append(said.decode())
                said = box.due(given[0] % (1 << 30))
        elif verb == "lit":
            seen.append(box.lit(given[0] % (1 << 30)))
        else:
            seen.append(box.waiting())
    return seen
