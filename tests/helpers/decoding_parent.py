"""An interface process without an interface: has photos decoded for ever, until it is killed.

Started with a photo's path. Writes out its workers' process numbers, the one that stands by last,
when the first decode is in hand.
"""

import sys

from company import Company, spec_of
from long_work import FRAME, FRAME_SHAPE
from stillframe.supervision.spec import Heartbeat
from worker_kinds import IMAGES
from worker_requests import decode

_AHEAD = 3


def main() -> None:
    """Start the company, say who works, and go on."""
    spec = spec_of(IMAGES, arena=FRAME_SHAPE, standby=True, heartbeat=Heartbeat())
    with Company.at_work(spec) as company:
        pid = company.until_ready("images")
        company.until(lambda: company.status("images").standby == "ready")
        standby = company.supervisor._pools["images"]._staff.standby
        assert standby is not None
        request = decode(sys.argv[1].encode(), FRAME)
        asked = [company.order(request) for _ in range(_AHEAD)]
        company.until(lambda: company.beat("images").busy_seq in asked)
        sys.stdout.write(f"{pid} {standby.pid}\n")
        sys.stdout.flush()
        while True:
            company.outcome(asked.pop(0))
            asked.append(company.order(request))


if __name__ == "__main__":
    main()
