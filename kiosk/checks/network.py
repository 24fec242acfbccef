"""Whether staff can choose a Wi-Fi on the screen, where NetworkManager has the network."""

from collections.abc import Iterator
from pathlib import Path

from device_config.checks.account import Account
from device_config.checks.finding import Finding, ok, skip, warn
from kiosk.checks.machine import Machine

RUNS = "run/NetworkManager"
"""NetworkManager makes it when it starts."""
PROGRAMS = ("usr/bin/nmcli", "bin/nmcli", "usr/local/bin/nmcli")
RULE = "50-palautepiste-network.rules"
FOLDERS = ("etc/polkit-1/rules.d", "usr/share/polkit-1/rules.d")
"""polkit(8), "AUTHORIZATION RULES". Debian lets only root look into the first one."""


def network_findings(machine: Machine, account: Account) -> Iterator[Finding]:
    """The command that the agent asks, then whether its account may use it."""
    if not machine.at(RUNS).is_dir():
        yield skip("wi-fi", "NetworkManager does not run here: staff cannot choose a network")
        return
    if not any(machine.at(program).is_file() for program in PROGRAMS):
        yield warn("nmcli", "not here", "sudo apt install network-manager")
    yield _may_choose(machine, account)


def _may_choose(machine: Machine, account: Account) -> Finding:
    if account.uid == 0:
        return ok("wi-fi", "staff can choose a network: root may")
    try:
        rule = _rule(machine)
    except OSError as error:
        return skip("wi-fi", f"{RULE}: {error.strerror}; see with: sudo palautepiste doctor")
    if rule is None:
        # No fault: IT may want to set up the network alone.
        return skip("wi-fi", f"staff cannot choose a network: {RULE} is not installed")
    text, path = rule
    if f'"{account.name}"' not in text:
        mend = f"write {account.name} in place of the account in {path}"
        return warn("wi-fi", f"the rule is not for {account.name}: staff cannot choose", mend)
    return ok("wi-fi", "staff can choose a network")


def _rule(machine: Machine) -> tuple[str, Path] | None:
    for folder in FOLDERS:
        path = machine.at(folder) / RULE
        try:
            return path.read_text("utf-8", "replace"), path
        except FileNotFoundError:
            continue
    return None
