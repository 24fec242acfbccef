"""A call that may hang, with an end to the waiting for it."""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """What `call` returns or raises; TimeoutError when it takes longer.

    Nothing can end a name look-up from outside: its thread is left behind, for the process's end.
    """
    answers: queue.SimpleQueue[tuple[Result | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put((call(), None))
        except Exception as error:  # noqa: BLE001 - raised anew where it is waited for
            answers.put((None, error))

    threading.Thread(target=run, name="bounded", daemon=True).start()
    try:
        result, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"took longer than {seconds:.0f} s") from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value] # None only if that is what `call` returned
