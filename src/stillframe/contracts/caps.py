"""How large anything that crosses a boundary may be, and why.

Role: the one table of bounds. Counterpart: `contracts.codec` enforces message caps on both
sides; `workers` and `transport` enforce the rest before they allocate.
"""

from typing import Final

# A SEQPACKET message must fit the kernel's socket buffer in one piece (208 KiB by default), and a
# few must fit together, or a sender stalls on its own backlog.
CONTROL_CAP_BYTES: Final = 32 * 1024
IMAGES_CAP_BYTES: Final = 16 * 1024  # one path (PATH_MAX 4 KiB) twice, as path and in the key
LIBRARY_CAP_BYTES: Final = 64 * 1024  # one page of a folder scan
SCENES_CAP_BYTES: Final = 16 * 1024
FEEDS_CAP_BYTES: Final = 160 * 1024  # all feeds and one reading; bodies go by slot, never here
FEEDPARSE_CAP_BYTES: Final = 96 * 1024
AUDIO_CAP_BYTES: Final = 8 * 1024  # settings only; bars go through shared memory
ANALYSIS_CAP_BYTES: Final = 32 * 1024  # the onsets and beats of one stretch of a file
TRANSITIONS_CAP_BYTES: Final = 16 * 1024  # parameters only; tables go through shared memory
SHADERS_CAP_BYTES: Final = 64 * 1024  # a shader's source text

# Linux refuses longer paths (PATH_MAX); a longer one can only be hostile.
PATH_CAP_BYTES: Final = 4096
# A key is a path and a suffix of known shape: "|scaled:WxH" and a profile.
KEY_CAP_BYTES: Final = PATH_CAP_BYTES + 128
# No display or texture limit in the field is larger; it keeps width x height x 4 below 2**32.
SIDE_CAP_PX: Final = 16384
# Far over what any worker gives back that is no picture (a feed's body, a transition's tables).
OPAQUE_CAP_BYTES: Final = 64 * 1024 * 1024
TEXT_CAP_CHARS: Final = 1024  # a sentence for a log or a report
URL_CAP_CHARS: Final = 4096  # what servers and proxies accept in practice is less
SCAN_PAGE_CAP_ITEMS: Final = 512
PATIENCE_CAP_MS: Final = 1000  # a worker that waits does not beat; after 1.5 s it counts as hung
SHOWN_CAP_ITEMS: Final = 8  # between two questions a second apart a person steps no further
TALLY_CAP_ITEMS: Final = 16  # a screenful of names
FEED_CAP_ITEMS: Final = 256
FEEDS_CAP: Final = 200  # as many as a person follows; with their addresses they fit one message
MIRROR_PAGE_CAP_ITEMS: Final = 64
BODY_CAP_BYTES: Final = 4 * 1024 * 1024  # of a feed, decoded; the largest real ones are half of it
ONSETS_CAP_ITEMS: Final = 512  # of one stretch of a file, which is seconds long
READING_CAP_BYTES: Final = 64 * 1024  # of what a body held, encoded; the rest is left out
