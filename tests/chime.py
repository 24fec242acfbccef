"""Makes assets/sounds/accepted.wav: `python -m tests.chime`. Holds no tests.

Two sines a fifth apart, struck softly and gone after 160 ms: audible in a waiting room, and no
alarm in it.
"""

import io
import math
import struct
import wave

from device_config.assets import asset_path

RATE = 22_050
LENGTH_S, ATTACK_S, DECAY_S, FADE_S = 0.16, 0.006, 0.045, 0.01
PARTIALS = ((784.0, 1.0), (1175.0, 0.5))  # Hz (G5, D6), share
LOUDNESS = 0.32


def level(at: float) -> float:
    """The wave at a moment in seconds, between -1 and 1."""
    envelope = min(at / ATTACK_S, 1.0, (LENGTH_S - at) / FADE_S) * math.exp(-at / DECAY_S)
    wave_at = sum(share * math.sin(2 * math.pi * hertz * at) for hertz, share in PARTIALS)
    return LOUDNESS * envelope * wave_at


def chime() -> bytes:
    """The sound as a WAV file."""
    samples = (round(32_767 * level(number / RATE)) for number in range(int(LENGTH_S * RATE)))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


if __name__ == "__main__":
    asset_path("sounds", "accepted.wav").write_bytes(chime())
