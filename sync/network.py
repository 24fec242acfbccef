"""Whether this machine has a way out at all, as its routes say."""

from pathlib import Path

ROUTES, ROUTES_6 = Path("/proc/net/route"), Path("/proc/net/ipv6_route")
RTF_UP, RTF_REJECT = 0x0001, 0x0200  # <linux/route.h>


def has_network(routes: Path = ROUTES, routes_6: Path = ROUTES_6) -> bool:
    """Whether there is a default route. Where that cannot be read, there may be one."""
    tables = [(_lines(routes), _is_default), (_lines(routes_6), _is_default_6)]
    if all(lines is None for lines, _ in tables):
        return True
    return any(is_default(line) for lines, is_default in tables for line in lines or ())


def _lines(path: Path) -> list[str] | None:
    try:
        return path.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None


def _is_default(line: str) -> bool:
    """Of proc(5)'s table: Iface Destination Gateway Flags … Mask."""
    match line.split():
        case [_, "00000000", _, flags, _, _, _, "00000000", *_]:
            return bool(int(flags, 16) & RTF_UP)
    return False


def _is_default_6(line: str) -> bool:
    """Of the kernel's table: destination, its length, …, flags, device."""
    match line.split():
        case [destination, "00", *_, flags, device] if int(destination, 16) == 0:
            return device != "lo" and int(flags, 16) & (RTF_UP | RTF_REJECT) == RTF_UP
    return False
