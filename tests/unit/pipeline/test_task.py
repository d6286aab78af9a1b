"""The pure task: files in, verdicts, findings and bytes out; what is wrong with one message stays with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edi import rules
from edi.library import Folders, library_root
from edi.model import Context, Endpoint, Member, Partner, Result, Route, Target, Task
from edi.task import process

SOURCE = Endpoint("epicerie", "folder", "out")
ROUTE = Route(
    name="orders",
    source=SOURCE,
    format="json/order",
    checks={"order_total": "reject"},
    targets=(Target(Endpoint("erp", "folder", "in"), "json/order", "CDE_{reference}.json"),),
    report=Target(Endpoint("epicerie", "folder", "reports"), "json/report", "{stem}_{reference}.json"),
)
PARTNERS = {
    "": Partner("", "Comptoir des Alpes", {"gln": "3012345000017"}),
    "epicerie": Partner("epicerie", "Épicerie Générale", {"gln": "3020110000001"}),
    "erp": Partner("erp", "Sage 100"),
}


def order(number: str, total: str = "78.00") -> dict[str, Any]:
    line = {"sku": "MIEL-500", "quantity": "12", "unit_price": "6.5", "net_amount": "78.00"}
    return {"number": number, "order_date": "2026-11-20", "net_amount": total, "lines": [line]}


class Workbench:
    """A folder of rules over the library, and files to run through `process`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.library = Folders(root, library_root())
        self.files: list[Member] = []

    def rule(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def file(self, name: str, *orders: Mapping[str, Any] | bytes) -> None:
        lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in orders]
        path = self.root / f"in-{len(self.files)}"
        path.write_bytes(b"\n".join(lines))
        self.files.append(Member(f"F{len(self.files)}", name, str(path), path.stat().st_size))

    def task(self, *routes: Route, references: int = 20) -> Task:
        gathered = rules.gather(routes, self.library)
        context = Context(
            "R1", "2026-11-22T08:15:00+01:00", tuple(range(1, references + 1)), tuple(self.files)
        )
        return Task(context, routes, PARTNERS, gathered.files, {name: [] for name in gathered.history})

    def run(self, *routes: Route, references: int = 20) -> Result:
        return process(self.task(*(routes or (ROUTE,)), references=references))


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path)


def states(result: Result) -> dict[str, str]:
    return {message.number: message.state for message in result.messages}


def written(result: Result, kind: str = "document") -> list[list[str]]:
    """The order numbers (or finding codes) in each outgoing file of a kind."""
    field = {"document": "number", "report": "code"}[kind]
    return [
        [json.loads(line)[field] for line in out.data.splitlines()]
        for out in result.outgoing
        if out.kind == kind
    ]


def test_one_bad_order_does_not_stop_the_others(bench: Workbench) -> None:
    bench.file("a.json", order("A1"), order("A2", total="1.00"), order("A3"))
    result = bench.run()
    assert states(result) == {"A1": "accepted", "A2": "rejected", "A3": "accepted"}
    assert written(result) == [["A1", "A3"]]


def test_each_file_has_its_own_output_named_by_the_pattern(bench: Workbench) -> None:
    bench.file("a.json", order("A1"))
    bench.file("b.json", order("B1"), order("B2"))
    result = bench.run()
    assert written(result) == [["A1"], ["B1", "B2"]]
    assert [out.name for out in result.outgoing] == ["CDE_1.json", "CDE_2.json"]
    assert [out.members for out in result.outgoing] == [(0,), (1,)]


@pytest.mark.parametrize(
    ("per", "wanted"), [("message", [["A1"], ["B1"], ["B2"]]), ("batch", [["A1", "B1", "B2"]])]
)
def test_a_target_may_want_a_file_a_message_or_one_for_all(
    bench: Workbench, per: str, wanted: list[list[str]]
) -> None:
    bench.file("a.json", order("A1"))
    bench.file("b.json", order("B1"), order("B2"))
    target = replace(ROUTE.targets[0], per=per)
    assert written(bench.run(replace(ROUTE, targets=(target,)))) == wanted


def test_what_no_field_takes_goes_on_only_to_a_target_of_the_same_format(bench: Workbench) -> None:
    step = "select * replace (upper(number) as number) from orders"
    bench.rule("transforms/shout/orders.sql", step)
    bench.rule("formats/own.toml", 'extends = "json/order"')
    bench.file("a.json", {**order("a1"), "season": "été", "boxes": 2})
    same = replace(ROUTE.targets[0], steps=("shout",))
    other = replace(ROUTE.targets[0], format="own")
    one, two = bench.run(replace(ROUTE, targets=(same, other))).outgoing
    first, second = json.loads(one.data), json.loads(two.data)
    assert (first["number"], first["season"], first["boxes"]) == ("A1", "été", 2)
    assert "season" not in second


def test_the_report_tells_the_partner_only_of_files_with_something_refused(bench: Workbench) -> None:
    bench.file("good.json", order("A1"))
    bench.file("bad.json", order("B1", total="1.00"))
    result = bench.run()
    assert written(result, "report") == [["CHK-001"]]
    report = next(out for out in result.outgoing if out.kind == "report")
    told = json.loads(report.data)
    assert report.name.startswith("bad_")
    assert (told["file"], told["number"]) == ("bad.json", "B1")
    assert told["hint"]


def test_partial_file_holds_the_neighbours_back_and_says_so(bench: Workbench) -> None:
    bench.file("a.json", order("A1"), order("A2", total="1.00"))
    bench.file("b.json", order("B1"))
    result = bench.run(replace(ROUTE, partial="file"))
    assert states(result) == {"A1": "rejected", "A2": "rejected", "B1": "accepted"}
    assert written(result) == [["B1"]]
    assert "RUN-002" in {finding.code for finding in result.findings}


@pytest.mark.parametrize(
    ("verdict", "state"),
    [("reject", "rejected"), ("hold", "held"), ("ignore", "duplicate"), ("warn", "accepted")],
)
def test_the_route_says_what_a_failed_check_means(bench: Workbench, verdict: str, state: str) -> None:
    bench.file("a.json", order("A1"), order("A2", total="1.00"))
    result = bench.run(replace(ROUTE, checks={"order_total": verdict}))
    assert states(result) == {"A1": "accepted", "A2": state}
    assert written(result) == ([["A1", "A2"]] if verdict == "warn" else [["A1"]])
    assert bool(written(result, "report")) == (verdict == "reject")


def test_a_finding_names_file_line_and_order(bench: Workbench) -> None:
    bench.file("first.json", order("A0"))
    bench.file("a.json", order("A1"), order("A2", total="1.00"))
    (found,) = bench.run().findings
    assert (found.location.file, found.location.line, found.location.reference) == ("a.json", 2, "A2")


def test_a_broken_file_is_refused_and_its_neighbour_goes_on(bench: Workbench) -> None:
    bench.file("broken.json", b'{"number": ')
    bench.file("b.json", order("B1"))
    result = bench.run()
    assert written(result) == [["B1"]]
    assert [verdict.member for verdict in result.verdicts] == [0, 1]
    assert any(finding.location.file == "broken.json" for finding in result.findings)


def test_an_empty_and_an_unknown_file_are_set_aside_with_a_reason(bench: Workbench) -> None:
    bench.file("empty.json")
    bench.file("noise.bin", b"\x00\xff\x00\xff")
    bench.file("b.json", order("B1"))
    result = bench.run()
    assert {v.member: v.state for v in result.verdicts} == {
        0: "quarantined",
        1: "quarantined",
        2: "processed",
    }
    assert {f.location.file: f.code for f in result.findings} == {
        "empty.json": "FILE-001",
        "noise.bin": "FILE-002",
    }
    assert written(result) == [["B1"]]


def test_two_routes_for_one_content_are_not_guessed_between(bench: Workbench) -> None:
    bench.file("a.json", order("A1"))
    result = bench.run(ROUTE, replace(ROUTE, name="other"))
    assert [finding.code for finding in result.findings] == ["FILE-003"]
    assert result.verdicts[0].state == "quarantined"


def test_a_file_name_that_no_route_takes_is_set_aside(bench: Workbench) -> None:
    bench.file("a.json", order("A1"))
    result = bench.run(replace(ROUTE, files="ORD*.json"))
    assert [finding.code for finding in result.findings] == ["FILE-006"]


def test_a_poisoned_message_is_found_alone_among_many(bench: Workbench) -> None:
    bench.rule(
        "transforms/poison/order_lines.sql",
        "select * replace (cast(coalesce(note, '1') as integer)::varchar as note) from order_lines",
    )
    orders = [order(f"A{n}") for n in range(60)]
    orders[37]["lines"][0]["note"] = "not a number"
    bench.file("a.json", *orders)
    result = bench.run(replace(ROUTE, steps=("poison",)))
    assert [number for number, state in states(result).items() if state != "accepted"] == ["A37"]
    assert len(written(result)[0]) == 59


def test_a_message_that_one_target_refuses_goes_to_none(bench: Workbench) -> None:
    bench.rule(
        "transforms/checks/order/small.sql",
        "select message, 'number' as field, number as value, 'big' as text from orders where net_amount > 50",
    )
    strict = Target(
        Endpoint("erp", "folder", "b"), "json/order", "B_{reference}.json", checks={"small": "reject"}
    )
    bench.file("a.json", order("A1"))
    result = bench.run(replace(ROUTE, targets=(ROUTE.targets[0], strict)))
    assert states(result) == {"A1": "rejected"}
    assert written(result) == []


def test_too_few_references_asks_for_as_many_as_it_needs(bench: Workbench) -> None:
    for n in range(5):
        bench.file(f"{n}.json", order(f"A{n}"))
    short = bench.run(references=2)
    assert short.references_needed == 5
    assert short.outgoing == ()
    assert len(bench.run(references=short.references_needed).outgoing) == 5


def test_the_same_task_gives_the_same_bytes(bench: Workbench) -> None:
    bench.file("a.json", order("A1"), order("A2", total="1.00"))
    task = bench.task(ROUTE)
    assert process(task).outgoing == process(task).outgoing


def test_a_task_and_its_result_can_go_to_another_process(bench: Workbench) -> None:
    import pickle

    bench.file("a.json", order("A1"))
    task = bench.task(ROUTE)
    assert pickle.loads(pickle.dumps(task)) == task
    result = process(task)
    assert pickle.loads(pickle.dumps(result)) == result
