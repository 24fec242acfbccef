"""A running kiosk takes new settings as far as they can be used, and says what it leaves out."""

import errno
import logging
from types import SimpleNamespace

import pytest
from builders import a_reading, a_state, an_outbox
from click.testing import CliRunner

from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, write_credentials
from device_config.errors import ConfigurationProblems
from device_config.location import Place
from device_config.road import state_fact
from kiosk import settings_watch, terminal
from kiosk.cli import main
from kiosk.session.events import ConfigChanged
from sync.health import health


class App:
    """Where the window would be: remembers what was posted."""

    def __init__(self):
        self.posted = []
        self.post = self.posted.append
        self.draw = self.arm = self.leave = lambda *_: None


@pytest.fixture
def kiosk(tmp_path):
    state = a_state(tmp_path)
    file = tmp_path / "terminal.toml"
    file.write_text("")
    store = ConfigStore(state, file)
    app = App()
    fingerprint = terminal.fingerprint_of(state, store)
    running = terminal.Terminal(state, store, store.effective(), fingerprint, app)
    facts = []
    running._storage.submit = lambda work: facts.append((work.name, work.body))
    return SimpleNamespace(running=running, app=app, file=file, facts=facts)


def test_what_is_left_out_while_running_is_logged_and_told_to_the_agent(kiosk, caplog):
    kiosk.file.write_text('[session]\nlanguages = ["se", "sv"]\n')

    kiosk.running._check_config()
    kiosk.running._check_config()

    (changed,) = [each for each in kiosk.app.posted if isinstance(each, ConfigChanged)]
    assert changed.config.languages == ("sv",)
    warnings = [e.getMessage() for e in caplog.records if e.levelno == logging.WARNING]
    assert len([each for each in warnings if "no statements in 'se'" in each]) == 1
    ((name, body),) = kiosk.facts
    assert name == "settings"
    assert "no statements in 'se'" in body[0]


def test_a_terminal_that_is_enrolled_while_it_runs_knows_who_it_is(kiosk):
    kiosk.running._check_config()
    assert kiosk.running._terminal_id is None

    write_credentials(kiosk.running._state, Credentials(terminal_id="t-1", token="x" * 20))
    kiosk.running._check_config()

    assert kiosk.running._terminal_id == "t-1"


def test_settings_that_are_right_again_are_told_to_the_agent_too(kiosk):
    kiosk.running._check_config()
    kiosk.file.write_text("[session]\nundo = 3\n")
    kiosk.running._check_config()
    kiosk.file.write_text("[session]\nundo_s = 3\n")
    kiosk.running._check_config()

    assert [name for name, _ in kiosk.facts] == ["settings"] * 3
    assert [bool(body) for _, body in kiosk.facts] == [False, True, False]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EIO, "Input/output error"),
        ConfigurationProblems("the settings", ("a race",)),
    ],
)
def test_trouble_with_the_disk_does_not_end_the_windows_thread(kiosk, caplog, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(settings_watch, "fingerprint_of", fail)
    for _ in range(3):
        kiosk.running._check_config()

    assert len([e for e in caplog.records if "settings not looked at" in e.getMessage()]) == 1


@pytest.mark.parametrize(("said", "reasons"), [(["gone"], ["settings"]), ([], []), (None, [])])
def test_the_heartbeat_says_settings_where_the_kiosk_left_something_out(tmp_path, said, reasons):
    outbox = an_outbox(tmp_path)
    if said is not None:
        state_fact(outbox.db, "kiosk", "settings", said)

    beat = health(a_state(tmp_path), outbox, None, Place(unit="1.2.3"), a_reading())

    assert [each for each in beat.reasons if each == "settings"] == reasons


def test_status_asks_for_a_person_when_a_language_is_gone(tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text('[session]\nlanguages = ["se", "sv"]\n')
    words = ["status", "--json", "--state", str(tmp_path / "state"), "--config", str(file)]

    result = CliRunner().invoke(main, words)

    assert result.exit_code == 0
    assert '"attention"' in result.stdout
    assert '"settings"' in result.stdout
    assert "no statements in 'se'" in result.stderr
