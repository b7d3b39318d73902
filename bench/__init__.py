"""What is measured, and against whom.

Role: one module a bench, run as `python -m bench.<name>`, and all of them as `python -m bench`.
Counterpart: `bench.table` prints what they found, for people and, on the last line, for programs.

Guarantees: ours and the peers are measured in turns within one run; medians are quoted; a peer
that is missing is left out by name.
"""

import sys
from pathlib import Path

# The virtual screen is a tool of its own: a script folder, which is no package.
sys.path.append(str(Path(__file__).parent.parent / "tools"))
