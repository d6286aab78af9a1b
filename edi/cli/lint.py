"""`edi lint`: is the workspace right, before any file arrives?"""

from __future__ import annotations

from typing import Annotated

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer


def lint(
    route: Annotated[str, typer.Option(help="Check this route only.")] = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Check the configuration, the formats, the transforms, the code tables.

    Exit code 2 when something is wrong; each finding says in which file and line.
    """
    from edi.findings import EdiError, finding, nearest
    from edi.workspace import located

    printer = Printer(json)
    opened = located(workspace)
    if route and route not in opened.routes:
        raise EdiError(finding("CLI-005", found=route, guess=nearest(route, opened.routes)))
    from edi.linting import lint as examine

    findings = list(examine(opened, route))
    printer.findings(findings)
    errors = sum(finding.severity == "error" for finding in findings)
    routes = 1 if route else len(opened.routes)
    printer.summary(
        f"{routes} routes checked: {errors} errors, {len(findings) - errors} warnings.",
        routes=routes,
        errors=errors,
        warnings=len(findings) - errors,
    )
    if errors:
        raise typer.Exit(2)
