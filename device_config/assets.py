"""Reads what travels with the program: schemas, questionnaires, defaults, fonts."""

import json
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any


def asset(*names: str) -> Traversable:
    """One shipped file or folder."""
    return files("assets").joinpath(*names)


def asset_path(*names: str) -> Path:
    """One shipped file as a path on disk; the package is never run from a zip file."""
    with as_file(asset(*names)) as path:
        return path


def package_file(package: str, name: str) -> Path:
    """A file that stands beside a package's code, such as a .kv file, as a path on disk."""
    with as_file(files(package).joinpath(name)) as path:
        return path


@cache
def read_schema(name: str) -> Any:
    """One of our JSON Schemas, decoded."""
    return json.loads(asset("schemas", f"{name}.schema.json").read_text("utf-8"))
