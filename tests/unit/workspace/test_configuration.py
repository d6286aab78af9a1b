"""Mistakes in edi.toml: each is said with its line, its key and what was probably meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edi.findings import EdiError
from edi.model import Endpoint, Finding
from edi.workspace import Workspace, find
from edi.workspace.rules import kept, overlap

Wrong = Callable[[str, str], tuple[Finding, ...]]


def test_a_right_configuration_gives_partners_routes_and_targets(root: Path) -> None:
    workspace = Workspace.open(root)
    route = workspace.routes["orders"]
    assert workspace.name == "Comptoir des Alpes"
    assert workspace.own.identifiers == {"gln": "3012345000017"}
    assert workspace.partners["epicerie"].identifiers == {"gln": "3020110000001", "depot": "Lyon"}
    assert route.source == Endpoint("epicerie", "sftp", "out")
    assert (route.files, route.steps, dict(route.checks)) == (
        "*.edi",
        ("demo/articles",),
        {"known": "reject", "seen": "ignore"},
    )
    assert route.targets[0].name == "ORD_{date}_{reference}.txt"
    assert route.report is not None and route.report.format == "report/csv"
    assert (route.duplicates, route.partial, route.targets[0].per) == ("reject", "message", "file")
    assert workspace.sources() == (route.source,)
    assert workspace.routes_from(route.source) == (route,)
    assert workspace.folder(route.targets[0].endpoint) == root / "erp" / "in"


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "word"),
    [
        ('name = "Comptoir des Alpes"\n', "name = Comptoir\n", "CFG-002", 2, ""),
        ('timezone = "Europe/Paris"', 'timezon = "Europe/Paris"', "CFG-003", 3, "'timezone'"),
        ('name = "Sage 100"\n', "", "CFG-004", 6, "partners.erp.name"),
        ('path = "erp"\n', "", "CFG-004", 9, "partners.erp.channels.folder.path"),
        ('"reject", seen', '"rejected", seen', "CFG-005", 29, "'reject'"),
        ('type = "sftp"', 'type = "stfp"', "CFG-005", 19, "'sftp'"),
        ('host = "sftp.epicerie.example"', "host = 7", "CFG-006", 20, "string"),
        ('gln = "3012345000017"', 'gln = "301234500001"', "CFG-007", 4, "13 digits"),
        (
            'name = "Sage 100"\n',
            'name = "Sage"\n[partners."Épicerie"]\nname = "É"\n',
            "CFG-007",
            8,
            "small letters",
        ),
        (
            '{ partner = "epicerie", channel = "sftp", folder = "out/"',
            '{ partner = "epicere", channel = "sftp", folder = "out/"',
            "CFG-010",
            26,
            "'epicerie'",
        ),
        (
            'partner = "erp"\nchannel = "folder"',
            'partner = "erp"\nchannel = "foldr"',
            "CFG-011",
            34,
            "'folder'",
        ),
        ('format = "demo/orders"', 'format = "demo/order"', "CFG-012", 27, "'demo/orders'"),
        ('steps = ["demo/articles"]', 'steps = ["demo/article"]', "CFG-013", 28, "'demo/articles'"),
        ("{ known", "{ unknown", "CFG-014", 29, "'known'"),
        ('folder = "in"', 'folder = "../in"', "CFG-016", 35, ""),
        ('folder = "in"', 'folder = "/in"', "CFG-016", 35, ""),
        ('path = "erp"', 'path = "transforms"', "CFG-017", 35, "transforms"),
        ('path = "erp"', 'path = ".edi/claims"', "CFG-017", 35, ".edi"),
        ('password = "env:EPICERIE_PASSWORD"\n', "", "CFG-019", 18, "sftp"),
        ('"Europe/Paris"', '"Europe/Pari"', "CFG-021", 3, "'Europe/Paris'"),
        ("{date}_", "{dat}_", "NAM-001", 37, "'date'"),
    ],
)
def test_a_mistake_is_named_with_line_and_help(
    wrong: Wrong, old: str, new: str, code: str, line: int, word: str
) -> None:
    found = wrong(old, new)
    assert [f.code for f in found] == [code]
    assert (found[0].location.file, found[0].location.line) == ("edi.toml", line)
    assert word in f"{found[0].text} {found[0].expected} {found[0].hint}"


def test_all_mistakes_are_said_at_once(wrong: Wrong) -> None:
    found = wrong('name = "Sage 100"', 'nam = "Sage 100"\nname = 3')
    assert {f.code for f in found} == {"CFG-003", "CFG-006"}


def test_a_secret_written_in_the_open_is_refused_and_not_repeated(wrong: Wrong) -> None:
    (found,) = wrong("env:EPICERIE_PASSWORD", "hunter2")
    assert found.code == "CFG-007"
    assert "hunter2" not in repr(found)


def test_two_routes_may_not_take_the_same_files(wrong: Wrong) -> None:
    again = (
        '[routes.again]\nfrom = { partner = "epicerie", channel = "sftp", folder = "./out", files = "C*" }\n'
    )
    again += (
        'format = "demo/orders"\n[[routes.again.to]]\npartner = "erp"\nchannel = "folder"\nfolder = "in"\n'
    )
    again += 'format = "demo/erp"\nname = "x"\n'
    (found,) = wrong("[routes.orders]", f"{again}\n[routes.orders]")
    assert (found.code, found.location.column) == ("CFG-015", "routes.orders.from")


def test_a_route_may_not_feed_itself(wrong: Wrong) -> None:
    (found,) = wrong('folder = "reports"', 'folder = "out"')
    assert (found.code, found.location.line) == ("CFG-020", 30)


def test_the_workspace_is_found_from_any_folder_below_it(root: Path) -> None:
    below = root / "transforms" / "demo"
    assert find(below) == root.resolve()
    with pytest.raises(EdiError) as caught:
        find(root.parent)
    assert caught.value.findings[0].code == "CFG-001"


def test_a_configuration_that_is_not_utf8_names_the_line(root: Path) -> None:
    (root / "edi.toml").write_bytes('[workspace]\nname = "Épicerie"\n'.encode("cp1252"))
    with pytest.raises(EdiError) as caught:
        Workspace.open(root)
    assert (caught.value.findings[0].code, caught.value.findings[0].location.line) == ("CFG-002", 2)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("*", "*.edi", True),
        ("*.edi", "*.csv", False),
        ("ORD*", "*.edi", True),
        ("ORD?.edi", "ORD1*", True),
        ("ORD?.edi", "ORD12.edi", False),
        ("[AB]*.edi", "B1.edi", True),
        ("a*b*c*d*e*f*g*h*x", "a*b*c*d*e*f*g*h*y", False),
    ],
)
def test_file_patterns_overlap_when_some_name_fits_both(one: str, other: str, meet: bool) -> None:
    assert overlap(one, other) is meet
    assert overlap(other, one) is meet


@pytest.mark.parametrize("folder", [".", "..", ".edi", ".edi/claims", "archive/2026", "formats", "codes/x"])
def test_folders_of_state_evidence_and_rules_are_never_exchanged(root: Path, folder: str) -> None:
    assert kept(root, (root / folder).resolve())
    assert not kept(root, root / "inbox" / folder.strip("./"))
