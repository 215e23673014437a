"""Files that survive a power cut: created once, replaced whole, or appended to all-or-none.

Every function goes through `os.open`, `os.write`, `os.fsync` and their kin, so that the crash
tests can kill the process at each of them. A command that is killed may leave a file whose name
begins with ``.tmp-``; nothing ever reads such a file, and it may be deleted.
"""

import hashlib
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from bo_loop.base import received
from bo_loop.base.errors import CampaignError

_BINARY = getattr(os, "O_BINARY", 0)  # Windows would turn LF into CRLF
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)  # Windows lets only administrators make links


def refuse_links(folder: Path) -> None:
    """Refuse a folder that holds a link, at any depth: what is written through it lands elsewhere.

    The folder itself, and those above it, may be reached through links.

    Raises
    ------
    CampaignError
        Naming the link, or a folder that cannot be listed.
    """
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_symlink():
                        raise CampaignError(
                            f"{entry.path} is a link. A campaign's folder holds its files itself: "
                            "what is written through a link would overwrite a file elsewhere. "
                            "Nothing was read or changed. Put the file in place of the link, or "
                            "delete the link."
                        )
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except FileNotFoundError:
            continue  # another command's temporary folder is gone, or there is no folder at all
        except OSError as error:
            raise CampaignError(
                f"{error.filename} cannot be read ({error.strerror}). Mend its permissions, then "
                "repeat the command."
            ) from error


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Raises
    ------
    CampaignError
        If the file cannot be read.
    """
    try:
        return hashlib.sha256(received.read_bytes(path)).hexdigest()
    except FileNotFoundError as error:
        raise received.unreadable(path, error) from error


def write_aside(path: Path, why: str, content: bytes, at: datetime) -> Path:
    """Keep `content` beside `path`, under a name that is free; return where it lies.

    Raises
    ------
    CampaignError
        As `write_once`.
    """
    stamp, n = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"), 1
    suffix = path.suffix.replace(".jsonl", ".txt")
    while os.path.lexists(aside := path.with_name(f"{path.stem}.{why}-{stamp}-{n}{suffix}")):
        n += 1
    write_once(aside, content)
    return aside


def write_once(path: Path, content: bytes) -> None:
    """Create a file whole, on disk when this returns; never overwrite one.

    Raises
    ------
    CampaignError
        If `path` exists, or cannot be written; then nothing of it is left.
    """
    try:
        with _temporary(path, content) as temporary:
            _publish(temporary, path)
        _sync_folder(path.parent)
    except FileExistsError as error:
        raise CampaignError(
            f"{path} exists already. It is created once and never overwritten: move it away if "
            "it is not part of this campaign."
        ) from error
    except OSError as error:
        raise _unwritable(path, error) from error


def make_folder(path: Path) -> None:
    """Create a folder and what is missing above it; one that is there already will do.

    Raises
    ------
    CampaignError
        If it cannot be created.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def publish_folder(staged: Path, path: Path) -> None:
    """Give a finished folder its name, which must be free; it lasts when this returns.

    Raises
    ------
    CampaignError
        If the name is taken, or the folder above cannot be written.
    """
    try:
        os.rename(staged, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error


def write_view(path: Path, content: bytes) -> None:
    """Replace a file that can be rebuilt at any time; readers see the old or the new, whole.

    Raises
    ------
    CampaignError
        If it cannot be written; the old file is then still there.
    """
    try:
        with _temporary(path, content) as temporary:
            os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error


def append(path: Path, content: bytes) -> None:
    """Append `content`, on disk when this returns; on failure leave the file as it was.

    Raises
    ------
    CampaignError
        If it cannot be written: disk full, read-only folder. The message says whether the file
        could be cut back to its earlier length.
    """
    try:
        existed = path.exists()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY | _NO_LINK
        file = os.open(path, flags, 0o666)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        length = os.fstat(file).st_size
        try:
            _write_all(file, content)
            os.fsync(file)
            if not existed:
                _sync_folder(path.parent)
        except OSError as error:
            raise _cut_back(file, path, length, error) from error
    finally:
        os.close(file)


def cut(path: Path, length: int) -> None:
    """Cut a file to `length` bytes, on disk when this returns.

    Raises
    ------
    CampaignError
        If it cannot be written.
    """
    try:
        file = os.open(path, os.O_RDWR | _BINARY | _NO_LINK)
        try:
            os.ftruncate(file, length)
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise _unwritable(path, error) from error


@contextmanager
def locked(path: Path, timeout: float) -> Iterator[None]:
    """Hold the lock file `path` across processes.

    Who holds it (host, process, since when) is written beside it, in ``<path>.holder``. The
    system frees the lock of a process that dies, so a stale holder's note alone stops nobody.

    Parameters
    ----------
    path : Path
        The lock file; it stays in place after release.
    timeout : float
        Seconds to wait for another process.

    Raises
    ------
    CampaignError
        If the lock is still held after `timeout`, with the holder and the way out; or if the
        folder does not exist or cannot be written.
    """
    if not path.parent.is_dir():  # filelock would create it
        raise CampaignError(f"There is no folder {path.parent}. Check the name of the campaign.")
    lock = FileLock(path)
    holder = path.with_name(path.name + ".holder")
    try:
        lock.acquire(timeout=timeout, poll_interval=0.01)
    except Timeout as error:
        raise CampaignError(_held(path, holder, timeout)) from error
    except OSError as error:
        raise CampaignError(f"Nothing was recorded. {_unwritable(path, error)}") from error
    try:
        with suppress(OSError):  # the note only serves a message: a full disk says so later
            _note_holder(holder)
        yield
    finally:
        with suppress(OSError):
            os.unlink(holder)
        lock.release()


def _note_holder(holder: Path) -> None:
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    note = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "since": since})
    with _temporary(holder, note.encode(), sync=False) as temporary:
        os.replace(temporary, holder)  # opening `holder` itself would follow a link


def _held(path: Path, holder: Path, timeout: float) -> str:
    try:
        note = received.read_json(holder, received.read_bytes(holder, most=4096))
        who = f"process {note['pid']} on host {note['host']}, since {note['since']}"
    except (FileNotFoundError, CampaignError, KeyError):
        who = "a process that left no note"
    return (
        f"{path} is locked: after {timeout:g} s it is still held by {who}. Nothing was recorded. "
        "If that process is at work, wait for it or end it, then repeat. If it is gone (its host "
        "was switched off, or the drive lost it), make sure that no bo-loop runs on this campaign "
        f"anywhere, delete {path.name} and {holder.name}, and repeat."
    )


@contextmanager
def _temporary(path: Path, content: bytes, *, sync: bool = True) -> Iterator[Path]:
    """Write a file beside `path`, on disk; it is gone afterwards unless the process is killed."""
    temporary = path.with_name(f".tmp-{os.getpid()}-{os.urandom(4).hex()}-{path.name}"[:250])
    try:
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
        try:
            _write_all(file, content)
            if sync:
                os.fsync(file)
        finally:
            os.close(file)
        yield temporary
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _publish(temporary: Path, path: Path) -> None:
    """Give a finished file its name, which must be free."""
    try:
        os.link(temporary, path)
    except OSError:
        # Some shared drives know no hard links. The window between the two lines is harmless:
        # names that are created once are handed out under the ledger's lock.
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.replace(temporary, path)


def _write_all(file: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]


def _sync_folder(folder: Path) -> None:
    """Make names in `folder` last; Windows does this by itself and cannot open a folder."""
    if os.name == "nt":
        return
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _cut_back(file: int, path: Path, length: int, error: OSError) -> CampaignError:
    try:
        os.ftruncate(file, length)
        os.fsync(file)
    except OSError as second:
        return CampaignError(
            f"{path} could not be written ({error.strerror}), nor cut back to its earlier length "
            f"of {length} bytes ({second.strerror}). The command did not succeed. What it wrote "
            "beyond that length is set aside by the next command if it is incomplete; look at "
            "the campaign's status before you repeat."
        )
    return _unwritable(path, error)


def _unwritable(path: Path, error: OSError) -> CampaignError:
    return CampaignError(
        f"{path} could not be written ({error.strerror or error}). What was there before is "
        f"unchanged. Free space on the disk or mend the permissions of {path.parent}, then repeat "
        "the command."
    )
