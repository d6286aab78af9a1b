"""The jsonschema library and the vectorised validator must judge every document alike."""

from __future__ import annotations

import copy
import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from edi import documents
from edi.documents import Document
from edi.findings import EdiError
from edi.library import shipped
from tests.strategies import objects

NAMES = ("order", "stock", "product", "customer", "report")
DOCUMENTS = {name: documents.load(name, shipped()) for name in NAMES}

FORMATS = FormatChecker(formats=())


@FormatChecker.checks(FORMATS, "date", raises=ValueError)
def a_date(value: object) -> bool:
    return not isinstance(value, str) or bool(
        re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) and dt.date.fromisoformat(value)
    )


@FormatChecker.checks(FORMATS, "date-time", raises=ValueError)
def a_timestamp(value: object) -> bool:
    shape = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
    return not isinstance(value, str) or bool(
        re.fullmatch(shape, value, re.ASCII) and dt.datetime.fromisoformat(value)
    )


def whole_text(_: Any, pattern: str, instance: Any, __: Any) -> Any:
    """ECMA's $ does not stop before a last line feed, as Python's does."""
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


Oracle = extend(Draft202012Validator, {"pattern": whole_text})


def judged_by_oracle(document: Document, value: object) -> set[str]:
    """The names of the fields at fault."""
    return {_field(error) for error in Oracle(document.schema, format_checker=FORMATS).iter_errors(value)}


def _field(error: ValidationError) -> str:
    if error.validator == "additionalProperties":
        return next(name for name in error.instance if name not in error.schema["properties"])
    if error.validator == "required":
        return next(name for name in error.validator_value if name not in error.instance)
    return next((part for part in reversed(error.absolute_path) if isinstance(part, str)), "")


def judged_by_us(document: Document, value: object) -> set[str]:
    try:
        tables = document.from_json([value])
    except EdiError as error:
        return {found.location.column for found in error.findings}
    return {found.location.column for found in document.validate(tables)}


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30)
@given(data=st.data())
def test_valid_documents_are_accepted_by_both(name: str, data: st.DataObject) -> None:
    document = DOCUMENTS[name]
    value = data.draw(objects(document))
    assert judged_by_oracle(document, value) == set()
    assert judged_by_us(document, value) == set()


WRONG: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        ["", "eur", "EURO", "FR\n", "3012345100014\n", "٣", "1,5", "1e3", "+1", ".5", "1.", "-0"]
    ),
    st.sampled_from(["2026-02-29", "2026-2-1", "2026-03-31T24:00:00Z", "2026-03-31T10:00:00", "2026-03-31"]),
    st.sampled_from(
        ["2026-03-31T10:00:00.123456+02:00", "2026-02-30T10:00:00Z", "1234567890123", "0.1234567"]
    ),
    st.sampled_from([0, 7, -1, True, [], ["x"], {}, [{}], "discount", "allowance", "warning"]),
    st.text(max_size=5),
)


@st.composite
def broken(draw: st.DrawFn, document: Document) -> dict[str, Any]:
    """A valid document in which one field of one table was replaced or removed."""
    value: dict[str, Any] = copy.deepcopy(draw(objects(document)))
    table = draw(st.sampled_from([*document.tables.values()]))
    target = value
    for step in table.path.split("/") if table.path else ():
        target = draw(st.sampled_from(target.setdefault(step, [{}])))
    name = draw(st.sampled_from([*table.fields.names, "unheard_of"]))
    if draw(st.integers(0, 4)) == 0:
        target.pop(name, None)
    else:
        target[name] = draw(WRONG)
    return value


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_broken_documents_are_judged_alike(name: str, data: st.DataObject) -> None:
    document = DOCUMENTS[name]
    value = data.draw(broken(document))
    theirs, ours = judged_by_oracle(document, value), judged_by_us(document, value)
    assert bool(ours) == bool(theirs)
    assert ours <= theirs or theirs <= ours


def test_an_order_without_lines_is_judged_alike() -> None:
    for value in ({"number": "1"}, {"number": "1", "lines": []}):
        assert judged_by_oracle(DOCUMENTS["order"], value) == {"lines"}
        assert judged_by_us(DOCUMENTS["order"], value) == {"lines"}


def test_an_unknown_name_is_judged_alike() -> None:
    value = {"number": "1", "lines": [{"quantity": "1", "quantité": "2"}]}
    assert (
        judged_by_oracle(DOCUMENTS["order"], value) == judged_by_us(DOCUMENTS["order"], value) == {"quantité"}
    )
