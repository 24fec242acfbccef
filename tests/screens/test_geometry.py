import pytest

from tests.screens.gallery import SIZES, walked
from tests.screens.views import LANGUAGES, MODES, SCREENS


@pytest.mark.parametrize("size", SIZES)
def test_every_screen_in_every_language_and_mode_is_laid_out_without_a_fault(size):
    """Nothing clipped, too small, on something else, at the edge or out of reach."""
    shown, wrong = walked(size)

    assert shown == len(SCREENS) * len(LANGUAGES) * len(MODES)
    assert wrong == {}
