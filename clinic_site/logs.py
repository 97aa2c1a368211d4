"""Logs that cannot hold what a patient wrote."""

import logging
import traceback


class QuietFormatter(logging.Formatter):
    """Write where an exception came from and its type, never its message or its values.

    Database errors repeat the refused row in their message, validation errors the input.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei) -> str:
        kind, error, _ = ei
        lines, told = [], set()
        while error and id(error) not in told:  # two errors can name each other as the cause
            told.add(id(error))
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            lines.append(f"{type(error).__module__}.{type(error).__qualname__} (message withheld)")
            error = error.__cause__ or error.__context__
        return "\n".join(lines)
