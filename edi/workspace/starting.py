"""The first steps: a new workspace, and a partner added to one. Nothing that exists is overwritten."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from edi.findings import EdiError, finding
from edi.library import Library
from edi.workspace import Workspace
from edi.workspace.reading import NAME
from edi.workspace.rules import known

FOLDERS = ("inbox", "outbox", "archive", "codes", "formats", "transforms")

IGNORED = """\
# Files in exchange, evidence and state are backed up, not versioned.
/inbox/
/outbox/
/archive/
/.edi/
/keys/
"""

CONFIGURATION = """\
# What this company exchanges with whom. `edi lint` checks it, `edi run` works through it.
# Add a partner with `edi init --partner NAME --from FORMAT`; `edi formats list` shows the formats.

[workspace]
name = "{name}"
timezone = "Europe/Paris"         # of the dates and times in file names
# gln = "3012345000017"           # our global location number: the sender in EDIFACT envelopes

[limits]
quiet_seconds = 2                 # a file must be unchanged for so long before it is picked up
max_file_bytes = 200_000_000      # larger files are refused
"""

PARTNER = """

# --- {name} ---

[partners.{id}]
name = "{name}"
# gln = "3020110000001"           # in EDIFACT envelopes

[partners.{id}.channels.in]       # what {name} puts there is picked up
type = "folder"
path = "inbox/{id}"

[partners.{id}.channels.out]      # what is delivered
type = "folder"
path = "outbox/{id}"

[routes.{document}-{id}]
from = {{ partner = "{id}", channel = "in", folder = ".", files = "*" }}
format = "{source}"
checks = {{ {checks} }}
report = {{ partner = "{id}", channel = "out", folder = "reports", name = "{{stem}}.{{date}}-{{time}}.csv" }}

[[routes.{document}-{id}.to]]
partner = "{id}"
channel = "out"
folder = "{document}"
format = "{target}"
steps = [{steps}]
name = "{{stem}}.{{reference}}{ending}"
"""

CODE_TABLES = {
    "articles": "gtin,sku,buyer_sku,erp_sku,name,unit,tax_rate,active",
    "customers": "key,kind,customer,name,accounting_category,depot,delivery_label",
    "depots": "depot,erp_label,shop_warehouse",
    "payment_methods": "method,erp_index,label",
    "vat": "tax_rate,country,category,erp_code",
}
"""Code tables that the shipped steps and checks read, with their columns."""

VERDICTS = {"already_seen": "ignore", "dates": "warn"}
"""What a new route does with a message that fails a shipped check; others reject it."""


@dataclass(frozen=True, slots=True)
class Added:
    """What was added: the partner's id, the route's name, the files written."""

    partner: str
    route: str
    files: tuple[str, ...]


def create(folder: Path, name: str = "") -> list[str]:
    """A workspace in `folder` (made when absent); the names written. EdiError CLI-003 when there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / NAME).exists():
        raise EdiError(finding("CLI-003", found=str(folder)))
    for below in FOLDERS:
        (folder / below).mkdir(exist_ok=True)
    text = CONFIGURATION.format(name=_quoted(name or folder.resolve().name))
    Workspace.parsed(folder.resolve(), text.encode())
    (folder / NAME).write_text(text, encoding="utf-8")
    if not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    return [NAME, ".gitignore", *(f"{below}/" for below in FOLDERS)]


def add_partner(root: Path, name: str, source: str, target: str = "") -> Added:
    """A partner with folders and a route from format `source` to `target` (JSON without it).

    The rest of edi.toml keeps every byte; the new text is checked before it is written. EdiError with CFG or
    CLI findings when it would be wrong.
    """
    workspace = Workspace.open(root)
    id_ = slug(name)
    if not id_ or id_ in workspace.partners:
        raise EdiError(finding("CLI-004", found=name, partner=id_))
    document = _document(source, workspace.library)
    checks = _checks(document, workspace.library)
    target = target or f"json/{document}"
    steps = [target] if target in known(workspace.library).steps else []
    addition = PARTNER.format(
        id=id_,
        name=_quoted(name),
        document=document,
        source=_quoted(source),
        target=_quoted(target),
        checks=", ".join(f'{check} = "{VERDICTS.get(check, "reject")}"' for check in checks),
        steps=", ".join(f'"{step}"' for step in steps),
        ending=".json" if target.startswith("json/") else ".txt",
    )
    text = (root / NAME).read_bytes().rstrip(b"\n") + b"\n" + addition.encode()
    Workspace.parsed(workspace.root, text)
    stubs = _code_stubs(root, _rule_texts(steps, checks, document, workspace.library))
    replace(root / NAME, text)
    for folder in (f"inbox/{id_}", f"outbox/{id_}"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    return Added(id_, f"{document}-{id_}", (NAME, *stubs, f"inbox/{id_}/", f"outbox/{id_}/"))


def slug(name: str) -> str:
    """A partner's id from his name: "Épicerie Générale" is "epicerie-generale"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def replace(path: Path, data: bytes) -> None:
    """New content for `path`, whole or not at all; its permissions stay."""
    mode = path.stat().st_mode & 0o777
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
        os.fchmod(handle, mode)
    Path(name).replace(path)


def _quoted(text: str) -> str:
    """`text` as the inside of a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped)


def _document(format_: str, library: Library) -> str:
    from edi import formats

    return formats.load(format_, library).document.name


def _checks(document: str, library: Library) -> list[str]:
    prefix = f"transforms/checks/{document}/"
    return [Path(name).stem for name in library.names(prefix) if name.endswith(".sql")]


def _rule_texts(steps: list[str], checks: list[str], document: str, library: Library) -> str:
    prefixes = [f"transforms/{step}" for step in steps]
    prefixes += [f"transforms/checks/{document}/{check}.sql" for check in checks]
    return "\n".join(
        library.read(name).decode(errors="replace") for prefix in prefixes for name in library.names(prefix)
    )


def _code_stubs(root: Path, rules: str) -> list[str]:
    """Empty code tables (a header line) for those that the rules read and the workspace lacks."""
    written = []
    for table, header in CODE_TABLES.items():
        path = root / "codes" / f"{table}.csv"
        if re.search(rf"\bcodes\.{table}\b", rules) and not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text(header + "\n", encoding="utf-8")
            written.append(f"codes/{table}.csv")
    return written
