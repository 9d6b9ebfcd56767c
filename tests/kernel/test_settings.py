import os
import pickle
from pathlib import Path

import pytest

from saveit.kernel.settings import Secret, Settings, SettingsRefusedError


def problems(**environment: str) -> tuple[str, ...]:
    with pytest.raises(SettingsRefusedError) as refused:
        Settings.from_environment(environment)
    return refused.value.problems


def test_an_empty_environment_is_enough_and_safe() -> None:
    settings = Settings.from_environment({})

    assert settings.database_url is None
    assert settings.host == "127.0.0.1"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.combiner
    assert not settings.sandbox
    assert settings.log_json


def test_an_empty_variable_is_an_absent_one() -> None:
    assert Settings.from_environment({"SAVEIT_PORT": " "}) == Settings.from_environment({})


def test_every_mistake_is_named_at_once() -> None:
    listed = problems(
        SAVEIT_PORT="eight thousand",
        SAVEIT_WORKERS="0",
        SAVEIT_COMBINER="perhaps",
        SAVEIT_LOG="loud",
        SAVEIT_PUBLIC_URL="example.test",
        SAVEIT_SECRET_KEY="short",
    )

    assert len(listed) == 6
    assert listed[0] == "SAVEIT_PORT must be a whole number from 1 to 65535, not 'eight thousand'"


def test_a_slip_of_the_hand_is_named_and_a_stranger_is_let_be() -> None:
    listed = problems(SAVEIT_DATABSE_URL="postgresql://x/y", SAVEIT_PORT_8000_TCP_ADDR="10.0.0.1")

    assert listed == ("SAVEIT_DATABSE_URL is not a setting; did you mean SAVEIT_DATABASE_URL?",)


@pytest.mark.parametrize("number", ["-1", "1.5", "٣", "9" * 5_000, "0", "65536"])
def test_a_port_is_a_port(number: str) -> None:
    assert len(problems(SAVEIT_PORT=number)) == 1


def test_a_wrong_secret_is_not_repeated_in_the_message() -> None:
    listed = problems(SAVEIT_DATABASE_URL="mysql://root:hunter2@db/x", SAVEIT_ADMIN_KEY="hunter2")

    assert "hunter2" not in "\n".join(listed)
    assert len(listed) == 2


@pytest.mark.parametrize("url", ["postgresql://", "http://db/x", "postgresql://db:port/x", "postgres//db"])
def test_a_database_url_must_be_one_of_postgresql(url: str) -> None:
    assert len(problems(SAVEIT_DATABASE_URL=url)) == 1


@pytest.mark.parametrize(
    "url",
    ["postgresql://saveit@db:5432/saveit", "postgres://db/x", "postgresql:///saveit?host=/run/postgresql"],
)
def test_a_database_url_is_kept_as_it_was_written(url: str) -> None:
    settings = Settings.from_environment({"SAVEIT_DATABASE_URL": url})

    assert settings.database_url == Secret(url)


def test_fault_points_are_refused_outside_a_sandbox() -> None:
    assert "SAVEIT_SANDBOX" in problems(SAVEIT_FAULTS="a=kill")[0]

    settings = Settings.from_environment({"SAVEIT_FAULTS": "a=kill; b=raise;", "SAVEIT_SANDBOX": "1"})
    assert settings.fault_points == (("a", "kill"), ("b", "raise"))


def test_fault_points_of_a_wrong_form_are_named() -> None:
    listed = problems(SAVEIT_FAULTS="a=explode", SAVEIT_SANDBOX="1")

    assert listed == ("SAVEIT_FAULTS: 'a=explode' is not of the form point=kill or point=raise",)


def test_the_data_directory_does_not_depend_on_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert not Settings.from_environment({}).data_dir.is_relative_to(tmp_path)
    assert Settings.from_environment({"SAVEIT_DATA_DIR": "here"}).data_dir == tmp_path / "here"


@pytest.mark.parametrize(("user", "place"), [(0, "/var/lib/saveit"), (1000, "/srv/saveit")])
def test_root_keeps_its_data_where_services_do_and_others_where_their_desktop_says(
    user: int, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)

    assert Settings.from_environment({"XDG_DATA_HOME": "/srv"}).data_dir == Path(place)


def test_a_file_is_no_data_directory(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    assert len(problems(SAVEIT_DATA_DIR=str(file))) == 1


def test_an_ipv6_host_is_bracketed_in_the_public_url() -> None:
    assert Settings.from_environment({"SAVEIT_HOST": "::1"}).public_url == "http://[::1]:8000"


def test_a_secret_never_prints() -> None:
    secret = Secret("hunter2")
    settings = Settings.from_environment({"SAVEIT_ADMIN_KEY": "hunter2-hunter2-hunter2"})

    assert f"{secret} {secret!r} {secret!s} {[secret]} %s" % secret == "*** *** *** [***] ***"
    assert "hunter2" not in repr(settings)
    assert secret.reveal() == "hunter2"


def test_secrets_are_equal_by_what_they_hold() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    with pytest.raises(TypeError):
        hash(Secret("a"))


def test_settings_can_be_handed_to_a_child_process() -> None:
    settings = Settings.from_environment({"SAVEIT_ADMIN_KEY": "hunter2-hunter2-hunter2"})

    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 - our own bytes.


def test_the_networks_of_our_own_proxies_are_read_and_a_wrong_one_is_named() -> None:
    settings = Settings.from_environment({"SAVEIT_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7"})
    with pytest.raises(SettingsRefusedError) as refused:
        Settings.from_environment({"SAVEIT_TRUSTED_PROXIES": "10.0.0.1/8"})

    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "192.0.2.7/32"]
    assert "10.0.0.1/8" in refused.value.problems[0]
