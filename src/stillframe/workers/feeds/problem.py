"""Why something could not be fetched or kept.

Role: the one error of this worker's parts; it ends a feed's or an image's turn, never the worker's.
"""

from stillframe.contracts.feeds import DropReason


class FetchError(Exception):
    """A refusal: its reason for reports, a sentence for people, and what the server asked for."""

    def __init__(
        self,
        reason: DropReason,
        detail: str,
        retry_after_s: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(reason, detail, retry_after_s, status)
        self.reason, self.detail = reason, detail
        self.retry_after_s, self.status = retry_after_s, status

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.detail}"
