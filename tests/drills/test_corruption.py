"""One round of each kind of damage of those that the drill does by the hundred."""

from device_config import clock
from sync import outbox
from sync.salvage import rescue
from sync.salvage.rescue import open_or_rescue
from tests.damage import ALL
from tests.drills.corruption import Drill


def test_whatever_is_damaged_what_is_saved_is_true_and_what_is_gone_is_named(tmp_path):
    result = Drill(tmp_path, rows=60, seed=7).run(len(ALL))

    assert result.is_good, result.wrong
    assert all(kind.rounds == 1 for kind in result.kinds.values())


def test_a_rescue_that_overlooks_what_is_gone_is_found_out(tmp_path, monkeypatch):
    told = rescue._told

    def hushed(*arguments):
        return {**told(*arguments), "not_found": []}

    monkeypatch.setattr(rescue, "_told", hushed)

    result = Drill(tmp_path, 60, 7, lambda state: open_or_rescue(state, clock.read())).run(2)

    assert any("does not name what is gone" in wrong for wrong in result.wrong)


def test_a_kiosk_that_takes_an_old_database_for_a_sound_one_is_found_out(tmp_path, monkeypatch):
    """It would give the numbers of the deleted log a second time."""
    monkeypatch.setattr(rescue, "forgotten", lambda _: None)
    monkeypatch.setattr(outbox, "forgotten", lambda _: None)

    drill = Drill(tmp_path, 300, 7, lambda state: open_or_rescue(state, clock.read()))
    result = drill.run(list(ALL).index("a deleted log and index") + 1)

    assert any("no new epoch says so" in wrong for wrong in result.wrong)
