"""gunicorn's own log in the shape of ours: `--logger-class` names it."""

from __future__ import annotations

import os
from typing import Any

from gunicorn.glogging import Logger

from leaderboard.logs import LineFormatter


class GunicornLog(Logger):  # type: ignore[misc]
    """Writes JSON where LOG_FORMAT asks for it, and as gunicorn does otherwise."""

    def setup(self, cfg: Any) -> None:
        """Begin to write."""
        super().setup(cfg)
        # Before there is an application that has read its settings.
        if os.environ.get("LOG_FORMAT", "").strip() == "json":
            for log in (self.error_log, self.access_log):
                for handler in log.handlers:
                    handler.setFormatter(LineFormatter("json"))
