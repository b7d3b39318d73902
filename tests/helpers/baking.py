"""Requests to the transition worker."""

from typing import Any

from stillframe.contracts.pixels import Size
from stillframe.contracts.transitions import TransitionRequest

UHD = Size(3840, 2160)


def request(name: str, size: Size = UHD, seed: int = 1, **params: Any) -> TransitionRequest:
    """Return a request to bake a transition, as for a 4K screen."""
    return TransitionRequest(
        seq=1,
        correlation_id=0,
        worker="transitions",
        ts_req_ns=1,
        deadline_ns=2,
        transition_type=name,
        params=params,
        duration_s=1.0,
        direction_history=(),
        seed=seed,
        size=size,
    )
