from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.screens.gallery import AT_ONCE, SIZES, walked
from tests.screens.views import LANGUAGES, MODES, SCREENS


@pytest.fixture(scope="module")
def walks():
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(SIZES, pool.map(walked, SIZES), strict=True))


@pytest.mark.parametrize("size", SIZES)
def test_every_screen_in_every_language_and_mode_is_laid_out_without_a_fault(walks, size):
    """Nothing clipped, too small, on something else, at the edge or out of reach."""
    shown, wrong = walks[size]

    assert shown == len(SCREENS) * len(LANGUAGES) * len(MODES)
    assert wrong == {}
