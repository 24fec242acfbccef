from kiosk.touch_record import TouchRecord
from kiosk.touch_watch import DAY_S, ENOUGH_PRESSES


class Kiosk:
    """A record with a clock of its own, and what it reported."""

    def __init__(self):
        self.now = 100.0
        self.reports = []
        self.record = TouchRecord(lambda: self.now, self.reports.append)

    def press(self, times):
        for _ in range(times):
            self.record.pressed(self.now)


def test_a_silence_of_days_with_presses_is_reported_once():
    kiosk = Kiosk()

    kiosk.now += 3 * DAY_S
    kiosk.press(2 * ENOUGH_PRESSES)

    assert kiosk.reports == [ENOUGH_PRESSES]


def test_a_silence_goes_on_over_a_restart():
    before, after = Kiosk(), Kiosk()
    before.now += 1.5 * DAY_S
    before.press(ENOUGH_PRESSES - 1)

    after.record.take_up(before.record.as_fact())
    after.now += DAY_S
    after.press(1)

    assert after.reports == [ENOUGH_PRESSES]


def test_a_touch_after_the_restart_ends_what_was_kept():
    before, after = Kiosk(), Kiosk()
    before.now += 3 * DAY_S
    before.press(ENOUGH_PRESSES - 1)

    after.record.touched()
    after.record.take_up(before.record.as_fact())
    after.press(5)

    assert after.reports == []


def test_storage_that_is_opened_again_counts_nothing_twice():
    before, after = Kiosk(), Kiosk()
    before.press(10)
    kept = before.record.as_fact()

    for _ in range(5):
        after.record.take_up(kept)
        after.press(1)

    assert after.record.as_fact()["presses"] == 15
