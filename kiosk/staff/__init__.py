"""The pages for staff: laid over the session, pure but for `kiosk.staff_desk`, which acts for them.

A page is a frozen dataclass in a module of its own with three functions: `begin(memory, at)` opens
it, `reduce(page, event)` says what follows, `view(page, frame)` what it shows. `pages.py` lists
them all, `entries.py` those of the menu.

Choices made with `offer` come back as `StaffTouched`; typing comes as the events of the keyboard.
An effect is a deed of `effects.py`, answered by `Told`, or a `Save` as of a session, answered by
`Saved`.
"""
