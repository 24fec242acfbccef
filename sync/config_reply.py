"""What the centre's answer to GET /config holds, member by member. Pure."""

import msgspec

from device_config.problems import line_of
from sync.wire import UNREADABLE, CentralConfig

MEMBERS = CentralConfig.__struct_fields__


def read_config(body: bytes) -> tuple[CentralConfig, tuple[str, ...]]:
    """The configuration as far as it can be read, and what is wrong with the rest of it.

    Raises what UNREADABLE names for what is no JSON object: that is no word of the centre's.
    """
    members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    config, problems = CentralConfig(), []
    for name in MEMBERS:
        if name not in members:
            continue
        try:
            alone = msgspec.json.decode(
                msgspec.json.encode({name: members[name]}), type=CentralConfig
            )
        except msgspec.ValidationError as error:
            problems.append(line_of(error))
        except UNREADABLE:
            problems.append(f"{name}: cannot be read")
        else:
            config = msgspec.structs.replace(config, **{name: getattr(alone, name)})
    return config, tuple(problems)
