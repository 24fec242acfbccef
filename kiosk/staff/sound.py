"""Sound and brightness: by steps, each heard or seen at once. Pure."""

from dataclasses import dataclass, replace

from kiosk.session.events import BackTapped, StaffTouched
from kiosk.session.states import Memory
from kiosk.staff.effects import (
    Done,
    Failed,
    PlaySound,
    ReadSoundAndLight,
    SetSetting,
    SoundAndLight,
)
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import StaffFrame, offer
from kiosk.staff.states import Page, Turn
from kiosk.view.model import Choice, View

STEP = 10
LEAST_BRIGHTNESS = 10
ACCEPTED, VOLUME, BRIGHTNESS = "sound.accepted", "sound.volume", "screen.brightness"
FAILED = "That did not work. Try again; if it does not help, call support."


@dataclass(frozen=True, slots=True)
class SoundPage(Page):
    """How loud and how bright it is, once that was read. While `is_setting` no touch counts."""

    seen: SoundAndLight | None = None
    is_setting: bool = False
    has_failed: bool = False


def begin(_memory: Memory, _at: float) -> Turn:
    """See how it is."""
    return Turn(SoundPage(), (ReadSoundAndLight(),))


def reduce(page: SoundPage, event: PageEvent) -> Turn:
    """A touch is a step; a sound that changed is heard."""
    match event:
        case Told(ReadSoundAndLight(), SoundAndLight() as seen):
            return Turn(replace(page, seen=seen, is_setting=False))
        case Told(SetSetting(key, value), Done()) if key in (ACCEPTED, VOLUME, BRIGHTNESS):
            is_heard = key == VOLUME or (key == ACCEPTED and value is True)
            heard = (PlaySound(),) if is_heard else ()
            return Turn(replace(page, has_failed=False), (*heard, ReadSoundAndLight()))
        case Told(SetSetting() | ReadSoundAndLight(), Failed()):
            return Turn(replace(page, is_setting=False, has_failed=True))
        case StaffTouched(choice) if page.seen is not None and not page.is_setting:
            deed = _step(page.seen, choice)
            if deed is not None:
                return Turn(replace(page, is_setting=True), (deed,))
        case BackTapped():
            return Turn(None)
    return Turn(page)


def _step(seen: SoundAndLight, choice: str) -> SetSetting | None:
    match choice:
        case "sound":
            return SetSetting(ACCEPTED, not seen.accepted)
        case "quieter" | "louder" if seen.accepted:
            step = STEP if choice == "louder" else -STEP
            return SetSetting(VOLUME, min(max(seen.volume + step, 0), 100))
        case "darker" | "brighter" if seen.brightness is not None and seen.can_be_set:
            step = STEP if choice == "brighter" else -STEP
            return SetSetting(BRIGHTNESS, min(max(seen.brightness + step, LEAST_BRIGHTNESS), 100))
    return None


def view(page: SoundPage, frame: StaffFrame) -> View:
    """How it is, and the steps."""
    seen = page.seen
    if seen is None:
        said = FAILED if page.has_failed else "One moment"
        return frame.list("sound:reading", frame.say(said))
    rows: list[Choice] = []
    if seen.accepted:
        rows += [
            offer("quieter", f"– {frame.say('Quieter')}"),
            offer("louder", f"+ {frame.say('Louder')}"),
        ]
    if seen.brightness is not None and seen.can_be_set:
        rows += [
            offer("darker", f"– {frame.say('Darker')}"),
            offer("brighter", f"+ {frame.say('Brighter')}"),
        ]
    rows.append(offer("sound", frame.say(SOUND_OFF if seen.accepted else SOUND_ON)))
    volume = f"{seen.volume} %" if seen.accepted else frame.say("Off")
    title, hint = "Sound: %(volume)s", NO_LIGHT
    if seen.brightness is not None:
        title = "Sound: %(volume)s · brightness: %(brightness)d %%"
        hint = "" if seen.can_be_set else NOT_ALLOWED
    said = FAILED if page.has_failed else hint
    return frame.list(
        "sound",
        frame.say(title) % {"volume": volume, "brightness": seen.brightness},
        hint=frame.say(said) if said else "",
        answers=rows,
    )


SOUND_OFF, SOUND_ON = "Sound off", "Sound on"
NO_LIGHT = "This screen's brightness cannot be changed here."
NOT_ALLOWED = "Only IT can allow to change the brightness."
