"""`central-admin conformance`: what is asked first, what is told, and how it ends."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from careless_centres import NeverMindsTheSender, TakesOpenResponses
from certificates import Authority
from click.testing import CliRunner
from small_centre import CODE, TERMINAL, TOKEN, SmallCentre
from small_server import serving

from device_config.errors import UsageProblem
from sync.central.cli import central_admin
from sync.central.conformance.command import DoesNotConform
from sync.central.conformance.examine import RULES


def run(*words):
    return CliRunner().invoke(central_admin, ["conformance", *words])


def test_the_command_tells_each_rule_and_ends_well_only_if_all_are_kept():
    with serving(SmallCentre()) as url:
        good = run(url, TOKEN, "--terminal-id", TERMINAL)
    with serving(TakesOpenResponses()) as url:
        bad = run(url, TOKEN, "--terminal-id", TERMINAL)

    assert good.exit_code == 0
    assert sum(line.startswith("passed") for line in good.stdout.splitlines()) == len(RULES) - 2
    assert isinstance(bad.exception, DoesNotConform)
    shown = bad.stdout[bad.stdout.index("failed      not-closed") :]
    assert "ended: null is stored, not rejected" in shown
    assert '"ended":null' in shown
    assert "contract:  interfaces.md, section 3" in shown
    assert TOKEN not in bad.stdout


def test_the_command_prints_one_json_document():
    with serving(SmallCentre()) as url:
        document = json.loads(run(url, TOKEN, "--terminal-id", TERMINAL, "--json").stdout)

    assert document["conforms"] is True
    assert [each["rule"] for each in document["rules"]] == [rule.name for rule in RULES]
    assert document["rules"][0]["outcome"] == "not checked"


def test_a_name_is_asked_for_only_where_the_centre_wants_one():
    with serving(SmallCentre()) as url:
        assert "--terminal-id" in str(run(url, TOKEN).exception)
    with serving(NeverMindsTheSender()) as url:
        assert run(url, TOKEN, "--terminal-id", TERMINAL).exit_code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["https://palaute.example.fi", TOKEN], "--yes"),
        (["http://palaute.example.fi", TOKEN, "--yes"], "use https"),
        (["palaute.example.fi", TOKEN], "is no address"),
        (["https://palaute.example.fi/api/v1", TOKEN], "give only"),
        (["http://127.0.0.1:1"], "--code"),
        (["http://127.0.0.1:1", "a token"], "no token has"),
        (["http://127.0.0.1:1", ""], "no token has"),
        (["http://127.0.0.1:1", TOKEN, "--code", CODE], "--code"),
    ],
)
def test_nothing_is_sent_before_it_is_said_what_and_where(words, said):
    result = run(*words)

    assert isinstance(result.exception, UsageProblem)
    assert said in str(result.exception)


def test_a_centre_that_is_not_there_is_told_in_one_line():
    result = run("http://127.0.0.1:1", TOKEN)

    assert isinstance(result.exception, DoesNotConform)
    assert "no whole reply" in str(result.exception)


def test_a_certificate_of_a_private_authority_can_be_named(tmp_path):
    authority = Authority(tmp_path / "authority")
    certificate = authority.server(datetime.now(UTC) - timedelta(days=1))
    with serving(SmallCentre(), certificate) as url:
        refused = run(url, TOKEN, "--terminal-id", TERMINAL)
        taken = run(url, TOKEN, "--terminal-id", TERMINAL, "--ca-file", str(authority.certificate))

    assert "certificate" in refused.stdout
    assert refused.exit_code == 1
    assert taken.exit_code == 0, taken.stdout


def test_it_needs_none_of_the_services_own_libraries():
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['litestar', 'sqlalchemy', 'jinja2']));"
        "from sync.central.cli import central_admin;"
        "import sync.central.conformance.examine, sync.central.conformance.report"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
