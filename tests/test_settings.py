"""Settings: layers merged key by key, and everything wrong with them said at once."""

import msgspec
import pytest
from builders import settings_with

from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import shipped
from device_config.settings import merged, settings_from
from device_config.settings_files import shipped_layer
from device_config.settings_rules import (
    central_layer_problems,
    layer_problems,
    settings_problems,
)


def problems_with(*, also=(), **tables):
    body, _ = merged([("shipped", shipped_layer()), ("test", tables)])
    return settings_problems(body, (*shipped(), *also))


def a_form(respondent, name="own-form", languages=("fi",), **changes) -> Questionnaire:
    """The shipped questionnaire for other respondents."""
    members = {"id": name, "respondent": respondent, "languages": languages, **changes}
    return msgspec.structs.replace(shipped()[0], **members)


def test_the_shipped_settings_can_be_used_as_they_are():
    assert problems_with() == ()
    assert settings_from(shipped_layer()) == settings_with()


def test_a_higher_layer_changes_only_the_keys_that_it_has():
    body, sources = merged(
        [
            ("shipped", {"session": {"undo_s": 2, "first_item": "usefulness"}}),
            ("centre", {"session": {"undo_s": 3}}),
            ("set", {"session": {"undo_s": 4}, "panel": [{"kind": "keypad"}]}),
        ]
    )

    assert body["session"] == {"undo_s": 4, "first_item": "usefulness"}
    assert sources == {
        "session.undo_s": "set",
        "session.first_item": "shipped",
        "panel": "set",
    }


def test_a_list_replaces_a_list_whole():
    body, sources = merged([("shipped", {"panel": [{"kind": "keypad"}]}), ("file", {"panel": []})])

    assert body == {"panel": []}
    assert sources == {"panel": "file"}


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        ({"sesion": {}}, "sesion: unknown; did you mean 'session'?"),
        ({"session": {"undo": 2}}, "session.undo: unknown; did you mean 'undo_s'?"),
        ({"session": {"undo_s": "2"}}, "session.undo_s: '2' is not of type number"),
        ({"session": {"follow_up": 1}}, "session.follow_up: 1 is not of type boolean"),
        ({"session": {"idle_timeout_s": 1}}, "session.idle_timeout_s: 1 is less than"),
        ({"session": {"languages": []}}, "session.languages: 0 entries, at least 1"),
        (
            {"session": {"languages": [f"x{n}" for n in range(41)]}},
            "session.languages: 41 entries, at most 12",
        ),
        (
            {"session": {"languages": "fi"}},
            """session.languages: 'fi' is not of type array; write it like ["fi", "sv", "en"]""",
        ),
        ({"screen": {"rotation": 45}}, "screen.rotation: 45 is not one of 0, 90, 180, 270"),
        ({"location": {"county": "Kainuu"}}, "location.county: 'Kainuu' does not match"),
        (
            {"hours": {"open": "mon 07:00-18:00"}},
            """hours.open: 'mon 07:00-18:00' is not of type array; write it like ["mon-fri""",
        ),
        ({"hours": {"opne": []}}, "hours.opne: unknown; did you mean 'open'?"),
        ({"hours": {"open": ["x" * 61]}}, "hours.open[0]: 61 characters, at most 60: 'xxx"),
        ({"location": {"county": "x" * 999}}, "location.county: 'xxx"),
        ({"panel": [{"kind": "keypad"}] * 12}, "panel: 12 entries, at most 8"),
        ({"session": {"child_questionnaire": 1}}, "session.child_questionnaire: 1 is not of"),
        ({"panel": [{"kind": "mouse"}]}, "panel[0].kind: 'mouse' is not one of"),
        ({"panel": [{}]}, "panel[0].kind: missing"),
        ({"panel": {"kind": "keypad"}}, "panel: "),
    ],
)
def test_a_wrong_shape_is_named_with_its_path_and_what_was_meant(layer, problem):
    assert len(layer_problems(layer)) == 1
    assert layer_problems(layer)[0].startswith(problem)


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        ({"central": {"url": "palaute.example.fi"}}, "central.url: 'palaute.example.fi' is no"),
        ({"central": {"url": "ftp://palaute.example.fi"}}, "central.url: "),
        ({"central": {"url": "https://[bad"}}, "central.url: "),
        ({"central": {"url": "https://palaute.example.fi:99999"}}, "central.url: "),
        ({"central": {"url": "http://palaute.example.fi"}}, "central.url: http would send"),
        ({"central": {"url": "https://u:p@palaute.example.fi"}}, "central.url: give the service"),
        ({"central": {"url": "https://palaute.example.fi/?a=b"}}, "central.url: give the service"),
        (
            {"central": {"url": "https://palaute.example.fi/sote/api/v1/"}},
            "central.url: the terminal adds /api/v1 itself; give only https://palaute.example.fi/sote",
        ),
        ({"session": {"questionnaire": "other"}}, "session.questionnaire: 'other' is not"),
        ({"session": {"languages": ["fi", "se"]}}, "session.languages[1]: "),
        ({"session": {"first_item": "nps"}}, "session.first_item: 'nps' is no statement"),
        ({"session": {"undo_s": float("nan")}}, "session.undo_s: "),
        ({"screen": {"rotation": 90.0}}, "screen.rotation: Expected `int`"),
        ({"hours": {"open": ["mon 8-16"]}}, "hours.open[0]: 'mon 8-16': write it like"),
        (
            {"session": {"child_questionnaire": "x"}},
            "session.child_questionnaire: 'x' is not installed (none for a child is)",
        ),
        (
            {"session": {"relative_questionnaire": "national-general"}},
            "session.relative_questionnaire: 'national-general' is for a client, not a relative",
        ),
        ({"panel": [{"kind": "gpio"}]}, "panel[0].buttons: missing"),
        ({"panel": [{"kind": "serial"}]}, "panel[0].port: missing"),
        (
            {"panel": [{"kind": "gpio", "buttons": [5, 6, 13], "leds": [1]}]},
            "panel[0].leds: one a button",
        ),
        (
            {
                "panel": [
                    {"kind": "keypad"},
                    {"kind": "gpio", "buttons": [5, 6, 7], "leds": [7, 8, 9]},
                ]
            },
            "panel[1]: pin 7 is also used by panel[1]",
        ),
    ],
)
def test_what_no_schema_can_say_is_said_with_its_path_too(tables, problem):
    problems = problems_with(**tables)

    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_hours_and_forms_for_others_that_are_right_are_fine():
    assert problems_with(hours={"open": ["mon-fri 07:00-18:00", "fri 20:00-02:00"]}) == ()
    assert (
        problems_with(
            also=(a_form("child", "kids"), a_form("relative", "kin")),
            session={"child_questionnaire": "kids", "relative_questionnaire": "kin"},
        )
        == ()
    )


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (a_form("relative"), "'own-form' is for a relative, not a child"),
        (a_form("child", languages=("sv", "en")), "lacks the default language 'fi', and has sv"),
        (a_form("child", items=shipped()[0].items[-1:]), "has no statement to begin with"),
    ],
)
def test_a_form_for_children_must_suit_them_and_speak_the_default_language(form, words):
    (problem,) = problems_with(also=(form,), session={"child_questionnaire": "own-form"})

    assert problem.startswith("session.child_questionnaire: ")
    assert words in problem


@pytest.mark.parametrize("port", ["socket://10.0.0.1:7", "RFC2217://10.0.0.1:7"])
def test_a_panel_is_never_reached_over_a_network(port):
    assert problems_with(panel=[{"kind": "serial", "port": port}]) == (
        "panel[0].port: a panel is wired, never reached over a network",
    )


@pytest.mark.parametrize(
    "url", ["https://palaute.example.fi", "https://palaute.example.fi:8443/a", "http://127.0.0.1:8"]
)
def test_an_address_over_tls_or_on_this_machine_is_fine(url):
    assert problems_with(central={"url": url}) == ()


def test_every_problem_is_said_and_not_only_the_first():
    problems = problems_with(
        central={"url": "x"}, session={"first_item": "y"}, panel=[{"kind": "serial"}]
    )

    assert [each.split(":")[0] for each in problems] == [
        "central.url",
        "panel[0].port",
        "session.first_item",
    ]


@pytest.mark.parametrize("key", ["token", "terminal_id"])
def test_the_centre_cannot_set_who_this_terminal_is(key):
    assert central_layer_problems({"central": {key: "x"}}) == (
        f"central.{key}: the centre cannot set this",
    )


@pytest.mark.parametrize(
    "layer",
    [
        {"central": {"token": "hush hush"}},
        {"central": {"token": "hush\n"}},
        {"central": {"token": "hushé"}},
        {"central": {"token": "hush" * 51}},
        {"central": {"token": ["hush"]}},
        {"central": {"proxy": "hush" * 126}},
        {"central": {"proxy": {"address": "hush"}}},
        {"central": [{"proxy": "hush"}]},
    ],
)
def test_a_secret_that_does_not_fit_is_named_and_never_quoted(layer):
    (problem,) = layer_problems(layer)

    assert problem.startswith("central")
    assert "hush" not in problem


@pytest.mark.parametrize("token", ["a b", "a\n", "\n", "\x7f", "é"])
def test_a_token_that_no_header_can_carry_is_refused_by_the_types_as_well(token):
    with pytest.raises(msgspec.ValidationError):
        settings_with(central={"token": token})


@pytest.mark.parametrize("token", ["", "a-token-of-twenty-characters", "!~"])
def test_a_token_of_printable_ascii_or_none_is_fine(token):
    assert problems_with(central={"token": token}) == ()
