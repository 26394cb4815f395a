"""What a card's root file system must hold and must not: each rule is broken once, and is heard."""

import py_compile
import stat
from pathlib import Path

import pytest

from image.shell import ROOT
from image.tree import cut_supply, forget_origin
from image.tree_checks import MASKED, WANTED, Entry, check_tree, list_tree

LINK = stat.S_IFLNK | 0o777
START = "etc/systemd/system/basic.target.wants"


def good(flavour: str = "reader") -> dict[str, Entry]:
    units = {"reader": "sesame-reader.service", "key": "sesame-key.service"}
    return {
        **{name: Entry() for name in WANTED},
        **{f"etc/systemd/system/{unit}": Entry(LINK, "/dev/null") for unit in MASKED},
        f"{START}/{units[flavour]}": Entry(LINK, "../x"),
        **({"opt/sesame/chosen": Entry(LINK, "releases/x"), "var/lib/sesame-key": Entry()} if flavour == "key" else {}),
        "usr/share/python-wheels/pip-25.1.1-py3-none-any.whl": Entry(),
        "etc/machine-id": Entry(),
        "etc/passwd": Entry(text="root:*:0:0:root:/root:/bin/bash\nsesame:x:999:999::/:/usr/sbin/nologin\n"),
        "etc/shadow": Entry(text="root:*:20420:0:99999:7:::\nsesame:!*:20420::::::\n"),
        "etc/fstab": Entry(text="/dev/mapper/root / erofs ro,noatime 0 0\n"),
        "usr/bin/python3.13": Entry(0o100755),
        "usr/bin/gpg-agent": Entry(0o100755),
        "usr/bin/last": Entry(0o100755),
        "tmp": Entry(0o041777),
        "usr/lib/modules/6.12/kernel/drivers/md/dm-verity.ko.xz": Entry(),
    }


@pytest.mark.parametrize("flavour", ["reader", "key"])
def test_a_tree_as_it_should_be_has_no_complaint(flavour: str) -> None:
    assert check_tree(good(flavour), flavour) == []


@pytest.mark.parametrize(
    "path",
    [
        "usr/bin/gcc", "usr/bin/aarch64-linux-gnu-gcc-14", "usr/bin/cc", "usr/bin/swig4.0", "usr/bin/ld", "usr/bin/as",
        "usr/bin/make", "root/.cache/pip/http/1", "root/sesame/install", "root/wheels/x.whl", "etc/resolv.conf",
        "etc/ssh/ssh_host_ed25519_key", "var/lib/apt/lists/x_InRelease", "var/log/dpkg.log", "etc/apt/sources.list",
        "usr/lib/modules/6.12/kernel/drivers/net/brcmfmac.ko.xz", "usr/lib/modules/6.12/kernel/net/ipv6/ipv6.ko",
        "swapfile", "var/cache/apt/archives/x.deb",
    ],
)  # fmt: skip
def test_what_must_not_be_there_is_named(path: str) -> None:
    (complaint,) = check_tree(good() | {path: Entry()}, "reader")
    assert complaint.startswith(f"/{path} is ")


@pytest.mark.parametrize("path", [*WANTED, *(f"etc/systemd/system/{unit}" for unit in MASKED)])
def test_what_must_be_there_is_missed(path: str) -> None:
    tree = good()
    del tree[path]
    (complaint,) = check_tree(tree, "reader")
    assert Path(path).name in complaint


@pytest.mark.parametrize(
    ("path", "entry", "complaint"),
    [
        ("etc/machine-id", Entry(text="0123\n"), "machine-id is not empty"),
        ("etc/shadow", Entry(text="root::20420::::::\n"), "root has a password, or needs none"),
        ("etc/passwd", Entry(text="root::0:0:root:/root:/bin/bash\n"), "root has a password, or needs none"),
        ("etc/shadow", Entry(text="pi:$y$j9T$x:20420::::::\n"), "pi has a password, or needs none"),
        ("etc/fstab", Entry(text="/dev/mmcblk0p2 / ext4 rw 0 1\n"), "does not mount / read-only"),
        ("etc/fstab", Entry(text=""), "does not mount / read-only"),
        ("usr/bin/python3.13", Entry(0o100757), "may be written by everybody"),
        ("usr/lib/python3/__pycache__/x.cpython-313.pyc", Entry(dated=True), "is compiled with the time of its source"),
        (f"{START}/sesame-key.service", Entry(LINK, "../x"), "sesame-key.service starts at boot, beside"),
        ("etc/systemd/system/swap.target", Entry(LINK, "/usr/lib/x"), "swap.target is not masked"),
    ],
)
def test_a_careless_setting_is_said(path: str, entry: Entry, complaint: str) -> None:
    (said,) = check_tree(good() | {path: entry}, "reader")
    assert complaint in said


def test_swap_in_fstab_is_said() -> None:
    rows = "/dev/mapper/root / erofs ro 0 0\n/dev/mmcblk0p3 none swap sw 0 0\n"
    assert check_tree(good() | {"etc/fstab": Entry(text=rows)}, "reader") == [
        "/etc/fstab has swap: /dev/mmcblk0p3 none swap sw 0 0"
    ]


@pytest.mark.parametrize("path", ["opt/sesame/chosen", "var/lib/sesame-key", f"{START}/sesame-key.service"])
def test_the_key_starts_from_a_card_that_nobody_can_write(path: str) -> None:
    tree = good("key")
    del tree[path]
    assert len(check_tree(tree, "key")) == 1


def test_a_tree_is_listed_with_modes_links_and_small_files_of_etc(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/fstab").write_text("x")
    (tmp_path / "bin").symlink_to("usr/bin")
    found = list_tree(tmp_path)
    assert found["etc/fstab"].text == "x"
    assert found["bin"].target == "usr/bin"
    assert stat.S_ISDIR(found["etc"].mode)


@pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode))
def test_a_module_that_an_import_compiled_is_found(tmp_path: Path, mode: py_compile.PycInvalidationMode) -> None:
    """Of two builds, the packages' scripts had been compiled by an import in one, by their package in the other."""
    source = tmp_path / "x.py"
    source.write_text("one = 1\n")
    py_compile.compile(str(source), str(tmp_path / "x.pyc"), invalidation_mode=mode, doraise=True)
    assert list_tree(tmp_path)["x.pyc"].dated == (mode is py_compile.PycInvalidationMode.TIMESTAMP)


def test_the_battery_version_shuts_the_system_down() -> None:
    own = (ROOT / "systemd/reader.toml").read_text(encoding="utf-8")
    for settings in (own, "", '[power]\noff = "asleep"\n[led]\n'):
        lines = cut_supply(settings).splitlines()
        assert lines[lines.index("[power]") + 1] == 'off = "system"'
        assert sum(line.startswith("off") for line in lines) == 1


def test_where_pip_installed_from_is_forgotten(tmp_path: Path) -> None:
    """A random folder, and in RECORD the digest of the note about it: the one thing that made two cards differ."""
    note = tmp_path / "direct_url.json"
    note.write_text('{"url": "file:///tmp/tmpq1"}')
    record = tmp_path / "RECORD"
    record.write_text("sesame/cli.py,sha256=a,1\nx.dist-info/direct_url.json,sha256=b,2\nx.dist-info/RECORD,,\n")
    forget_origin(note)
    assert not note.exists()
    assert record.read_text() == "sesame/cli.py,sha256=a,1\nx.dist-info/RECORD,,\n"
