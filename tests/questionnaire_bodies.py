"""Questionnaires as the files that people bring, and what may be wrong in them. Holds no tests."""

import copy
import json

from device_config.assets import asset
from device_config.questionnaire_files import installed

BODY = json.loads(asset("questionnaires", "national-general.json").read_text("utf-8"))
"""What ships."""


def a_body(*path, value=None, drop=False):
    """The shipped questionnaire's body with one member changed."""
    body = copy.deepcopy(BODY)
    place = body
    for part in path[:-1]:
        place = place[part]
    if drop:
        del place[path[-1]]
    elif path:
        place[path[-1]] = value
    return body


def a_version(version="2025.1", **members):
    """The shipped questionnaire's body in another version."""
    return copy.deepcopy(BODY) | {"version": version} | members


def in_sami(body, language="se"):
    """The body with every text in another language too, as a language pack brings it."""
    if isinstance(body, list):
        return [in_sami(each, language) for each in body]
    if not isinstance(body, dict):
        return body
    found = {name: in_sami(each, language) for name, each in body.items()}
    if isinstance(found.get("languages"), list):
        found["languages"] = [*found["languages"], language]
    if "fi" in found:
        found[language] = {**found["fi"], "status": "unverified", "source": "a test"}
    return found


def a_file(folder, body, name="form.json"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
    return path


def versions(folder):
    """The version that counts of each questionnaire."""
    return {each.id: each.version for each in installed(folder)}
