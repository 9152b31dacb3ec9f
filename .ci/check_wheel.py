"""Builds the wheel, compares what is in it with the tree, and tries it where nothing else is installed.

Not the editable install of the other checks: a file that the wheel lacks, or a dependency that only an extra brings, is
found here.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parent.parent

LIBRARY_USE = """
import kyvernopy
policies = kyvernopy.parse_policies(open("examples/policies/require-run-as-non-root.yaml").read())
response = policies.validate({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}})
print("library:", [(result.rule, str(result.status)) for result in response.results])
assert [str(result.status) for result in response.results] == ["fail"], response.results
"""


def main() -> int:
    """Build, compare, install, try; 0 if all went well."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        call(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
        [wheel] = folder.glob("*.whl")
        problems = differences(wheel)
        print(*problems, sep="\n", end="\n" * bool(problems))
        if not problems:
            try_alone(wheel, folder)
    return 1 if problems else 0


def differences(wheel: Path) -> list[str]:
    """How the files of the package in the wheel differ from those in the tree, and what else the wheel lacks."""
    with ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    package = {name for name in packed if ".dist-info/" not in name}
    tree = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "kyvernopy").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    print(f"{wheel.name}: {len(package)} files, the tree has {len(tree)}")
    told = [f"only in the wheel: {name}" for name in sorted(package - tree)]
    told += [f"only in the tree: {name}" for name in sorted(tree - package)]
    wanted = ("dist-info/METADATA", "dist-info/entry_points.txt", "LICENSE")
    return told + [f"not in the wheel: {end}" for end in wanted if not any(name.endswith(end) for name in packed)]


def try_alone(wheel: Path, folder: Path) -> None:
    """Install the wheel without extras and use the command and the library, in a folder that holds only examples."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    call(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    (folder / "examples").symlink_to(ROOT / "examples")
    call(python.with_name("kyvernopy"), "--help", cwd=folder)
    call(python, "-I", "-c", LIBRARY_USE, cwd=folder)


def call(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, cwd=cwd, check=True)


if __name__ == "__main__":
    sys.exit(main())
