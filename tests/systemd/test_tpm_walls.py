"""`./install --key` lets the key's service at the TPM that is configured, and at none that is not."""

from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from device.config import Config
from tests.systemd.test_installer import files_in, made_by_hand, options
from tools.installer import CONFIG, Options, installation, removal
from tools.release import InstallError
from tools.steps import perform
from tools.tpm_walls import DROP_IN, GROUP, USUAL_TPM, tpm_packages, tpm_steps

assert made_by_hand
assert options

BY_TPM = '[key]\nsealing = "tpm"\n'


@pytest.fixture
def key(options: Options) -> Options:
    """Installed as a key, before anybody has spoken of a TPM."""
    wanted = Options(root=options.root, key=True)
    perform(installation(wanted))
    return wanted


def configure(options: Options, text: str) -> None:
    (options.root / CONFIG).write_text(text)


def groups_of(root: Path) -> set[str]:
    return {line.split(":")[0] for line in (root / "etc/group").read_text().splitlines()}


def test_without_a_tpm_there_is_neither_drop_in_nor_group(key: Options) -> None:
    assert not (key.root / DROP_IN).parent.exists()
    assert GROUP not in groups_of(key.root)
    assert not [step.says for step in installation(key) if "tpmrm0" in step.says or Path(DROP_IN).name in step.says]


def test_it_comes_with_the_setting_stays_over_updates_and_goes_with_it(key: Options) -> None:
    before = {name for name in files_in(key.root) if "systemd" in name}
    configure(key, BY_TPM)
    perform(installation(Options(root=key.root)))
    said = (key.root / DROP_IN).read_text()
    assert "\nDeviceAllow=/dev/tpmrm0 rw\nSupplementaryGroups=tss\n" in said
    assert GROUP in groups_of(key.root)
    assert [step.says for step in installation(Options(root=key.root)) if not step.done] == []
    configure(key, BY_TPM + 'tpm = "/dev/tpm0"\n')
    perform(installation(key))
    assert "DeviceAllow=/dev/tpm0 rw" in (key.root / DROP_IN).read_text()
    configure(key, '[key]\nsealing = "file"\n')
    perform(installation(key))
    assert {name for name in files_in(key.root) if "systemd" in name} == before
    assert not (key.root / DROP_IN).parent.exists()


def test_what_somebody_else_has_put_beside_it_stays(key: Options) -> None:
    configure(key, BY_TPM)
    perform(installation(key))
    own = (key.root / DROP_IN).with_name("override.conf")
    own.write_text("[Service]\nNice=1\n")
    configure(key, "")
    perform(installation(key))
    assert list(own.parent.iterdir()) == [own]


@pytest.mark.parametrize("text", ["[key\n", "key = 1\n", "[key]\nsealing = 1\n", BY_TPM + "no_such_setting = 1\n"])
def test_a_configuration_with_faults_changes_nothing(key: Options, text: str) -> None:
    """The key does not start with it either; that its TPM was forgotten meanwhile would be a fault more."""
    configure(key, BY_TPM)
    perform(installation(key))
    configure(key, text)
    perform([step for step in tpm_steps(key.root, key.with_key) if not step.done])
    assert (key.root / DROP_IN).exists()


def test_where_nothing_is_said_it_is_what_the_key_takes() -> None:
    assert Config().key.tpm == USUAL_TPM
    assert Config().key.sealing == "file"


@pytest.mark.parametrize("device", ["/run/swtpm/socket", "/dev/tpmrm0 rwm", "/dev/%n", ""])
def test_a_tpm_that_no_unit_can_be_let_at_is_refused_with_a_cure(key: Options, device: str) -> None:
    configure(key, f'{BY_TPM}tpm = "{device}"\n')
    with pytest.raises(InstallError, match="a device below /dev"):
        installation(key)


def test_uninstalling_takes_it_away_and_a_reader_never_has_it(options: Options) -> None:
    perform(installation(options))
    configure(options, BY_TPM)
    perform(installation(options))
    assert not (options.root / DROP_IN).exists(), "this machine is a reader"
    perform(installation(Options(root=options.root, key=True)))
    assert (options.root / DROP_IN).exists()
    perform(removal(options))
    assert not (options.root / DROP_IN).parent.exists()
    assert [step for step in removal(options) if not step.done] == []


def test_apt_brings_the_tools_where_they_are_needed_alone(key: Options, mocker: MockerFixture) -> None:
    assert tpm_packages(key.root, True) == ()
    configure(key, BY_TPM)
    assert tpm_packages(key.root, True) == ("tpm2-tools",)
    assert tpm_packages(key.root, False) == ()
    mocker.patch("tools.installer.tpm_packages", return_value=("tpm2-tools",))
    assert "tpm2-tools" in installation(Options(dry_run=True))[0].says


def test_a_group_that_cannot_be_made_is_an_error_with_its_command(key: Options, mocker: MockerFixture) -> None:
    configure(key, BY_TPM)
    mocker.patch("tools.tpm_walls.run", return_value=1)
    with pytest.raises(InstallError, match=r"systemd-sysusers .* --inline g tss"):
        perform(installation(key))
