"""What the log says about one stream: lines that somebody can act on."""

import structlog

from liveedge.errors import SourceError
from liveedge.health.journal import Journal
from liveedge.health.verdict import CODES_OF_STATES, Verdict
from liveedge.media.epoch import Epoch
from liveedge.streams.outages import Outage

_log = structlog.get_logger(__name__)


class Diary:
    """Writes through a journal, so that a camera that comes and goes does not flood the log."""

    def __init__(self, stream_id: str) -> None:
        self._id = stream_id
        self._journal = Journal(_log)

    def live(self, now: float, epoch: Epoch, outage: Outage | None) -> None:
        """Pictures come; `outage` is what has ended."""
        parameters = epoch.config.parameters
        self._journal.note(
            now,
            "state",
            "camera_live",
            warn=False,
            stream=self._id,
            codec=epoch.codec,
            size=f"{parameters.width}x{parameters.height}",
            offline_s=None if outage is None else round(outage.seconds, 2),
        )

    def offline(self, now: float, error: SourceError, retry_in: float | None) -> None:
        """A session has failed; the next one begins in `retry_in` seconds, None: very soon."""
        self._journal.note(
            now,
            "state",
            "camera_offline",
            warn=True,
            stream=self._id,
            reason=error.reason.value,
            error=str(error),
            retry_in_s=None if retry_in is None else round(retry_in, 2),
        )

    def health(self, now: float, was: Verdict, verdict: Verdict) -> None:
        """The verdict has changed; what it finds anew is written, unless the state says it.

        What ends a session is said by the line that the stream is offline.
        """
        known = CODES_OF_STATES.union(was.codes)
        news = [
            finding
            for finding in verdict.findings
            if finding.code not in known and finding.reconnect is None
        ]
        if not news:
            return
        self._journal.note(
            now,
            "health",
            "stream_health",
            warn=not verdict.healthy,
            stream=self._id,
            health=verdict.level.value,
            codes=[finding.code.value for finding in news],
            message=" ".join(finding.message for finding in news),
        )

    def flush(self, now: float) -> None:
        """Write what was held back and has room by now."""
        self._journal.flush(now)
