# ruff: noqa: INP001 - a Pico has files, not packages
"""A box of buttons that speaks `palaute/1`, without its hardware: levels in, sentences out.

The protocol is docs/interfaces.md, section 4. The same file runs on MicroPython 1.20 and later and
on CPython. Times are milliseconds that wrap as MicroPython's `ticks_ms` do; nothing that comes
over the line raises, and whatever comes, memory stays within one line and one queue.
"""

FIRMWARE = "1.0"
CONFIRM = 3
"""Milliseconds in which samples must see a contact closed: fewer are interference, no finger."""
SETTLE_MS = 35
"""A contact open for this long is ready again: bounce of 25 ms, and samples that came late."""
AGAIN_MS = 500
ALIVE_MS = 2000
MOST_WAITING = 64
MOST_BYTES = 80
"""Of a sentence, its line end included."""
TOO_OLD_S = 10
"""A press that has waited this long does not count any more: the terminal is not listening."""
FELT_MS = 120
TICKS = 1 << 30
"""Where a Pico's `ticks_ms` begin again from 0."""


def frame(body: str) -> bytes:
    """A sentence as it goes over the line."""
    return f"${body}*{_checksum(body.encode()):02X}\r\n".encode()


class Press:
    """A press that the terminal has not acknowledged yet."""

    def __init__(self, seq: int, button: int, born_s: int, born_ms: int) -> None:
        self.seq = seq
        self.button = button
        self.born_s = born_s
        self.born_ms = born_ms
        self.is_sent = False
        self.sent_at = 0


class Box:
    """Three to five buttons, worst to best, numbered from 1; bit 0 of a mask is button 1."""

    def __init__(self, box_id: str, buttons: int, firmware: str, first_seq: int) -> None:
        if buttons not in (3, 4, 5):
            raise ValueError(f"a box has 3, 4 or 5 buttons, not {buttons}")
        self._hello = f"PHELLO,1,{_word(box_id)},{buttons},{_word(firmware)}"
        self.buttons = buttons
        self.next_seq = first_seq % 65536
        self.down = 0
        """The mask of the buttons that are held, contact bounce taken out."""
        self._waiting: list[Press] = []
        self._line = bytearray()
        self._is_overlong = False
        self._is_hello_due = True
        self._is_alive_due = True
        self._alive_at = 0
        self._is_terminal_heard = False
        # Each button's contact: samples that saw it closed (CONFIRM: it is down), first and last.
        self._seen = [0] * buttons
        self._first = [0] * buttons
        self._last = [0] * buttons
        self._is_restless = False
        # The lights that the terminal asked for, and those that answer a finger.
        self._on = self._blinking = self._felt = 0
        self._felt_at = 0
        # The time, in parts: a Pico's whole numbers are small and fast below 2**30 only.
        self._tick = -1
        self._uptime_s = self._ms = 0

    def levels(self, now: int, closed: int) -> None:
        """What the pins show now; call it every millisecond or so."""
        if self._tick < 0:
            self._begin(now, closed)
        self._pass_time(now)
        if not closed and not self._is_restless:
            return
        self._is_restless = False
        for index in range(self.buttons):
            self._contact(index, now, closed >> index & 1)

    def heard(self, data: bytes) -> None:
        """Take what came over the line, in pieces of any size."""
        for byte in data:
            if byte == 10:
                if not self._is_overlong:
                    self._take(bytes(self._line))
                self._line = bytearray()
                self._is_overlong = False
            elif len(self._line) >= MOST_BYTES - 1:
                self._is_overlong = True
            else:
                self._line.append(byte)

    def due(self, now: int) -> bytes:
        """The next sentence to send, empty when there is none: ask when the line can take it."""
        if self._tick < 0:
            self._begin(now, 0)
        self._pass_time(now)
        if self._is_hello_due:
            self._is_hello_due = False
            # The uptime follows at once: by it the terminal knows a press of before a power cut.
            self._is_alive_due = True
            return frame(self._hello)
        if self._is_alive_due or _since(now, self._alive_at) >= ALIVE_MS:
            self._is_alive_due = False
            self._alive_at = now
            return frame(f"PALIVE,{self._uptime_s},{self.down:X}")
        for press in self._waiting:
            if not press.is_sent or _since(now, press.sent_at) >= AGAIN_MS:
                press.is_sent = True
                press.sent_at = now
                return frame(f"PBTN,{press.seq},{press.button},{self._age_ms(press)}")
        return b""

    def lit(self, now: int) -> int:
        """The mask of the lights that are on now."""
        if not self._is_terminal_there():
            return 0  # an inviting light would promise what nobody keeps
        if self._felt and _since(now, self._felt_at) >= FELT_MS:
            self._felt = 0
        steady = self._on | (self._blinking if self._ms < 500 else 0)
        return steady ^ self._felt

    def waiting(self) -> list[int]:
        """The numbers of the presses that are not acknowledged yet, oldest first."""
        return [press.seq for press in self._waiting]

    def _begin(self, now: int, closed: int) -> None:
        # A button that is closed at power-up is a fault or an elbow, not an answer.
        self._tick = self._alive_at = now
        for index in range(self.buttons):
            if closed >> index & 1:
                self._seen[index] = CONFIRM
                self.down |= 1 << index
                self._last[index] = now

    def _pass_time(self, now: int) -> None:
        passed = _since(now, self._tick)
        if passed >= TICKS // 2:
            return  # a sample taken just before the last one
        self._tick = now
        self._ms += passed
        if self._ms >= 1000:
            self._uptime_s += self._ms // 1000
            self._ms %= 1000

    def _contact(self, index: int, now: int, is_closed: int) -> None:
        seen = self._seen[index]
        if is_closed:
            if seen == 0:
                self._first[index] = now
            if seen < CONFIRM and not (seen and now == self._last[index]):
                self._seen[index] = seen + 1
            self._last[index] = now
            if seen < CONFIRM == self._seen[index]:
                self.down |= 1 << index
                self._press(index, _since(now, self._first[index]))
        elif seen and _since(now, self._last[index]) >= SETTLE_MS:
            self._seen[index] = 0
            self.down &= ~(1 << index)
        if self._seen[index]:
            self._is_restless = True

    def _press(self, index: int, age_ms: int) -> None:
        # When the queue is full the newest is refused: the terminal may have heard the older ones
        # already, and they were taken first. Its light does not move, so nobody is deceived.
        if len(self._waiting) >= MOST_WAITING:
            return
        born_s, born_ms = self._uptime_s, self._ms - age_ms
        while born_ms < 0:
            born_s, born_ms = born_s - 1, born_ms + 1000
        self._waiting.append(Press(self.next_seq, index + 1, born_s, born_ms))
        self.next_seq = (self.next_seq + 1) % 65536
        if self._is_terminal_there():
            self._felt, self._felt_at = 1 << index, self._tick

    def _age_ms(self, press: Press) -> int:
        return (self._uptime_s - press.born_s) * 1000 + self._ms - press.born_ms

    def _is_terminal_there(self) -> bool:
        if not self._waiting:
            return self._is_terminal_heard
        return self._is_terminal_heard and self._uptime_s - self._waiting[0].born_s <= TOO_OLD_S

    def _take(self, line: bytes) -> None:
        words = _words(line)
        if not words:
            return
        if words == [b"PASK"]:
            self._is_hello_due = True
        elif words[0] == b"PACK" and len(words) == 2:
            self._acknowledged(_number(words[1], 65535))
        elif words[0] == b"PLED" and len(words) == 3:
            self._light(_number(words[1], self.buttons), words[2])
        else:
            return
        self._is_terminal_heard = True

    def _acknowledged(self, seq: int) -> None:
        self._waiting = [press for press in self._waiting if press.seq != seq]

    def _light(self, button: int, state: bytes) -> None:
        if button < 0 or state not in (b"on", b"off", b"blink"):
            return
        mask = 1 << button - 1 if button else (1 << self.buttons) - 1
        self._on &= ~mask
        self._blinking &= ~mask
        if state == b"on":
            self._on |= mask
        elif state == b"blink":
            self._blinking |= mask


def _words(line: bytes) -> list[bytes]:
    """The words of a sentence; none for anything else."""
    # Half a line may stand before a whole sentence when the cable was plugged in just now.
    start = line.rfind(b"$")
    star = line.rfind(b"*")
    if start < 0 or star < start:
        return []
    body = line[start + 1 : star]
    if _hexadecimal(line[star + 1 :].rstrip(b"\r")) != _checksum(body):
        return []
    return body.split(b",")


def _hexadecimal(digits: bytes) -> int:
    """The number that two digits of either case make; -1 for anything else."""
    number = 0
    for byte in digits:
        digit = b"0123456789ABCDEF0123456789abcdef".find(bytes([byte]))
        if digit < 0:
            return -1
        number = number * 16 + digit % 16
    return number if len(digits) == 2 else -1


def _number(digits: bytes, most: int) -> int:
    """A whole number from 0 to `most`; -1 for anything else."""
    number = 0
    for byte in digits:
        number = number * 10 + byte - 48
        if not 48 <= byte <= 57 or number > most:
            return -1
    return number if digits else -1


def _checksum(body: bytes) -> int:
    total = 0
    for byte in body:
        total ^= byte
    return total


def _since(now: int, then: int) -> int:
    return (now - then) % TICKS


def _word(text: str) -> str:
    """A name as a sentence can carry it: 30 plain characters, no commas."""
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    return "".join([each if each in plain else "-" for each in text[:30]]) or "-"
