"""What every test may count on: nothing of this machine's environment reaches it, nor its haste."""

import pytest
from databases import database_url
from hypothesis import settings

__all__ = ["database_url"]

OURS = ("PALAUTEPISTE_STATE", "PALAUTEPISTE_CONFIG", "PALAUTEPISTE_BOOT")
NETWORK = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "NETRC", "REQUESTS_CA_BUNDLE")


# No example fails for the time that it takes: machines are shared.
settings.register_profile("unhurried", parent=settings(), deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path_factory):
    for name in (*OURS, *NETWORK):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data-home")))
