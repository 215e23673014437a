import errno
import hashlib
import json
import multiprocessing
import os
import socket

import pytest

from bo_loop.base import files
from bo_loop.base.errors import CampaignError


def refuse(code):
    def call(*_args, **_kwargs):
        raise OSError(code, os.strerror(code))

    return call


def test_sha256_of_known_bytes(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert files.sha256(tmp_path / "f") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    with pytest.raises(CampaignError, match="cannot be read"):
        files.sha256(tmp_path / "missing")


@pytest.mark.parametrize("hard_links", [True, False])
def test_a_file_is_created_once(tmp_path, monkeypatch, hard_links):
    if not hard_links:  # as on some shared drives
        monkeypatch.setattr(os, "link", refuse(errno.EPERM))
    files.write_once(tmp_path / "form.csv", b"first")
    with pytest.raises(CampaignError, match=r"form\.csv exists already.*never overwritten"):
        files.write_once(tmp_path / "form.csv", b"second")
    assert (tmp_path / "form.csv").read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["form.csv"]


def test_a_link_that_leads_nowhere_is_not_overwritten(tmp_path):
    (tmp_path / "form.csv").symlink_to(tmp_path / "gone")
    with pytest.raises(CampaignError, match="exists already"):
        files.write_once(tmp_path / "form.csv", b"first")
    assert (tmp_path / "form.csv").is_symlink()


@pytest.mark.parametrize("name", ["log", "ledger.lock", "view.csv", "form.csv"])
def test_no_write_follows_a_link(tmp_path, name):
    """A folder that came from a stranger may hold links to files of ours."""
    (tmp_path / "thesis.docx").write_bytes(b"five years of work")
    folder = tmp_path / "camp"
    folder.mkdir()
    (folder / name).symlink_to(tmp_path / "thesis.docx")
    (folder / "ledger.lock.holder").symlink_to(tmp_path / "thesis.docx")
    writes = {
        "log": [lambda p: files.append(p, b"x"), lambda p: files.cut(p, 0)],
        "ledger.lock": [lambda p: files.locked(p, timeout=0.1).__enter__()],
        "view.csv": [],
        "form.csv": [lambda p: files.write_once(p, b"x")],
    }
    for write in writes[name]:
        with pytest.raises(CampaignError):
            write(folder / name)
    if name == "view.csv":  # the link itself is replaced
        files.write_view(folder / name, b"x")
        assert not (folder / name).is_symlink()
    with files.locked(folder / "other.lock", timeout=1.0):
        pass
    (folder / "ledger.lock").unlink(missing_ok=True)
    with files.locked(folder / "ledger.lock", timeout=1.0):
        assert not (folder / "ledger.lock.holder").is_symlink()
    assert (tmp_path / "thesis.docx").read_bytes() == b"five years of work"


def test_a_lock_that_is_another_files_name_does_not_empty_it(tmp_path):
    """Shown for the filelock that pyproject.toml asks for at least; earlier ones truncated it."""
    (tmp_path / "thesis.docx").write_bytes(b"five years of work")
    os.link(tmp_path / "thesis.docx", tmp_path / "ledger.lock")
    with files.locked(tmp_path / "ledger.lock", timeout=1.0):
        pass
    assert (tmp_path / "thesis.docx").read_bytes() == b"five years of work"


def test_a_folder_with_a_link_at_any_depth_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    camp = tmp_path / "camp"
    (camp / "rounds" / "001").mkdir(parents=True)
    files.refuse_links(camp)
    files.refuse_links(tmp_path / "missing")
    for name in ("rounds/001/proposals.csv", "rounds/002", "ledger.head"):
        link = camp / name
        link.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(CampaignError, match=rf"{link.name} is a link.*Nothing was read"):
            files.refuse_links(camp)
        link.unlink()
    (tmp_path / "short").symlink_to(camp)  # the way to the folder is the user's own affair
    files.refuse_links(tmp_path / "short")


def test_a_folder_that_cannot_be_listed_says_so(tmp_path, monkeypatch):
    def denied(path):
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(CampaignError, match=r"cannot be read \(Permission denied\).*permissions"):
        files.refuse_links(tmp_path)


def test_a_view_is_replaced_whole(tmp_path):
    files.write_view(tmp_path / "view.csv", b"first")
    files.write_view(tmp_path / "view.csv", b"second")
    assert (tmp_path / "view.csv").read_bytes() == b"second"
    assert os.listdir(tmp_path) == ["view.csv"]


@pytest.mark.parametrize("write", [files.write_once, files.write_view, files.append])
@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_a_disk_that_refuses_leaves_what_was_there(tmp_path, monkeypatch, write, call):
    (tmp_path / "other").write_bytes(b"old")
    target = tmp_path / ("new" if write is files.write_once else "other")
    outcomes = iter([refuse(errno.ENOSPC)])  # once: cutting back then succeeds
    real = getattr(os, call)
    monkeypatch.setattr(os, call, lambda *args: next(outcomes, real)(*args))
    with pytest.raises(
        CampaignError, match=r"No space left.*What was there before is unchanged.*Free space"
    ):
        write(target, b"content")
    monkeypatch.undo()
    assert (tmp_path / "other").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["other"]


def test_append_cuts_back_what_a_full_disk_took(tmp_path, monkeypatch):
    (tmp_path / "log").write_bytes(b"old\n")
    real, calls = os.write, []

    def write(file, content):
        calls.append(1)
        return real(file, bytes(content)[:5]) if len(calls) == 1 else refuse(errno.ENOSPC)()

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(CampaignError, match="What was there before is unchanged"):
        files.append(tmp_path / "log", b"new line\n")
    assert (tmp_path / "log").read_bytes() == b"old\n"


def test_append_says_when_it_cannot_even_cut_back(tmp_path, monkeypatch):
    (tmp_path / "log").write_bytes(b"old\n")
    monkeypatch.setattr(os, "fsync", refuse(errno.EIO))
    monkeypatch.setattr(os, "ftruncate", refuse(errno.EROFS))
    with pytest.raises(CampaignError, match="nor cut back to its earlier length of 4 bytes"):
        files.append(tmp_path / "log", b"new\n")


def test_short_writes_are_continued(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, content: real(file, bytes(content)[:3]))
    files.append(tmp_path / "log", b"0123456789")
    files.write_once(tmp_path / "once", b"0123456789")
    assert (tmp_path / "log").read_bytes() == (tmp_path / "once").read_bytes() == b"0123456789"


@pytest.fixture
def trace(monkeypatch):
    """What is done to which file, in order."""
    names, calls = {}, []
    real = {n: getattr(os, n) for n in ("open", "write", "fsync", "ftruncate", "link", "replace")}

    def opened(path, *args, **kwargs):
        file = real["open"](path, *args, **kwargs)
        name = os.path.basename(os.fspath(path))
        names[file] = "temporary" if name.startswith(".tmp-") else name
        return file

    def on_file(call):
        def traced(file, *args):
            calls.append((call, names[file]))
            return real[call](file, *args)

        return traced

    def on_path(call):
        def traced(source, target):
            calls.append((call, os.path.basename(target)))
            return real[call](source, target)

        return traced

    monkeypatch.setattr(os, "open", opened)
    for call in ("write", "fsync", "ftruncate"):
        monkeypatch.setattr(os, call, on_file(call))
    for call in ("link", "replace"):
        monkeypatch.setattr(os, call, on_path(call))
    return calls


def test_everything_is_on_disk_before_it_is_said_to_be(tmp_path, trace):
    folder = tmp_path.name
    temporary = [("write", "temporary"), ("fsync", "temporary")]
    files.append(tmp_path / "log", b"1")
    assert trace == [("write", "log"), ("fsync", "log"), ("fsync", folder)]
    trace.clear()
    files.append(tmp_path / "log", b"2")
    assert trace == [("write", "log"), ("fsync", "log")]
    trace.clear()
    files.cut(tmp_path / "log", 1)
    assert trace == [("ftruncate", "log"), ("fsync", "log")]
    trace.clear()
    files.write_once(tmp_path / "once", b"1")
    assert trace == [*temporary, ("link", "once"), ("fsync", folder)]
    trace.clear()
    files.write_view(tmp_path / "view", b"1")
    assert trace == [*temporary, ("replace", "view"), ("fsync", folder)]


def test_a_file_that_cannot_be_cut_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "log").write_bytes(b"1234")
    monkeypatch.setattr(os, "ftruncate", refuse(errno.EROFS))
    with pytest.raises(CampaignError, match="could not be written"):
        files.cut(tmp_path / "log", 1)


def hold(path, held, release):
    with files.locked(path, timeout=5.0):
        held.set()
        release.wait(30)


@pytest.mark.parametrize("noted", [True, False])
def test_a_held_lock_names_its_holder_and_the_way_out(tmp_path, noted):
    fork = multiprocessing.get_context("fork")
    held, release = fork.Event(), fork.Event()
    holder = fork.Process(target=hold, args=(tmp_path / "ledger.lock", held, release))
    holder.start()
    assert held.wait(30)
    if not noted:
        (tmp_path / "ledger.lock.holder").write_bytes(b"[")
    who = f"process {holder.pid} on host {socket.gethostname()}" if noted else "left no note"
    with (
        pytest.raises(CampaignError) as caught,
        files.locked(tmp_path / "ledger.lock", timeout=0.05),
    ):
        pytest.fail("the lock was given twice")
    release.set()
    holder.join(30)
    for words in (who, "Nothing was recorded", "delete ledger.lock and ledger.lock.holder"):
        assert words in str(caught.value)
    with files.locked(tmp_path / "ledger.lock", timeout=5.0):
        note = json.loads((tmp_path / "ledger.lock.holder").read_text())
        assert note["pid"] == os.getpid()
    assert os.listdir(tmp_path) == ["ledger.lock"]


def test_a_note_of_a_dead_process_stops_nobody(tmp_path):
    (tmp_path / "ledger.lock").touch()
    (tmp_path / "ledger.lock.holder").write_text('{"host":"gone","pid":1,"since":"2020"}')
    with files.locked(tmp_path / "ledger.lock", timeout=0.05):
        assert "gone" not in (tmp_path / "ledger.lock.holder").read_text()


def test_a_full_disk_does_not_fail_for_the_note(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "write", refuse(errno.ENOSPC))
    with files.locked(tmp_path / "ledger.lock", timeout=0.05):
        pass


def test_a_folder_that_cannot_be_written_cannot_be_locked(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "open", refuse(errno.EROFS))
    with (
        pytest.raises(CampaignError, match=r"Nothing was recorded.*Read-only"),
        files.locked(tmp_path / "ledger.lock", timeout=0.05),
    ):
        pass


def test_locking_creates_no_folder(tmp_path):
    with (
        pytest.raises(CampaignError, match="There is no folder"),
        files.locked(tmp_path / "mistyped" / "ledger.lock", timeout=0.05),
    ):
        pass
    assert os.listdir(tmp_path) == []


def test_content_survives_byte_for_byte(tmp_path):
    content = bytes(range(256)) * 100
    files.write_once(tmp_path / "f", content)
    assert files.sha256(tmp_path / "f") == hashlib.sha256(content).hexdigest()
