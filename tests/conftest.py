"""What every test may count on: nothing of this machine's environment reaches it."""

import pytest
from databases import database_url

__all__ = ["database_url"]

OURS = ("PALAUTEPISTE_STATE", "PALAUTEPISTE_CONFIG", "PALAUTEPISTE_BOOT")
NETWORK = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "NETRC", "REQUESTS_CA_BUNDLE")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path_factory):
    for name in (*OURS, *NETWORK):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data-home")))
