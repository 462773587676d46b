"""Who is on the staff: the file, its mode, passwords and tokens."""

import stat

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import ConfigError, ExitCode, NotFound
from archive.layout import create_archive
from archive.staff.accounts import (
    add_token,
    find_by_token,
    has_password,
    read_accounts,
    remove_account,
    set_password,
)
from archive.staff.door import Door

PASSWORD = "low water at six fifteen"


@pytest.fixture
def archive(tmp_path):
    return create_archive(tmp_path / "a", contact="mailto:a@b.example")


def test_passwords_and_tokens_are_kept_hashed_for_the_owner_alone(archive):
    set_password(archive, "ada", PASSWORD)
    token = add_token(archive, "ada")
    text = archive.staff_path.read_text("utf-8")
    assert stat.S_IMODE(archive.staff_path.stat().st_mode) == 0o600
    assert "$argon2id$" in text
    assert PASSWORD not in text
    assert token not in text
    accounts = read_accounts(archive)
    assert has_password(accounts["ada"], PASSWORD)
    assert not has_password(accounts["ada"], PASSWORD + "x")
    assert not has_password(None, PASSWORD)
    assert find_by_token(accounts, token) is accounts["ada"]
    assert find_by_token(accounts, PASSWORD) is None


def test_a_new_password_ends_what_the_old_one_proved(archive):
    set_password(archive, "ada", PASSWORD)
    before = read_accounts(archive)["ada"].proof
    set_password(archive, "ada", PASSWORD + "!")
    after = read_accounts(archive)["ada"]
    assert (after.proof == before, has_password(after, PASSWORD)) == (False, False)


def test_who_is_removed_is_gone(archive):
    add_token(archive, "ada")
    remove_account(archive, "ada")
    assert read_accounts(archive) == {}
    with pytest.raises(NotFound, match="nobody"):
        remove_account(archive, "ada")


@pytest.mark.parametrize(("name", "password"), [("Ada", PASSWORD), ("ada", "short")])
def test_what_cannot_be_a_name_or_a_password_is_refused(archive, name, password):
    with pytest.raises(ConfigError):
        set_password(archive, name, password)
    assert not archive.staff_path.exists()


@pytest.mark.parametrize("text", ["", "[]", '{"people": {"ada": {}}}'])
def test_a_file_that_is_none_of_ours_is_no_staff(archive, text):
    archive.staff_path.write_text(text)
    archive.staff_path.chmod(0o600)
    with pytest.raises(ConfigError, match="staff add"):
        read_accounts(archive)


def test_a_file_that_others_may_read_stops_the_server(archive):
    set_password(archive, "ada", PASSWORD)
    archive.staff_path.chmod(0o640)
    with pytest.raises(ConfigError, match=f"chmod 600 {archive.staff_path}"):
        Door(archive, room="https://press.example")


def test_the_command_adds_lists_and_removes(archive):
    def staff(*arguments, typed=""):
        told = CliRunner().invoke(cli, ["-C", str(archive.root), "staff", *arguments], input=typed)
        return told.exit_code, told.stdout

    assert staff("add", "ada", typed=PASSWORD + "\n")[0] == 0
    token = staff("add", "ada", "--token")[1].strip()
    accounts = read_accounts(archive)
    assert has_password(accounts["ada"], PASSWORD)
    assert find_by_token(accounts, token) is not None
    assert staff("list")[1].startswith("ada: a password and 1 token, since 2")
    assert staff("remove", "ada")[0] == 0
    assert staff("list") == (0, "")
    assert staff("remove", "ada")[0] == ExitCode.ERROR
