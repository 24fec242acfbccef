"""Writes docs/contract: the schemas, their examples, the OpenAPI document, the rules.

`python -m tests.contract` writes them; a test says when they are stale. Holds no tests.
"""

import json
from pathlib import Path

from sync.central.api.openapi import document
from sync.central.api.schemas import documents
from sync.central.conformance.examine import RULES

FOLDER = Path(__file__).parent.parent / "docs" / "contract"


def files() -> dict[str, str]:
    """What each generated file should hold, by its path within the folder."""
    made = {"openapi.json": _json(document()), "rules.md": _rules()}
    for name, schema in documents().items():
        made[f"schemas/{name}.schema.json"] = _json(schema)
        for example in schema.get("examples", []):
            made[f"examples/{name}.json"] = _json(example)
    return made


def written() -> dict[str, str]:
    """What the generated files hold."""
    found = [path for path in FOLDER.rglob("*") if path.is_file() and path.name != "README.md"]
    return {path.relative_to(FOLDER).as_posix(): path.read_text("utf-8") for path in found}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _rules() -> str:
    lines = [
        "# The rules of a receiver",
        "",
        "What `palautepiste central-admin conformance` checks, in its order.",
        "",
        "| rule | what the contract says | where |",
        "|---|---|---|",
        *(f"| `{rule.name}` | {rule.says} | {rule.section} |" for rule in RULES),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    for name in written().keys() - files().keys():
        (FOLDER / name).unlink()
    for name, text in files().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
