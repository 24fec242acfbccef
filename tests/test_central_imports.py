"""Each module of the central service can be imported first."""

import pkgutil
import subprocess
import sys

import pytest

import sync.central

MODULES = [
    each.name
    for each in pkgutil.walk_packages(sync.central.__path__, "sync.central.")
    if ".migrations" not in each.name
]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_can_be_imported_before_all_others(module):
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
