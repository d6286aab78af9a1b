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
steps = [{usual}]
report = {{ partner = "{id}", channel = "out", folder = "reports", name = "{{stem}}.{{date}}-{{time}}.csv" }}

[routes.{document}-{id}.checks]   # what happens to a message that fails one: reject, hold, ignore or warn
{checks}

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
    "shopify_variants": "sku,handle,option1_name,option1_value,option2_name,option2_value,"
    "option3_name,option3_value",
    "vat": "tax_rate,country,category,erp_code",
}
"""Code tables that the shipped steps and checks read, with their columns."""

USUAL_STEPS = {"order": ("order/articles",)}
"""Document -> the shipped steps that its routes begin with."""

VERDICTS = {"already_seen": "ignore", "dates": "warn", "unsettled": "hold"}
"""What a new route does with a message that fails a shipped check; others reject it."""


LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхъь", "abvgdeziyklmnoprstufhay", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ю": "yu", "я": "ya"}
    | {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"}
)
"""Bulgarian in Latin letters (the official romanisation), and letters that Unicode does not take apart."""


@dataclass(frozen=True, slots=True)
class Added:
    """What was added: the partner's id, the route's name, the files written."""

    partner: str
    route: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A partner and a route to be added: what the library offers for their formats."""

    id: str
    name: str
    document: str
    source: str
    target: str
    library: Library

    @property
    def usual(self) -> list[str]:
        """The shipped steps that routes of this document begin with."""
        offered = known(self.library).steps
        return [step for step in USUAL_STEPS.get(self.document, ()) if step in offered]

    @property
    def steps(self) -> list[str]:
        """The step that has the target's name, where there is one."""
        return [self.target] if self.target in known(self.library).steps else []

    @property
    def checks(self) -> list[str]:
        """Every check of the document."""
        prefix = f"transforms/checks/{self.document}/"
        return [Path(name).stem for name in self.library.names(prefix) if name.endswith(".sql")]

    @property
    def ending(self) -> str:
        """The ending of the target's example file: what the field uses."""
        examples = self.library.names(f"formats/{self.target}.example.")
        return Path(examples[0]).suffix if examples else ".txt"

    def text(self) -> str:
        """The tables to be appended to edi.toml."""
        return PARTNER.format(
            id=self.id,
            name=_quoted(self.name),
            document=self.document,
            source=_quoted(self.source),
            target=_quoted(self.target),
            checks="\n".join(f'{check} = "{VERDICTS.get(check, "reject")}"' for check in self.checks),
            usual=", ".join(f'"{step}"' for step in self.usual),
            steps=", ".join(f'"{step}"' for step in self.steps),
            ending=self.ending,
        )

    def code_tables(self) -> list[str]:
        """The code tables that the route's steps and checks read."""
        prefixes = [f"transforms/{step}" for step in (*self.usual, *self.steps)]
        prefixes += [f"transforms/checks/{self.document}/{check}.sql" for check in self.checks]
        files = [name for prefix in prefixes for name in self.library.names(prefix)]
        rules = "\n".join(self.library.read(name).decode(errors="replace") for name in files)
        return [table for table in CODE_TABLES if re.search(rf"\bcodes\.{table}\b", rules)]


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

    The rest of edi.toml keeps every byte; the new text is checked before it is written. EdiError with CFG,
    FMT or CLI findings when it would be wrong; nothing is changed then.
    """
    from edi import formats

    workspace = Workspace.open(root)
    id_ = slug(name)
    if not id_ or id_ in workspace.partners:
        raise EdiError(finding("CLI-004", found=name, partner=id_))
    document = formats.load(source, workspace.library).document.name
    draft = Draft(id_, name, document, source, target or f"json/{document}", workspace.library)
    text = (root / NAME).read_bytes().rstrip(b"\n") + b"\n" + draft.text().encode()
    Workspace.parsed(workspace.root, text)
    stubs = _code_stubs(root, draft.code_tables())
    folders = (f"inbox/{id_}", f"outbox/{id_}")
    for folder in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
    replace(root / NAME, text)
    return Added(id_, f"{document}-{id_}", (NAME, *stubs, *(f"{folder}/" for folder in folders)))


def slug(name: str) -> str:
    """A partner's id from his name: "Épicerie Générale" is "epicerie-generale", "Къща" is "kashta"."""
    latin = name.lower().translate(LATIN)
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
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


def _code_stubs(root: Path, tables: list[str]) -> list[str]:
    """An empty code table (a header line) for each that the workspace lacks; the names written."""
    missing = [table for table in tables if not (root / "codes" / f"{table}.csv").exists()]
    (root / "codes").mkdir(exist_ok=True)
    for table in missing:
        (root / "codes" / f"{table}.csv").write_text(CODE_TABLES[table] + "\n", encoding="utf-8")
    return [f"codes/{table}.csv" for table in missing]
