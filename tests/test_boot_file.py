"""A file on the card's first partition: read once, its secrets wiped, and what came of it told."""

import json
import os
import re
import stat
from contextlib import contextmanager
from datetime import timedelta

import pytest
from builders import (
    TOKEN,
    CentreAnswer,
    a_centre,
    a_dead_address,
    a_reading,
    a_state,
    an_outbox,
    refusal,
    settings_with,
)
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from device_config import wifi_password
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, read_credentials, write_credentials
from device_config.errors import ConfigurationProblems
from device_config.wifi_password import take_password
from kiosk.cli import main
from sync import boot_file_reader
from sync.boot_file import BootFile, read_boot_file, wiped
from sync.boot_file_courier import bring_boot_file
from sync.boot_file_reader import AUTHORITY, BROUGHT, REPORT, BootFileReader
from sync.enrolment import code_hash
from sync.orders.desk import Desk, OrderFailed
from sync.schedule import Line
from tests.certificates import Authority, a_tls_server, now

CODE, PASSWORD = "K7C3-ADEF", "kissa istuu"


def a_file(code=CODE, url="", more="", wifi=""):
    lines = ["# for the terminal in the lobby", "[enrolment]", f'code = "{code}"  # from Maija']
    if url:
        lines.append(f'url = "{url}"')
    if wifi:
        lines += ["[network]", 'ssid = "Aula"', f'password = "{wifi}"']
    return "\r\n".join([*lines, more, ""]).encode()


# What a file says


def test_a_file_says_a_code_an_address_and_a_network():
    said = read_boot_file(a_file(url="https://centre.example", wifi=PASSWORD))

    assert said == BootFile(code=CODE, url="https://centre.example", ssid="Aula", password=PASSWORD)
    assert CODE not in repr(said)
    assert read_boot_file(b"") == BootFile()


def test_a_file_as_windows_saves_it_is_read():
    assert read_boot_file(b"\xef\xbb\xbf" + a_file()).code == CODE


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[enrolment]\ncod = 'K7C3-ADEF'", "enrolment.cod: unknown"),
        (b"[enrollment]\ncode = 'K7C3-ADEF'", "enrollment: unknown; write [enrolment]"),
        (b"code = 'K7C3-ADEF'", "code: unknown; write [enrolment]"),
        (b"enrolment = 'K7C3-ADEF'", "write [enrolment] on a line of its own"),
        (b"[enrolment]\ncode = 7", 'write code = "…"'),
        (b"[enrolment]\ncode = 'K7C3-ADEF' ADEF", "(at line 2, column 20)"),
        (b"[enrolment]\ncode = '" + b"K7C3-ADEF" * 50 + b"'", "over 100 characters"),
        (b"[enrolment]\nca_file = '../K7C3-ADEF'", "lay the file beside this one"),
        (b"[network]\npassword = 'K7C3-ADEF'", "network.ssid: missing"),
        (b"[network]\nssid = 'a'\npassword = \"K7C3-ADEF\\n\"", "network.password"),
        ("[enrolment]\ncode = 'ä'".encode("latin-1"), "save it as UTF-8"),
        (b"x = " + b"[" * 5000, "not TOML"),
        (b"x = " + b"1" * 5000, "not TOML"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_without_what_stands_there(content, problem):
    with pytest.raises(ConfigurationProblems) as raised:
        read_boot_file(content)

    assert problem in str(raised.value)
    assert "ADEF" not in str(raised.value)


def test_every_mistake_is_told_at_once():
    with pytest.raises(ConfigurationProblems) as raised:
        read_boot_file(b"[enrolment]\ncod = '1'\nurl = 2\n[wifi]\n")

    assert len(raised.value.problems) == 3


# Wiping


def test_what_is_wiped_keeps_its_length_and_everything_else():
    before = a_file(url="https://centre.example", more="# the code is on the paper", wifi=PASSWORD)
    after = wiped(before, "code", "password")

    expected = before.replace(CODE.encode(), b"-" * 9).replace(PASSWORD.encode(), b"-" * 11)
    assert after == expected
    assert read_boot_file(after).wiped == {"code", "password"}
    assert read_boot_file(after).code == ""


@pytest.mark.parametrize(
    "written",
    ['"K7C3-\\u0041DEF"', '"""K7C3-ADEF"""', "'''\nK7C3-ADEF'''", '"K7C3-ADEF"\nurl = "K7C3-ADEF"'],
)
def test_however_it_is_written_nothing_of_it_stays(written):
    content = f"[enrolment]\ncode = {written}\n".encode()
    after = wiped(content, "code")

    assert len(after) == len(content)
    assert read_boot_file(after).code == ""
    assert not re.search(rb"code = .*ADEF|u0041", after)


def test_a_dotted_or_inline_table_is_wiped_too():
    for content in (b"enrolment.code = 'K7C3-ADEF'\n", b"enrolment = {code = 'K7C3-ADEF'}\n"):
        assert b"ADEF" not in wiped(content, "code")
        assert len(wiped(content, "code")) == len(content)


secret = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=40
)


@given(secret, secret)
def test_any_secret_is_wiped_and_the_length_kept(code, password):
    def quoted(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    content = (
        f"[enrolment]\ncode = {quoted(code)}\n"
        f"[network]\nssid = 'Aula'\npassword = {quoted(password)}\n"
    ).encode()
    after = wiped(content, "code", "password")

    said = read_boot_file(after)
    assert len(after) == len(content)
    assert (said.code, said.password) == ("", "")
    assert f"code = {quoted(code)}\n".encode() not in after


# Taking it


class Card:
    """A card with a boot file, and the terminal that reads it."""

    def __init__(self, folder, content, carriers=None):
        self.folder = folder / "card"
        self.folder.mkdir(exist_ok=True)
        self.file = self.folder / "palautepiste.toml"
        self.file.write_bytes(content)
        self.state = a_state(folder)
        self.has_network = False
        self.db = an_outbox(folder).db
        self.store = ConfigStore(self.state, None)
        self.carriers = carriers
        self.line = Line()

    def start(self):
        """A start of the agent: its reader knows only what is on disk."""
        desk = Desk(self.state, self.store, self.db, lambda: None)
        options = {} if self.carriers is None else {"carriers": self.carriers}
        self.reader = BootFileReader(
            desk, [self.file], has_network=lambda: self.has_network, **options
        )
        self.line = Line()
        return self.look()

    def look(self, at_s=0.0):
        """Whether it is to look again."""
        self.line = self.reader.take(a_reading(at_s), self.line)
        return self.line.is_due(a_reading(at_s + 10**6).boottime)

    @property
    def report(self):
        return (self.folder / REPORT).read_text("utf-8")

    def credentials(self):
        return read_credentials(self.state, settings_with().central)


ENROLLED = {"terminal_id": "t-new", "token": TOKEN, "config": {}}


def enrolling(_request=None):
    return CentreAnswer(ENROLLED, 201)


def test_the_code_enrols_is_wiped_and_the_report_says_so(tmp_path):
    with a_centre(enrolments=enrolling) as centre:
        card = Card(tmp_path, a_file(url=centre.url))
        is_to_look_again = card.start()

    assert not is_to_look_again
    assert card.credentials().terminal_id == "t-new"
    assert card.store.effective().settings.central.url == centre.url
    assert card.file.read_bytes() == a_file("-" * 9, centre.url)
    assert "enrolled as t-new" in card.report
    assert "2026-11-21T" in card.report
    assert CODE not in card.report


def test_a_wiped_file_asks_the_centre_nothing_at_the_next_start(tmp_path):
    with a_centre(enrolments=enrolling) as centre:
        card = Card(tmp_path, a_file(url=centre.url))
        card.start()
        card.start()

        assert len(centre.seen("/enrolments")) == 1
    assert "enrolled as t-new" in card.report


def test_a_file_that_asks_for_nothing_is_said_to_do_so(tmp_path):
    card = Card(tmp_path, b"# empty")
    assert not card.start()
    assert "asks for nothing" in card.report


@pytest.mark.parametrize(("status", "words"), [(404, "letter by letter"), (410, "a new one")])
def test_a_code_that_is_refused_for_good_is_wiped_and_told(tmp_path, status, words):
    with a_centre(enrolments=refusal(status)) as centre:
        card = Card(tmp_path, a_file(url=centre.url))

        assert not card.start()

    assert words in card.report
    assert CODE.encode() not in card.file.read_bytes()
    assert card.credentials() is None


def test_without_a_network_the_code_stays_and_is_tried_again(tmp_path):
    card = Card(tmp_path, a_file(url=a_dead_address()))

    assert card.start()
    assert "not yet" in card.report
    assert CODE.encode() in card.file.read_bytes()
    with a_centre(enrolments=enrolling) as centre:
        card.file.write_bytes(a_file(url=centre.url))
        assert not card.look(600)
    assert card.credentials() is not None
    assert CODE.encode() not in card.file.read_bytes()


def test_a_report_that_is_no_news_is_not_written_again(tmp_path):
    card = Card(tmp_path, a_file(url=a_dead_address()))
    card.start()
    before = (card.folder / REPORT).stat().st_mtime_ns
    card.look(600)

    assert (card.folder / REPORT).stat().st_mtime_ns == before


def test_a_mistake_in_the_file_is_reported_beside_it_and_nothing_is_used(tmp_path):
    with a_centre(enrolments=enrolling) as centre:
        card = Card(tmp_path, a_file(url=centre.url, more="speed = 3"))

        assert not card.start()
        assert centre.requests == []

    assert "enrolment.speed: unknown" in card.report
    assert CODE.encode() in card.file.read_bytes()


def test_a_file_that_is_too_large_or_none_is_told(tmp_path):
    card = Card(tmp_path, b"#" * 20_000)
    assert not card.start()
    assert "too large" in card.report

    card.file.unlink()
    card.file.mkdir()
    assert not card.start()
    assert "cannot be read" in card.report


def test_without_a_file_there_is_nothing_to_do_nor_to_report(tmp_path):
    card = Card(tmp_path, b"")
    card.file.unlink()

    assert not card.start()
    assert not (card.folder / REPORT).exists()


@contextmanager
def a_card_that_cannot_be_written(monkeypatch):
    with monkeypatch.context() as patched:

        def refuse(*_args, **_options):
            raise OSError(30, os.strerror(30))

        patched.setattr(boot_file_reader, "overwrite", refuse)
        yield


def test_a_card_that_cannot_be_written_is_said_and_its_code_brought_only_once(
    tmp_path, monkeypatch, caplog
):
    with (
        a_centre(enrolments=enrolling) as centre,
        a_card_that_cannot_be_written(monkeypatch),
    ):
        card = Card(tmp_path, a_file(url=centre.url))
        for _ in range(3):
            assert not card.start()

        assert len(centre.seen("/enrolments")) == 1

    assert "Read-only file system" in caplog.text
    assert CODE not in caplog.text
    card.start()  # mounted writable
    assert CODE.encode() not in card.file.read_bytes()


def test_a_code_that_was_refused_is_not_brought_again_from_a_card_that_cannot_be_written(
    tmp_path, monkeypatch
):
    with a_centre(enrolments=refusal(410)) as centre, a_card_that_cannot_be_written(monkeypatch):
        card = Card(tmp_path, a_file(url=centre.url))
        for _ in range(3):
            assert not card.start()

        assert len(centre.seen("/enrolments")) == 1


def test_a_code_that_gave_the_credentials_is_not_brought_again_though_the_power_went(tmp_path):
    """Cut between the credentials and the note of them: the centre would call the code used."""
    with a_centre(enrolments=refusal(410)) as centre:
        card = Card(tmp_path, a_file(url=centre.url))
        given = Credentials(terminal_id="t-new", token=TOKEN, code_hash=code_hash("k7c3adef"))
        write_credentials(card.state, given)

        assert not card.start()
        assert centre.requests == []

    assert "is enrolled with this code" in card.report
    assert CODE.encode() not in card.file.read_bytes()


def test_another_code_on_the_same_card_is_brought(tmp_path):
    with a_centre(enrolments=refusal(410)) as centre:
        card = Card(tmp_path, a_file(url=centre.url))
        card.start()
        centre.answers["/enrolments"] = enrolling
        card.file.write_bytes(a_file("N3W9-ADEF"))
        card.store.set_value("central.url", centre.url)

        assert not card.start()
    assert card.credentials().code_hash == code_hash("N3W9ADEF")


def test_a_file_in_the_state_directory_comes_first(tmp_path):
    with a_centre(enrolments=enrolling) as centre:
        card = Card(tmp_path, a_file("OTHE-RONE"))
        brought = card.state.file(BROUGHT)
        brought.write_bytes(a_file(url=centre.url))
        card.start()

        assert [each.json["code"] for each in centre.seen("/enrolments")] == [CODE]
    assert CODE.encode() not in brought.read_bytes()
    assert "enrolled as t-new" in card.state.file(REPORT).read_text()


# The network


def joining(outcomes, seen):
    def join(body, desk, _now):
        (path,) = desk.state.path.glob(f"{wifi_password.PREFIX}*")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        seen.append((body["ssid"], take_password(desk.state, body["password_file"])))
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise OrderFailed(outcome, "of the test")
        return {"done": True}

    return {"wifi-join": join}


def test_the_wifi_is_joined_before_the_code_is_brought_and_its_password_wiped(tmp_path):
    seen = []
    with a_centre(enrolments=enrolling) as centre:
        card = Card(
            tmp_path, a_file(url=centre.url, wifi=PASSWORD), joining(["wrong-password", None], seen)
        )
        assert card.start()
        assert PASSWORD.encode() in card.file.read_bytes()
        assert CODE.encode() not in card.file.read_bytes()
        assert "wrong-password: of the test" in card.report
        assert not card.look(600)

    assert seen == [("Aula", PASSWORD)] * 2
    assert not list(card.state.path.glob(f"{wifi_password.PREFIX}*"))
    assert PASSWORD.encode() not in card.file.read_bytes()
    assert PASSWORD not in card.report
    assert not card.start()
    assert len(seen) == 2


def test_a_wifi_that_was_not_joined_is_left_alone_while_there_is_another_network(tmp_path):
    """Each try would take away the one that staff have chosen since."""
    seen = []
    content = b"[network]\nssid = 'Aula'\npassword = 'kissa istuu'\n"
    card = Card(tmp_path, content, joining(["wrong-password", "not-found", None], seen))
    assert card.start()
    card.has_network = True
    assert card.look(600)
    assert card.look(1200)
    assert len(seen) == 1
    card.has_network = False
    assert card.look(1800)
    assert not card.look(2400)

    assert len(seen) == 3


def test_a_password_that_nobody_fetched_stays_in_no_file_of_the_terminal(tmp_path):
    def not_here(_body, _desk, _now):
        raise OrderFailed("not-here", "of the test")

    card = Card(tmp_path, a_file(code="", wifi=PASSWORD), {"wifi-join": not_here})

    assert card.start()

    assert "not-here" in card.report
    assert not list(card.state.path.glob(f"{wifi_password.PREFIX}*"))


def test_the_order_to_join_a_wifi_takes_the_password_of_a_boot_file(tmp_path, monkeypatch):
    joined = []
    monkeypatch.setattr("sync.wifi.join", lambda *network: joined.append(network))
    card = Card(tmp_path, f"[network]\nssid = 'Aula'\npassword = '{PASSWORD}'\n".encode())

    assert not card.start()

    assert joined == [("Aula", PASSWORD)]
    assert "is in this Wi-Fi" in card.report


def test_on_a_card_that_cannot_be_written_the_wifi_is_joined_only_once(tmp_path, monkeypatch):
    """Staff may have chosen another since."""
    seen = []
    content = b"[network]\nssid = 'Aula'\npassword = 'kissa istuu'\n"
    with a_card_that_cannot_be_written(monkeypatch):
        card = Card(tmp_path, content, joining([None], seen))
        for _ in range(3):
            assert not card.start()

    assert len(seen) == 1
    held = b"".join(path.read_bytes() for path in card.state.path.glob("boot-file*"))
    assert PASSWORD.encode() not in held


def test_where_no_wifi_can_be_chosen_that_is_told_and_the_code_counts(tmp_path):
    with a_centre(enrolments=enrolling) as centre:
        card = Card(tmp_path, a_file(url=centre.url, wifi=PASSWORD), {})

        assert not card.start()

    assert "cannot choose a Wi-Fi" in card.report
    assert card.credentials() is not None


# A private authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "authority")


def test_a_private_authority_beside_the_file_is_kept_in_the_state(tmp_path, authority):
    def talk(secure):
        body = json.dumps(ENROLLED).encode()
        secure.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    chain = authority.server(now() - timedelta(days=1))
    with a_tls_server(chain, talk) as url:
        card = Card(tmp_path, a_file(url=url, more='ca_file = "authority.pem"'))
        assert card.start()
        assert "authority.pem: No such file" in card.report
        (card.folder / "authority.pem").write_bytes(b"nothing of the kind")
        assert card.start()
        (card.folder / "authority.pem").write_bytes(authority.certificate.read_bytes())
        assert not card.start()

    kept = card.store.effective().settings.central.ca_file
    assert kept == str(card.state.file(AUTHORITY))
    assert card.state.file(AUTHORITY).read_bytes() == authority.certificate.read_bytes()


# Brought by root, since the agent may not write to the card


def test_the_file_is_brought_wiped_on_the_card_and_the_report_brought_back(tmp_path):
    with a_centre(enrolments=enrolling) as centre:
        card = Card(tmp_path, a_file(url=centre.url, wifi=PASSWORD), {})
        bring_boot_file(card.state, [card.file])
        left = card.file.read_bytes()
        reader = Card(tmp_path, left, {})
        reader.file = tmp_path / "not mounted"
        reader.start()
        bring_boot_file(card.state, [card.file])

        assert len(centre.seen("/enrolments")) == 1
    assert CODE.encode() not in left
    assert PASSWORD.encode() not in left
    assert left.startswith(b"# for the terminal in the lobby")
    assert "enrolled as t-new" in card.report
    assert CODE.encode() not in card.state.file(BROUGHT).read_bytes()


def test_what_is_brought_is_on_disk_before_it_is_wiped(tmp_path, monkeypatch):
    def look(*_):
        assert CODE in state.file(BROUGHT).read_text()
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr("sync.boot_file_courier.overwrite", look)
    card = Card(tmp_path, a_file())
    state = card.state
    with pytest.raises(OSError, match="Read-only"):
        bring_boot_file(state, [card.file])


def test_a_file_with_a_mistake_is_brought_so_that_the_agent_reports_it(tmp_path):
    card = Card(tmp_path, a_file(more="speed = 3"))
    bring_boot_file(card.state, [card.file])
    card.start()
    bring_boot_file(card.state, [card.file])

    assert "enrolment.speed: unknown" in card.report


def test_a_report_that_is_a_link_to_another_file_is_not_laid_on_the_card(tmp_path):
    """The agent's account could else have root show it any file."""
    card = Card(tmp_path, a_file())
    secret = tmp_path / "of root"
    secret.write_text("nobody's business")
    card.state.file(REPORT).symlink_to(secret)

    bring_boot_file(card.state, [card.file])

    assert not card.file.with_name(REPORT).exists()
    assert CODE in card.state.file(BROUGHT).read_text()


def test_the_command_brings_the_file_and_without_one_does_nothing(tmp_path):
    card = Card(tmp_path, a_file())
    words = ["sync", "--bring-boot-file", "--state", str(card.state.path)]
    none = CliRunner().invoke(main, [*words, "--boot-file", str(tmp_path / "none")])
    assert not card.state.file(BROUGHT).exists()
    done = CliRunner().invoke(main, [*words, "--boot-file", str(card.file)])

    assert (none.exit_code, done.exit_code) == (0, 0)
    assert stat.S_IMODE(card.state.file(BROUGHT).stat().st_mode) == 0o600
