"""Files that one process at a time holds, in the protocol of the library's LockFile.java: a record lock on a byte that no
text reaches, and before it, in words, who holds it. The lock ends with its process; the file stays. While a file is held, its
process must not open it a second time: closing it then would give the lock up."""

import contextlib
import fcntl
import os
import socket
from datetime import datetime, timezone

LOCKED_BYTE = 2**63 - 2


@contextlib.contextmanager
def held(path, waiting=False):
    """Yields None once the file is held, else, when not `waiting`, the words of the process that holds it."""
    # not truncated before it is ours: the words are another process's until then
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+", encoding="utf-8") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | (0 if waiting else fcntl.LOCK_NB), 1, LOCKED_BYTE)
        except (BlockingIOError, PermissionError):  # POSIX allows either
            yield lock.read() or "another process"
            return
        try:
            lock.truncate(0)
            lock.write(f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}")
            lock.flush()
            yield None
        finally:
            lock.truncate(0)


def holder(path):
    """The words of the process that holds a file, or None where none does."""
    if not path.exists():
        return None
    with held(path) as other:
        return other
