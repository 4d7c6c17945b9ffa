"""Build what a release uploads, and try it: ``make release``.

Everything is built twice and must have the same bytes. Each wheel, and the source distribution, is
then installed into an environment of its own, where the demo runs. Nothing is uploaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.metadata import Metadata
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
WORK = ROOT / "build" / "release"
SBOM = ROOT / "requirements" / "sbom.cdx.json"
UV = ROOT / ".venv" / "bin" / "uv"
PYTHON = ROOT / ".venv" / "bin" / "python"


def main(arguments: list[str]) -> int:
    """Build, compare, check and try. With ``--sbom``, only write the list of components."""
    if arguments == ["--sbom"]:
        SBOM.write_text(sbom())
        return 0
    if SBOM.read_text() != sbom():
        print("release: requirements/sbom.cdx.json is stale. Run `make sbom`, and commit it.")
        return 1
    shutil.rmtree(WORK, ignore_errors=True)
    first, second = (build(WORK / name) for name in ("first", "second"))
    if first != second:
        print(f"release: two builds differ: {sorted(set(first.items()) ^ set(second.items()))}")
        return 1
    shutil.rmtree(DIST, ignore_errors=True)
    shutil.copytree(WORK / "first", DIST)
    (WORK / "notes.md").write_text(notes())
    for file in sorted(DIST.iterdir()):
        print(f"{first[file.name]}  {file.name}")
        check_metadata(file)
    for file in sorted(DIST.glob("typedxcom-*")):
        try_out(file)
    print(f"release: built and tried {len(first)} files in dist/; notes in build/release/notes.md")
    return 0


def project(folder: Path = ROOT) -> dict[str, object]:
    """The table ``[project]`` of a pyproject.toml."""
    found: dict[str, object] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return found


def build(folder: Path) -> dict[str, str]:
    """Build all distributions into *folder*. Returns file name -> SHA-256."""
    folder.mkdir(parents=True)
    epoch = subprocess.check_output(["git", "log", "-1", "--format=%ct"], cwd=ROOT, text=True)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch.strip()}
    options = ["--no-build-isolation", "--python", str(PYTHON), "--out-dir", str(folder), "--quiet"]
    for source in (ROOT, ROOT / "stubs"):
        for kind in ("--sdist", "--wheel"):
            command = [str(UV), "build", kind, *options, str(source)]
            subprocess.run(command, check=True, env=environment, cwd=ROOT)
    (folder / ".gitignore").unlink(missing_ok=True)
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.iterdir()}


def check_metadata(file: Path) -> None:
    """Read the metadata of a distribution by the rules of the index. Raises if it breaks one."""
    found = Metadata.from_email(metadata(file), validate=True)
    assert found.description, file.name
    assert found.description_content_type == "text/markdown", file.name
    assert str(found.version) == project()["version"], file.name


def metadata(file: Path) -> bytes:
    """The file METADATA of a wheel, or PKG-INFO of a source distribution."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            names = wheel.namelist()
            if file.name.startswith("typedxcom-0"):
                assert any(name.endswith("/sboms/sbom.cdx.json") for name in names), "no SBOM"
            return wheel.read(next(name for name in names if name.endswith("/METADATA")))
    with tarfile.open(file) as archive:
        [name] = [name for name in archive.getnames() if re.fullmatch(r"[^/]+/PKG-INFO", name)]
        member = archive.extractfile(name)
        assert member is not None
        return member.read()


def try_out(file: Path) -> None:
    """Install one distribution into an environment of its own, and run the demo there."""
    home = WORK / f"try-{'wheel' if file.suffix == '.whl' else 'sdist'}"
    python = home / "venv" / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", PYTHON, home / "venv")
    locked = ROOT / "requirements" / "dev.txt"
    run(UV, "pip", "sync", "--quiet", "--python", python, "--require-hashes", locked)
    run(
        UV,
        "pip",
        "install",
        "--quiet",
        "--python",
        python,
        "--no-deps",
        "--no-build-isolation",
        file,
    )
    shutil.copytree(
        ROOT / "examples", home / "examples", ignore=shutil.ignore_patterns("__pycache__")
    )
    done = subprocess.run(
        [python, "examples/flights.py"],
        cwd=home,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"release: the demo fails on {file.name}:\n{done.stdout}{done.stderr}")
    print(f"release: the demo ran on {file.name}")


def run(*command: object) -> None:
    """Run a command. Raises CalledProcessError if it fails."""
    subprocess.run(list(map(str, command)), check=True, cwd=ROOT)


def notes() -> str:
    """The changelog's section of this version; of what is unreleased, if it has none yet."""
    text = (ROOT / "CHANGELOG.md").read_text()
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    for title, body in sections.items():
        if title.split()[0] in (project()["version"], "Unreleased"):
            return f"## {title}\n{body}"
    raise SystemExit("release: CHANGELOG.md has no section for this version")


def sbom() -> str:
    """The components of an installation, as CycloneDX: names, bounds, and the versions tested."""
    about = project()
    tested = dict(locked(ROOT / "requirements" / "dev.txt"))
    needed = [Requirement(str(line)) for line in as_list(about["dependencies"])]
    components = [component(one, tested[one.name]) for one in sorted(needed, key=lambda r: r.name)]
    own = f"pkg:pypi/{about['name']}@{about['version']}"
    made = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own + json.dumps(components))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": own,
                "name": about["name"],
                "version": about["version"],
                "purl": own,
                "licenses": [{"license": {"id": about["license"]}}],
            }
        },
        "components": components,
        "dependencies": [
            {"ref": own, "dependsOn": [one["bom-ref"] for one in components]},
            *({"ref": one["bom-ref"]} for one in components),
        ],
    }
    return json.dumps(made, indent=2) + "\n"


def component(requirement: Requirement, version: str) -> dict[str, object]:
    """One dependency."""
    address = f"pkg:pypi/{requirement.name}@{version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": requirement.name,
        "version": version,
        "purl": address,
        "properties": [{"name": "typedxcom:requires", "value": str(requirement)}],
    }


def locked(file: Path) -> Iterator[tuple[str, str]]:
    """Yields each name with its version in a lock."""
    yield from re.findall(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", file.read_text(), re.M)


def as_list(value: object) -> Iterable[object]:
    """*value*, a list of a TOML file."""
    assert isinstance(value, list)
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
