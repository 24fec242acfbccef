"""What is installed: whole, and nothing that it should not be."""

import ast
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("assets", "device_config", "kiosk", "sync")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_lists_its_questionnaires_in_an_empty_environment(wheel, tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    # Its dependencies, without this checkout: a path in a .pth file is not searched for others.
    (site_packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))

    listed = _run(tmp_path, tmp_path / "venv" / "bin" / "palautepiste", "questionnaire", "list")
    where = _run(tmp_path, python, "-c", "import kiosk, assets; print(kiosk.__file__)")

    assert "national-general 2024.1" in listed
    assert str(tmp_path) in where


def _run(folder, *command):
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_our_four_packages_with_their_data_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == set(PACKAGES)
    for needed in (
        "assets/questionnaires/national-general.json",
        "assets/schemas/terminal.schema.json",
        "assets/defaults.toml",
        "assets/fonts/OFL.txt",
        "assets/fonts/OFL-Harmattan.txt",
        "assets/locales/kiosk.pot",
        "assets/locales/fi/LC_MESSAGES/kiosk.mo",
        "assets/locales/sv/LC_MESSAGES/central.mo",
        "kiosk/screens/terminal.kv",
    ):
        assert needed in names


def test_the_wheel_holds_every_font_keyboard_and_catalogue(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())

    for pattern, fewest in (
        ("fonts/*.ttf", 8),
        ("fonts/OFL*.txt", 2),
        ("keyboards/*.json", 8),
        ("locales/*/LC_MESSAGES/*.mo", 4),
        ("locales/*.pot", 1),
    ):
        here = {str(path.relative_to(ROOT)) for path in (ROOT / "assets").glob(pattern)}
        assert len(here) >= fewest
        assert here <= names


def test_nothing_that_is_installed_imports_the_tests():
    modules = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]

    imported = {name for path in modules for name in _imports(path)}

    assert "device_config" in imported
    assert "tests" not in imported


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_the_lock_files_carry_hashes_and_no_address():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index-url" not in text


def test_both_lock_files_agree_on_every_version_that_they_share():
    runtime, development = _versions("requirements.lock"), _versions("requirements-dev.lock")

    assert runtime.items() <= development.items()


def _versions(name):
    lines = (ROOT / name).read_text("utf-8").splitlines()
    pins = [line.split(" ")[0] for line in lines if "==" in line and not line.startswith(" ")]
    return dict(pin.split("==") for pin in pins)
