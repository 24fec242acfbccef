"""Whether there is something to draw on, to draw with, and to touch."""

import ctypes
from collections.abc import Callable, Iterator

from device_config.checks.account import READ, WRITE, Account, may_use
from device_config.checks.finding import Finding, fail, ok, skip, warn
from kiosk.backlight import MEND as BACKLIGHT_MEND
from kiosk.checks.devices import rights
from kiosk.checks.machine import Machine
from kiosk.kivy_setup import video_driver

LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libgbm.so.1": "libgbm1",
    "libdrm.so.2": "libdrm2",
}
"""What SDL draws with on a screen of its own, and Debian's packages of it."""
OFF_SCREEN = ("offscreen", "dummy")
PLUG = "plug the screen in and switch it on; then see: cat /sys/class/drm/card*/status"
OVERLAY = "on a Pi: dtoverlay=vc4-kms-v3d in /boot/firmware/config.txt, then start it anew"


def can_load(library: str) -> bool:
    """Whether this library is on the machine."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def screen_findings(
    machine: Machine, account: Account, has_library: Callable[[str], bool] = can_load
) -> Iterator[Finding]:
    """By the driver that the kiosk would draw with, were it started from here."""
    environment = machine.environment
    driver = environment.get("SDL_VIDEODRIVER") or video_driver(environment)
    if driver.lower() in OFF_SCREEN:
        yield skip("screen", f"drawn off screen: SDL_VIDEODRIVER={driver}")
        return
    if driver != "kmsdrm":
        display = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY") or driver
        yield skip("screen", f"a window on a desktop: {display}")
        return
    cards = machine.all("dev/dri", "card*")
    if not cards:
        yield fail("screen", "this machine shows no graphics card (/dev/dri)", OVERLAY)
    else:
        yield _connected(machine)
        used = (*cards, *machine.all("dev/dri", "renderD*"))
        yield rights("graphics", used, account, "the account may draw")
    missing = [name for name in LIBRARIES if not has_library(name)]
    if missing:
        packages = " ".join(LIBRARIES[name] for name in missing)
        yield fail("libraries", f"not here: {', '.join(missing)}", f"sudo apt install {packages}")
    else:
        yield ok("libraries", "all that drawing needs")
    yield _touch(machine, account)


def _connected(machine: Machine) -> Finding:
    found = [_status(path) for path in machine.all("sys/class/drm", "card*-*/status")]
    if not found:
        return skip("screen", "the kernel does not tell what is connected")
    if "connected" not in found:
        return fail("screen", "none is connected", PLUG)
    return ok("screen", "connected")


def _status(path: object) -> str:
    try:
        with open(str(path), encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel's
            return file.read().strip()
    except (OSError, ValueError):
        return ""


def _touch(machine: Machine, account: Account) -> Finding:
    devices = machine.all("dev/input", "event*")
    if not devices:
        return warn("touch", "no touch panel, mouse or keyboard", "see the touch panel's USB cable")
    return rights("touch", devices, account, f"{len(devices)} input devices", READ)


def brightness_findings(machine: Machine, account: Account, wanted: int) -> Iterator[Finding]:
    """Whether the light can be made as bright as the settings want it; `wanted` is in per cent."""
    if not wanted:
        yield skip("brightness", "screen.brightness is not set")
        return
    lights = machine.all("sys/class/backlight", "*/brightness")
    if not lights:
        mend = "palautepiste config set screen.brightness 0"
        yield warn("brightness", "this screen's light cannot be set", mend)
    elif not may_use(lights[0].stat(), account, WRITE):
        yield warn("brightness", f"{account.name} may not write {lights[0]}", BACKLIGHT_MEND)
    else:
        yield ok("brightness", f"{wanted} %")


def sound_findings(machine: Machine, account: Account, *, is_wanted: bool) -> Iterator[Finding]:
    """Whether an answer that was taken could be heard, if it should be."""
    if not is_wanted:
        yield skip("sound", "sound.accepted is off")
        return
    devices = machine.all("dev/snd", "pcmC*p")
    if not devices:
        mend = (
            "connect a loudspeaker; on a Pi: dtparam=audio=on; or config set sound.accepted false"
        )
        yield fail("sound", "this machine has no loudspeaker", mend)
    else:
        yield rights("sound", devices, account, f"{len(devices)} ways to be heard")
