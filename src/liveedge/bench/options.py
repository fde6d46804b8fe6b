"""Options that several benches have in common."""

from typing import Annotated

import typer

Fps = Annotated[int, typer.Option(min=1, max=120, help="Pictures a second.")]
Gop = Annotated[int, typer.Option(min=1, help="Pictures from keyframe to keyframe.")]
Size = Annotated[str, typer.Option(help="Width and height in pixels.")]
Kbps = Annotated[int, typer.Option(min=50, help="Bit rate in 1000 bit/s.")]
Chromium = Annotated[str | None, typer.Option(help="Path of Chromium.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
