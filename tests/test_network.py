"""Whether there is a way out at all."""

import pytest

from sync.network import has_network

HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
LOCAL = "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
DEFAULT = "wlan0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
DOWN = DEFAULT.replace("0003", "0002")
NOWHERE = "0" * 32
REJECTED_6 = f"{NOWHERE} 00 {NOWHERE} 00 {NOWHERE} ffffffff 00000001 00000000 00200200       lo\n"
DEFAULT_6 = f"{NOWHERE} 00 {NOWHERE} 00 fd{NOWHERE[2:]} 00000400 00000003 00000000 00000003 eth0\n"
LINK_6 = f"fe8{NOWHERE[3:]} 40 {NOWHERE} 00 {NOWHERE} 00000100 00000002 00000000 00000001 eth0\n"


@pytest.mark.parametrize(
    ("routes", "routes_6", "is_there"),
    [
        (HEAD + LOCAL + DEFAULT, REJECTED_6, True),
        (HEAD + LOCAL, LINK_6 + DEFAULT_6, True),
        (HEAD + LOCAL + DOWN, LINK_6 + REJECTED_6, False),
        (HEAD, "", False),
        (HEAD, None, False),
        (HEAD + DEFAULT, None, True),
        (None, None, True),
    ],
)
def test_there_is_a_network_when_there_is_a_way_to_everywhere(tmp_path, routes, routes_6, is_there):
    tables = {"route": routes, "ipv6_route": routes_6}
    for name, table in tables.items():
        if table is not None:
            (tmp_path / name).write_text(table)

    assert has_network(*(tmp_path / name for name in tables)) == is_there
