"""Stillframe: a photo frame that never drops a frame, and the offload runtime under it.

The house, from the ground up; a module imports only from lower floors:

    0  contracts                             what crosses a process boundary
    1  transport, settings, library          moving it; choosing
       cache                                 keeping it; stands on transport
    2  workers, supervision                  the child processes; who starts and heals them
    3  show                                  what happens next (pure), and what carries it out
    4  player, remote                        Qt and QML, nowhere else; other people's controls
    5  app                                   where the parts are put together
    6  cli                                   the commands
"""

__version__ = "0.1.0"
