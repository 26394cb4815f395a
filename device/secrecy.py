"""Nothing of this process's memory may reach a disk or another process: no core file, no swap, no ptrace.

Sources: core(5), mlockall(2), prctl(2) PR_SET_DUMPABLE. What the system refuses (an unprivileged user's limit on locked
memory) is not an error: the systemd unit grants it, and turns swap off besides.
"""

import ctypes
import resource
from typing import Final

PR_SET_DUMPABLE: Final = 4
MCL_CURRENT: Final = 1
MCL_FUTURE: Final = 2


def keep_secrets() -> bool:
    """Shut what can be shut. True when the memory is locked into RAM, too."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY
    # With a limit, MCL_FUTURE would make later allocations fail instead of merely staying unlocked.
    return unlimited and libc.mlockall(MCL_CURRENT | MCL_FUTURE) == 0
