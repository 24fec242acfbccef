"""What the menu offers, in its order."""

from kiosk.staff import (
    corners,
    enrol,
    entry,
    languages,
    location,
    network,
    panel_test,
    restart,
    send,
    sound,
    status,
    support,
)
from kiosk.staff.states import Access, Entry

SETTING_UP: frozenset[Access] = frozenset({"all", "set-up"})
ALWAYS: frozenset[Access] = frozenset({"all", "set-up", "support"})
OTHERWISE: frozenset[Access] = frozenset({"set-up", "support"})

ENTRIES = (
    Entry("enrol", "Set up with a code", enrol.begin, OTHERWISE),
    Entry("status", "Does it work?", status.begin, ALWAYS),
    Entry("location", "Where it stands", location.begin),
    Entry("entry", "Enter a form for somebody", entry.begin),
    Entry("languages", "Languages", languages.begin),
    Entry("sound", "Sound and brightness", sound.begin),
    Entry("panel-test", "Try out the buttons", panel_test.begin),
    Entry("corners", "Try out the screen", corners.begin),
    Entry("network", "Network", network.begin, SETTING_UP),
    Entry("send", "Send now", send.begin),
    Entry("support", "Call support", support.begin, ALWAYS),
    Entry("restart", "Restart", restart.begin),
    Entry("re-enrol", "Set up anew with a code", enrol.begin),
)
