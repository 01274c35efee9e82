"""Files under their hashes."""

import pytest

from lms.kernel import files


def test_saved_bytes_come_back(tmp_path):
    name = files.save(tmp_path, b"inhalt")
    with files.open_file(tmp_path, name) as stream:
        assert stream.read() == b"inhalt"


def test_the_same_bytes_are_kept_once(tmp_path):
    assert files.save(tmp_path, b"a") == files.save(tmp_path, b"a")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_deleting_twice_is_no_error(tmp_path):
    name = files.save(tmp_path, b"a")
    files.delete(tmp_path, name)
    files.delete(tmp_path, name)
    assert not files.exists(tmp_path, name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a", "A" * 64, "0" * 63 + "/", ""])
def test_a_name_that_is_no_hash_never_reaches_the_file_system(tmp_path, name):
    with pytest.raises(files.BadFileName):
        files.open_file(tmp_path, name)
