"""What Python does not offer of Linux: folders never opened through a link, renames that overwrite nothing.

`open_beneath` walks component by component with O_NOFOLLOW, so that a folder swapped for a link is refused
at every level; O_NOFOLLOW on a whole path only looks at its last component.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
from pathlib import PurePosixPath

_libc = ctypes.CDLL(None, use_errno=True)
_RENAME_NOREPLACE = 1
# Network file systems refuse leases with the same error that means "a writer" on a local one.
_REMOTE = frozenset((0x6969, 0xFF534D42, 0xFE534D42, 0x517B, 0x65735546, 0x01021997))  # NFS CIFS SMB FUSE 9P
_UNSUPPORTED = (errno.EINVAL, errno.ENOSYS)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_beneath(root: int, folder: str, *, create: bool) -> int:
    """A descriptor of `folder` below the open folder `root`; OSError for a link, a file or (unless `create`)
    a folder that is not there."""
    here = os.dup(root)
    for part in PurePosixPath(folder).parts:
        try:
            if create:
                _make(part, here)
            below = os.open(part, _FOLDER, dir_fd=here)
        finally:
            os.close(here)
        here = below
    return here


def _make(name: str, parent: int) -> None:
    try:
        os.mkdir(name, 0o750, dir_fd=parent)
    except FileExistsError:
        return
    os.fsync(parent)


def open_file(name: bytes, folder: int) -> int:
    """A descriptor for reading; refuses links and does not wait for the other end of a pipe."""
    return os.open(name, _FILE, dir_fd=folder)


def exists(name: bytes, folder: int) -> bool:
    """Whether the name is taken, by whatever it is."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def rename_new(source: bytes, source_folder: int, target: bytes, target_folder: int) -> None:
    """Renames atomically, FileExistsError when the target's name is taken."""
    done = _renameat2(source_folder, source, target_folder, target)
    if done == errno.EEXIST:
        raise FileExistsError(done, os.strerror(done))
    if done in _UNSUPPORTED:
        _rename_checked(source, source_folder, target, target_folder)
    elif done:
        raise OSError(done, os.strerror(done))


def _renameat2(source_folder: int, source: bytes, target_folder: int, target: bytes) -> int:
    """0 or the errno; ENOSYS where the C library does not have the call."""
    call = getattr(_libc, "renameat2", None)
    if call is None:
        return errno.ENOSYS
    failed = call(source_folder, source, target_folder, target, _RENAME_NOREPLACE)
    return ctypes.get_errno() if failed else 0


def _rename_checked(source: bytes, source_folder: int, target: bytes, target_folder: int) -> None:
    # Not link and unlink: between the two both names exist, and the receiver may take the final one while
    # the part remains, which would be published a second time. The window here is one of overwriting only.
    os.stat(source, dir_fd=source_folder, follow_symlinks=False)
    if exists(target, target_folder):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    os.rename(source, target, src_dir_fd=source_folder, dst_dir_fd=target_folder)


def sync_filesystem(folder: int) -> None:
    """Makes everything written to the file system of `folder` durable: one flush for a whole batch."""
    if _libc.syncfs(folder):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def has_no_writer(descriptor: int) -> bool | None:
    """Whether no process of this machine has the file open for writing; None when the system will not say
    (the file belongs to someone else, or its file system knows no leases)."""
    try:
        # A lease that is broken while held sends SIGIO, which kills a process by default; SIGURG is ignored.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return False if error.errno == errno.EAGAIN and not _is_remote(descriptor) else None
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return True


def _is_remote(descriptor: int) -> bool:
    status = (ctypes.c_long * 64)()
    return bool(_libc.fstatfs(descriptor, status)) or (status[0] & 0xFFFFFFFF) in _REMOTE
