"""Runs the terminal's commands in this process, as a person would type them. No tests."""

from builders import (
    TERMINAL,
    TOKEN,
    a_state,
    an_outbox,
)
from click.testing import CliRunner

from device_config.credentials import Credentials, write_credentials
from kiosk.cli import main

WITHOUT_STATE = [("config", "check"), ("questionnaire", "list"), ("questionnaire", "check")]


def commands_of(folder):
    """A call that runs a command on the terminal whose state is in this folder."""

    def run_command(*words, state=folder / "state", config=None):
        more = ["--state", state] if words[:2] not in WITHOUT_STATE else []
        more += ["--config", config] if config else []
        return CliRunner().invoke(main, [str(word) for word in (*words, *more)])

    return run_command


def assert_said_kindly(result, exit_code):
    """Ended as promised, in words: neither a traceback nor silence."""
    assert result.exit_code == exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert result.output.strip()


def enrolled(folder, url, responses=0):
    """A terminal's state whose centre is at `url`."""
    outbox = an_outbox(folder, responses)
    state = a_state(folder)
    write_credentials(state, Credentials(terminal_id=TERMINAL, token=TOKEN))
    file = folder / "terminal.toml"
    file.write_text(f'[central]\nurl = "{url}"\n[location]\nunit = "1.2.3"\n')
    return outbox, file
