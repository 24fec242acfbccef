"""What is written is whole, readable for whom it is meant, and says what stands in its way."""

import errno
import os
import pwd
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from builders import TERMINAL, TOKEN, a_state
from click.testing import CliRunner

from device_config import disk
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, read_credentials, write_credentials
from device_config.errors import StateDamaged
from device_config.keyboards import keyboard_for
from device_config.plain_file import write_plain
from device_config.state import StateDirectory, hold
from kiosk.cli import main
from sync.outbox import open_outbox

NOBODY = 54321
is_root = os.geteuid() == 0
only_root = pytest.mark.skipif(not is_root, reason="only root gives files away")
US = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture(params=[0o000, 0o022, 0o027, 0o077])
def umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_what_people_bring_is_readable_for_all_whatever_the_umask(tmp_path):
    path = tmp_path / "locales" / "se" / "kiosk.mo"

    write_plain(path, b"x")
    write_plain(path, b"y")

    assert path.read_bytes() == b"y"
    assert mode_of(path) == 0o644
    assert {mode_of(path.parent), mode_of(path.parent.parent)} == {0o755}


@pytest.mark.usefixtures("umask")
def test_secrets_are_for_their_owner_only_whatever_the_umask(tmp_path):
    state = a_state(tmp_path)

    write_credentials(state, Credentials(terminal_id=TERMINAL, token=TOKEN))

    assert {mode_of(path) for path in state.path.iterdir()} == {0o600}


def a_state_of_another(tmp_path):
    """The state directory of the account that the kiosk runs as."""
    state = a_state(tmp_path)
    os.chown(state.path, NOBODY, NOBODY)
    return state


def owners_below(path):
    return {each.stat().st_uid for each in path.rglob("*")}


@only_root
def test_what_root_writes_belongs_to_the_state_directorys_owner(tmp_path):
    state = a_state_of_another(tmp_path)

    ConfigStore(state, None).set_value("session.undo_s", 4)
    write_credentials(state, Credentials(terminal_id=TERMINAL, token=TOKEN))
    write_plain(state.locales / "se" / "LC_MESSAGES" / "kiosk.mo", b"x")
    open_outbox(state).close()
    with hold(state, "sync"):
        pass

    assert len(list(state.path.rglob("*"))) > 8
    assert owners_below(state.path) == {NOBODY}


@only_root
def test_the_service_account_reads_what_sudo_config_set_wrote(tmp_path):
    state = a_state_of_another(tmp_path)
    words = ["config", "set", "session.undo_s", "4", "--state", str(state.path)]
    assert CliRunner().invoke(main, words).exit_code == 0

    def is_read(there):
        return ConfigStore(there, None).effective().settings.session.undo_s == 4

    assert as_another(state, is_read)


def as_another(state, check):
    """What the service's account finds in the state directory, in a process of its own."""
    child = os.fork()
    if child == 0:
        is_so = False
        with suppress(BaseException):
            os.chdir(state.path)  # pytest's folders are root's alone
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            is_so = check(StateDirectory(Path()))
        os._exit(0 if is_so else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_nobody_but_root_gives_files_away(tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(os, "fchown", lambda *_: given.append(1))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    disk.replace_file(tmp_path / "file", b"x", 0o644)
    assert given == []

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    disk.replace_file(tmp_path / "file", b"x", 0o644)
    assert given == [1]


def test_a_link_in_the_place_of_the_new_file_is_not_followed(tmp_path):
    """A service account must not have root write where it points to."""
    other = tmp_path / "other"
    other.write_text("untouched")
    (tmp_path / ".file.new").symlink_to(other)

    disk.replace_file(tmp_path / "file", b"x", 0o644)

    assert other.read_text() == "untouched"
    assert (tmp_path / "file").read_bytes() == b"x"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "free some space or mount it writable"),
        (errno.EROFS, "free some space or mount it writable"),
        (errno.EACCES, f"give {US} the right to it (chmod)"),
        (errno.EPERM, f"give {US} the right to it (chmod)"),
    ],
)
def test_the_mend_is_that_for_the_error(tmp_path, number, words):
    assert disk.mend(OSError(number, "x"), tmp_path / "not" / "there") == words


@only_root
def test_a_file_of_another_account_is_mended_by_that_account(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    os.chown(file, 1, 1)
    owner = pwd.getpwuid(1).pw_name
    no_right = OSError(errno.EACCES, "Permission denied")

    assert disk.mend(no_right, file) == f"it is {owner}'s: sudo chown root {file}"
    os.chown(tmp_path, 1, 1)
    assert disk.mend(no_right, file) == f"run this as {owner} (sudo -u {owner} …)"


def test_a_file_where_a_folder_should_be_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "below" / "it"

    with pytest.raises(OSError, match="Not a directory") as caught:
        disk.make_folder(path)

    assert disk.mend(caught.value, path) == f"{tmp_path / 'file'} is in the way: move it away"


@only_root
def test_settings_that_may_not_be_read_are_not_called_damaged(tmp_path):
    state = a_state_of_another(tmp_path)
    write_credentials(state, Credentials(terminal_id=TERMINAL, token=TOKEN))
    for copy in ("credentials.1", "credentials.2"):
        os.chown(state.path / copy, 0, 0)
    settings = ConfigStore(state, None).effective().settings.central

    def is_said(there):
        try:
            read_credentials(there, settings)
        except StateDamaged as error:
            return "Permission denied" in str(error) and "damaged" not in str(error)
        return False

    assert as_another(state, is_said)


def test_a_file_that_may_not_be_looked_at_is_said_once(tmp_path, caplog, monkeypatch):
    def refuse(self, **_):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", refuse)
    for _ in range(3):
        layout = keyboard_for("qqq", tmp_path)
    monkeypatch.undo()

    assert layout == keyboard_for("en")
    about = [each for each in caplog.records if str(tmp_path / "qqq.json") in each.getMessage()]
    assert len(about) == 1
