"""Builds web/ into the package, so that `pip install .` gives a server with its pages."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

from scripts import web


class WebBuildHook(BuildHookInterface[Any]):
    """Runs before every wheel, editable install and source distribution."""

    def dependencies(self) -> list[str]:
        """Ask for Node as a Python package, where the machine has none and it is needed."""
        return [] if web.is_built() or web.system_node() else [web.NODE_PACKAGE]

    def initialize(self, _version: str, _build_data: dict[str, Any]) -> None:
        """Build the web part, or stop the build with a sentence."""
        try:
            web.build()
        except web.WebError as error:
            self.app.abort(f"The web part could not be built: {error}")
