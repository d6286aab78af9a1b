"""Options that commands share, said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        envvar="EDI_WORKSPACE",
        metavar="DIR",
        help="The workspace; otherwise the nearest folder upwards that has an edi.toml.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON object a line on standard output, for other programs.")
]
