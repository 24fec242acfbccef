"""`palautepiste demo`: a terminal, its sync agent and a central service on this machine.

Every part is the real one, in its own process, on throw-away data.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

import click

from device_config import clock
from device_config.config_store import ConfigStore
from device_config.errors import KioskError, NotSetUp
from device_config.pin import hash_pin, random_pin
from device_config.state import StateDirectory, open_state
from kiosk.reach import Reach
from kiosk.visitors import Seen, visit, visitors
from sync.outbox import open_outbox
from sync.set_up import set_up
from sync.wire import Unit

if TYPE_CHECKING:
    from sync.central.store import Store

UNIT = Unit(
    unit="1.2.246.10.2085212.10.1314",
    county="20",
    name={"fi": "Esimerkin terveysasema", "sv": "Exempels hälsostation", "en": "Example clinic"},
    path={"fi": "Kainuu › Terveysasemat", "sv": "Kajanaland › Hälsostationer"},
)
LANGUAGES = ("fi", "sv", "en")
PATIENCE_S = 30.0
START_S = 60.0
HASTE_S = 8
"""The idle time-out for pretend clients: nobody waits, but a busy machine may be slow."""
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a request to end, and a terminal that was closed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo's throw-away data is."""

    central: Path
    terminal: Path
    config: Path

    @property
    def terminal_options(self) -> list[str]:
        """What each command about the terminal is given."""
        return ["--state", str(self.terminal), "--config", str(self.config)]


def run_demo(clients: int | None, seed: int, pictures: Path | None, live_s: float | None) -> None:
    """Run the demo; raises KioskError for what a person can mend.

    With `clients` it ends by itself, as it does after `live_s` seconds, if given. However it is
    asked to end, it ends its children and removes its data; raises KeyboardInterrupt when it was
    asked before it was done.
    """
    for each in ENDINGS:
        signal.signal(each, _interrupt)
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="palautepiste-demo-")))
        place = Place(folder / "central", folder / "terminal", folder / "terminal.toml")
        store = stack.enter_context(_store(place))
        url = stack.enter_context(_central(place))
        pin = _set_up_terminal(place, store, url, has_patience=clients is None)
        stack.enter_context(_running("sync", *place.terminal_options, "--spread", "0"))
        environment = {} if has_display else {"SDL_VIDEODRIVER": "offscreen"}
        click.echo(f"Live page:  {url}?misuse=in&simulated=in")
        if clients is None:
            click.echo(f"Staff PIN:  {pin}")
        if not has_display:
            click.echo("No display here: the terminal draws off screen.")
        reach = Reach(place.terminal_options, environment)
        stack.callback(reach.close)
        if clients is None:
            _stay(reach, has_display, pictures, live_s)
        else:
            _let_answer(reach, clients, seed, pictures)
            _tell_what_arrived(place, store, clients)


def _interrupt(*_: object) -> NoReturn:
    """Begin to end; a second signal must not cut the clearing up short."""
    for each in ENDINGS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def _store(place: Place) -> Iterator["Store"]:
    try:
        from sync.central.admin import database_url, open_store
    except ModuleNotFoundError as error:
        raise NotSetUp(
            f"the central service's libraries are missing ({error.name}); "
            "install them with: pip install 'palautepiste[central]'"
        ) from None
    store = open_store(database_url(open_state(place.central).path))
    try:
        store.add_units([UNIT])
        yield store
    finally:
        store.close()


@contextmanager
def _running(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """One of our commands as a process of its own, ended with the demo."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "kiosk", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is heard once, here
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _central(place: Place) -> Iterator[str]:
    """A central service on a free port; gives its address once it answers."""
    with _running("central", "--open", "--port", "0", "--state", str(place.central)) as process:
        assert process.stdout is not None  # noqa: S101 - it is piped
        readable, _, _ = select.select([process.stdout], [], [], START_S)
        line = process.stdout.readline() if readable else ""
        if "http" not in line:
            raise KioskError("the central service did not start; its own lines above say why")
        yield line.split()[-1]


def _set_up_terminal(place: Place, store: "Store", url: str, *, has_patience: bool) -> str:
    """Enrol a terminal as a unit's staff would: with a one-time code. Returns the staff PIN."""
    idle_s = 20 if has_patience else HASTE_S
    settings = f'[central]\nurl = "{url.rstrip("/")}"\n[session]\nidle_timeout_s = {idle_s}\n'
    place.config.write_text(settings, "utf-8")
    state = open_state(place.terminal)
    pin = random_pin()
    code = store.new_code(UNIT.unit, "Aula 1", staff_pin_hash=hash_pin(pin))
    set_up(state, ConfigStore(state, place.config), code, {}, clock.read())
    return pin


# Somebody, or nobody, in front


def _stay(reach: Reach, has_display: bool, pictures: Path | None, live_s: float | None) -> None:
    """Go on until the window is closed, Ctrl-C, or the time is over."""
    seen = reach.ready()
    click.echo(f"Terminal:   {seen['size'][0]}×{seen['size'][1]}, {seen['title']}")
    if pictures is not None:
        click.echo(f"Picture:    {_picture(reach, pictures, 'start')}")
    if has_display:
        click.echo("Tap a face, or press 1 to 5. Close the window or press Ctrl-C to end.")
    else:
        click.echo("Type 1 to 5 and Enter to answer, or run: palautepiste demo --clients 20")
        click.echo("Ctrl-C ends the demo.")
    give_up_at = time.monotonic() + live_s if live_s is not None else float("inf")
    try:
        while reach.process.poll() is None and time.monotonic() < give_up_at:
            _take_typed_keys(reach)
    except KeyboardInterrupt:
        click.echo("")


def _take_typed_keys(reach: Reach) -> None:
    """Forward 1…5 typed into this terminal; waits a moment where nothing can be typed."""
    if not sys.stdin.isatty():
        time.sleep(0.2)
        return
    readable, _, _ = select.select([sys.stdin], [], [], 0.2)
    if readable:
        for key in sys.stdin.readline().strip():
            if key in "12345":
                reach.key(key)


# Pretend clients


class WindowScreen:
    """The real window as a pretend client sees it."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def look(self) -> Seen:
        """What is on the screen, once a touch counts."""
        seen = self._reach.ready()
        is_start = seen["key"].startswith("start:")
        return Seen(seen["screen"], seen["language"], tuple(seen["choices"]), is_start)

    def touch(self, choice: str) -> None:
        """Touch a choice, and wait for what comes of it."""
        before = self._reach.ready()["seen"]
        self._reach.touch(choice)
        self._wait_past(before, choice)

    def press(self, button: int) -> None:
        """Press a key of the keypad, and wait for what comes of it."""
        before = self._reach.ready()["seen"]
        self._reach.key(str(button))
        self._wait_past(before, f"button {button}")

    def leave(self) -> None:
        """Touch the thanks away, or wait until the screen has given up on us."""
        seen = self._reach.ready()
        if seen["screen"] == "thanks":
            width, height = seen["size"]
            self._reach.touch_at(width / 2, height / 2)
        self._reach.wait(lambda seen: seen["key"] == f"start:{LANGUAGES[0]}", "the start screen")

    def _wait_past(self, before: list[object], why: str) -> None:
        self._reach.wait(lambda seen: seen["seen"] != before, f"what comes of {why}")


def _let_answer(reach: Reach, clients: int, seed: int, pictures: Path | None) -> None:
    screen = WindowScreen(reach)
    screen.look()
    if pictures is not None:
        click.echo(f"Picture:    {_picture(reach, pictures, 'start')}")
    begun = time.monotonic()
    for number, visitor in enumerate(visitors(clients, seed, LANGUAGES), start=1):
        visit(visitor, screen)
        _tell_progress(number, clients)
    click.echo(f"{clients} clients answered in {time.monotonic() - begun:.0f} s.")


def _tell_progress(number: int, clients: int) -> None:
    if sys.stdout.isatty():
        click.echo(f"\rclient {number} of {clients}", nl=number == clients)
    elif number % max(clients // 10, 1) == 0:
        click.echo(f"client {number} of {clients}")


def _tell_what_arrived(place: Place, store: "Store", clients: int) -> None:
    """Compare what the terminal closed with what the centre has; raises KioskError on a gap."""
    from sync.central.admin import numbers_of

    _wait_for_arrival(store, clients)
    # Read after they have left: sending is what fills in the terminal's id.
    given = _closed_documents(open_state(place.terminal))
    arrived = _arrived_documents(store)
    missing = [each for each in given if arrived.get(each) != given[each]]
    numbers = numbers_of(store, UNIT.unit)
    faces = enumerate(numbers.together.faces, start=1)
    low_to_high = "  ".join(f"{face}: {n}" for face, n in faces)
    nps = numbers.recommendation.nps
    score = "–" if nps.value is None else f"{nps.value:+.0f}"
    click.echo(f"The centre has {len(arrived)} responses of {len(given)} given:")
    click.echo(f"  {UNIT.name['fi']}: {numbers.responses} responses")
    click.echo(f"  faces, worst to best   {low_to_high}")
    click.echo(f"  NPS                    {score}  ({nps.n} answered)")
    if missing or len(arrived) != len(given) or len(given) != clients:
        raise KioskError(
            f"{clients} answered, {len(given)} on the terminal, {len(missing)} missing or "
            "different at the centre"
        )
    click.echo("Each arrived once, exactly as it was given.")


def _closed_documents(state: StateDirectory) -> dict[str, object]:
    outbox = open_outbox(state)
    documents = [json.loads(body) for held, body in outbox.documents() if held != "open"]
    outbox.close()
    return {document["id"]: document for document in documents}


def _wait_for_arrival(store: "Store", count: int) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while store.count_responses() < count and time.monotonic() < give_up_at:
        time.sleep(0.1)


def _arrived_documents(store: "Store") -> dict[str, object]:
    from sync.central.exports.as_ndjson import documents

    arrived: dict[str, object] = {}
    for document in documents(store):
        del document["received_at"]
        arrived[document["id"]] = document
    return arrived


def _picture(reach: Reach, folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return reach.picture(folder / f"{name}.png")
