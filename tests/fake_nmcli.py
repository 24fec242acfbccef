"""A program `nmcli` that behaves as nmcli(1) says, over a world in a file. Holds no tests.

`FAKE_NMCLI` names a JSON file: the networks that are heard with their passwords, the profiles,
what is up, and what goes wrong. It writes down how it was called, as a list of processes shows it.
"""

import json
import os
import stat
import sys
import time
from pathlib import Path

ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def put_on_path(folder: Path, monkeypatch, **world) -> Path:
    """Let this be the `nmcli` of this process and its children; returns the world's file."""
    folder.mkdir(parents=True, exist_ok=True)
    program, state = folder / "nmcli", folder / "world.json"
    program.write_text(f"#!{sys.executable}\n{Path(__file__).read_text()}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    defaults = {"networks": [], "profiles": [], "active": None, "wired": False, "wifi": True}
    state.write_text(json.dumps(defaults | {"calls": []} | world))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_NMCLI", str(state))
    return state


def main() -> int:
    file = Path(os.environ["FAKE_NMCLI"])
    world = json.loads(file.read_text())
    world["calls"].append(Path("/proc/self/cmdline").read_bytes().decode().split("\0")[2:-1])
    if world.get("is_stopped"):
        status = failed(8, "Error: NetworkManager is not running.")
    else:
        status = answer(world, sys.argv[1:])
    file.write_text(json.dumps(world))
    return status


def answer(world: dict, words: list[str]) -> int:  # noqa: C901, PLR0911 - a table
    asked: list[str] = []
    while words and words[0].startswith("--"):
        option = words.pop(0)
        if option in ("--fields", "--escape", "--wait"):
            value = words.pop(0)
            asked = value.split(",") if option == "--fields" else asked
    match words:
        case ["device", "status"]:
            return show(device_lines(world), asked)
        case ["device", "wifi", "list"]:
            return show([heard(world, each) for each in world["networks"]], asked)
        case ["connection", "show"]:
            return show([line_of(each) for each in world["profiles"]], asked)
        case ["connection", "show", "--active"]:
            active = [each for each in world["profiles"] if each["uuid"] == world["active"]]
            return show([line_of(each) for each in active], asked)
        case ["connection", "add", *pairs]:
            return add(world, dict(zip(pairs[::2], pairs[1::2], strict=True)))
        case ["connection", "up", "id" | "uuid", name, *more]:
            return up(world, name, more)
        case ["connection", "modify", "id", name, "connection.autoconnect", value]:
            return change(world, name, {"autoconnect": value})
        case ["connection", "delete", "id" | "uuid", name]:
            return delete(world, name)
    return failed(2, f"Error: invalid command '{' '.join(words)}'.")


def failed(status: int, said: str) -> int:
    sys.stderr.write(f"{said}\n")
    return status


def show(lines: list[dict], asked: list[str]) -> int:
    for each_line in lines:
        values = [str(each_line[each]) for each in asked]
        line = ":".join(each.replace("\\", "\\\\").replace(":", "\\:") for each in values)
        sys.stdout.write(f"{line}\n")
    return 0


def device_lines(world: dict) -> list[dict]:
    current = next((e["name"] for e in world["profiles"] if e["uuid"] == world["active"]), "")
    lines = [{"TYPE": "loopback", "STATE": "connected (externally)", "CONNECTION": "lo"}]
    if world["wifi"]:
        state = "connected" if current else "disconnected"
        lines.append({"TYPE": "wifi", "STATE": state, "CONNECTION": current})
    if world["wired"]:
        lines.append({"TYPE": "ethernet", "STATE": "connected", "CONNECTION": "Wired 1"})
    return lines


def heard(world: dict, network: dict) -> dict:
    up = next((each for each in world["profiles"] if each["uuid"] == world["active"]), {})
    is_current = network["ssid"] and network["ssid"] == up.get("ssid")
    return {
        "IN-USE": "*" if is_current else " ",
        "SSID": network["ssid"],
        "SIGNAL": network.get("signal", 50),
        "SECURITY": network.get("security", "WPA2"),
    }


def line_of(profile: dict) -> dict:
    return {"NAME": profile["name"], "UUID": profile["uuid"], "TYPE": "802-11-wireless"}


def add(world: dict, given: dict) -> int:
    if world.get("is_forbidden"):
        return failed(1, "Error: Failed to add connection: Not authorized to control networking.")
    number = 1 + max([int(each["uuid"].split("-")[1]) for each in world["profiles"]], default=0)
    profile = {"name": given["con-name"], "uuid": f"uuid-{number}", "ssid": given["ssid"]}
    profile["autoconnect"] = given["autoconnect"]
    profile["key_mgmt"] = given.get("wifi-sec.key-mgmt")
    world["profiles"].append(profile)
    sys.stdout.write(f"Connection '{profile['name']}' ({profile['uuid']}) successfully added.\n")
    return 0


def found(world: dict, name: str) -> dict | None:
    return next((e for e in world["profiles"] if name in (e["name"], e["uuid"])), None)


def up(world: dict, name: str, more: list[str]) -> int:
    profile = found(world, name)
    if profile is None:
        return failed(10, f"Error: unknown connection '{name}'.")
    given = passwords(more[1]) if more[:1] == ["passwd-file"] else {}
    network = next((e for e in world["networks"] if e["ssid"] == profile["ssid"]), None)
    world["active"] = None  # whatever was up is taken down first
    if network is None:
        said = "(53) The Wi-Fi network could not be found."
        return failed(4, f"Error: Connection activation failed: {said}")
    time.sleep(world.get("takes_s", 0))
    key = given.get("802-11-wireless-security.psk", profile.get("psk"))
    if network.get("password") not in (None, key):
        said = "(7) Secrets were required, but not provided."
        return failed(4, f"Error: Connection activation failed: {said}")
    if network.get("has_no_address"):
        said = "(5) IP configuration could not be reserved (no available address, timeout, etc.)."
        return failed(4, f"Error: Connection activation failed: {said}")
    profile["psk"] = key
    world["active"] = profile["uuid"]
    sys.stdout.write("Connection successfully activated\n")
    return 0


def passwords(path: str) -> dict[str, str]:
    """A passwd-file: blanks at the ends go unless they are escaped, as a backslash does."""
    given = {}
    for line in Path(path).read_text().split("\n")[:-1]:
        name, _, rest = line.partition(":")
        value, kept, letters = "", 0, iter(rest.lstrip(" \t"))
        for letter in letters:
            is_escaped = letter == "\\"
            meant = next(letters, "") if is_escaped else letter
            value += ESCAPES.get(meant, meant) if is_escaped else meant
            kept = len(value) if is_escaped or meant not in " \t" else kept
        given[name] = value[:kept]
    return given


def change(world: dict, name: str, changes: dict) -> int:
    profile = found(world, name)
    if profile is None:
        return failed(10, f"Error: unknown connection '{name}'.")
    profile.update(changes)
    return 0


def delete(world: dict, name: str) -> int:
    profile = found(world, name)
    if profile is None:
        return failed(10, f"Error: unknown connection '{name}'.")
    world["profiles"].remove(profile)
    if world["active"] == profile["uuid"]:
        world["active"] = None
    return 0


if __name__ == "__main__":
    sys.exit(main())
