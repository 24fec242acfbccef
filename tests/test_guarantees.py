"""docs/guarantees.md names tests and drills that there are."""

import re
from pathlib import Path

import pytest

from kiosk.bench.cli import BENCHMARKS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "guarantees.md").read_text("utf-8")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[\w/]+\.py)`", TEXT))))
def test_each_test_that_is_named_is_there(path):
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("drill", sorted(set(re.findall(r"python -m (tests\.[\w.]+)", TEXT))))
def test_each_drill_that_is_named_is_there(drill):
    assert (ROOT / drill.replace(".", "/")).with_suffix(".py").is_file()


def test_each_benchmark_that_is_named_is_there():
    assert set(re.findall(r"palautepiste bench (\w+)", TEXT)) <= set(BENCHMARKS)
