"""Why something could not be fetched or kept.

Role: the one error of this worker's parts; it ends a feed's or an image's turn, never the worker's.
"""

from stillframe.contracts.feeds import DropReason


class FetchError(Exception):
    """A refusal: its reason for reports, a sentence for people, and what the server asked for.

    Attributes:
        retry_after_s: how long the server wants to be left alone, if it said so.
        status: what it answered with, if it answered.
        host: whose answer that was: after a redirect, not the host that was asked first.
    """

    def __init__(
        self,
        reason: DropReason,
        detail: str,
        retry_after_s: float | None = None,
        status: int | None = None,
        host: str = "",
    ) -> None:
        super().__init__(reason, detail, retry_after_s, status, host)
        self.reason, self.detail = reason, detail
        self.retry_after_s, self.status, self.host = retry_after_s, status, host

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.detail}"
