"""What passed before: the documents of all runs as Parquet, an index that can be rebuilt from the archive.

Layout: `.edi/documents/<table>/<run>.parquet`. Every row carries `_sequence` (the ledger's sequence when its
run was opened), `_run`, `_file`, `partner`, `route` and `passed_at`, so that a look at history can be taken
as of any run: a replay sees what its run saw.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from edi.tables import from_ipc

Origin = tuple[str, str, str]

COMPACT_AT = 64
"""Files of one table before they are merged into one."""


def store(
    folder: Path, run: str, sequence: int, at: str, tables: Mapping[str, bytes], files: Sequence[Origin]
) -> None:
    """Write a run's documents. `files` gives (id, partner, route) by member ordinal. Safe to repeat."""
    for name, data in tables.items():
        table = stamped(from_ipc(data), run, sequence, at, files)
        target = folder / name / f"{run}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        write(table, target)


def stamped(table: pa.Table, run: str, sequence: int, at: str, files: Sequence[Origin]) -> pa.Table:
    """The table with the columns that say where its rows came from."""
    member = table["_member"]
    plain = table.drop_columns(["_member"])
    for place, column in enumerate(("_file", "partner", "route")):
        values = pa.array([file[place] for file in files], pa.string())
        plain = plain.append_column(column, values.take(member.combine_chunks()))
    constants = {
        "_run": pa.scalar(run),
        "passed_at": pa.scalar(at),
        "_sequence": pa.scalar(sequence, pa.int64()),
    }
    for column, value in constants.items():
        plain = plain.append_column(column, pa.repeat(value, len(plain)))
    return plain


def write(table: pa.Table, target: Path) -> None:
    """Write and flush under a temporary name, then rename: a reader never sees half a file."""
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        pq.write_table(table, file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def paths(folder: Path, tables: Sequence[str]) -> dict[str, list[str]]:
    """The files of each table asked for, in a stable order, without those that a merged file covers."""
    return {name: [str(path) for path in uncovered(folder / name)] for name in tables}


def uncovered(folder: Path) -> list[Path]:
    """A merged file is named "<first>_<last>.parquet" and stands for every run between the two."""
    files = sorted(folder.glob("*.parquet"))
    ranges = [tuple(file.stem.split("_")) for file in files if "_" in file.stem]
    return [f for f in files if not any(covers(first, last, f.stem) for first, last in ranges)]


def covers(first: str, last: str, stem: str) -> bool:
    low, _, high = stem.partition("_")
    return (low, high or low) != (first, last) and first <= low and (high or low) <= last


def schema(table: pa.Schema) -> pa.Schema:
    """The schema of a table's history: the document's columns and where each row came from."""
    origin = [(name, pa.string()) for name in ("_file", "partner", "route", "_run", "passed_at")]
    return pa.schema([*table, *(pa.field(*one) for one in origin), pa.field("_sequence", pa.int64())])


def upto(files: Sequence[str], sequence: int, table: pa.Schema) -> pa.Table:
    """The rows of runs opened before `sequence`; `table` is the document table's schema."""
    wanted = schema(table)
    # pyarrow.dataset would be shorter, but imports pandas
    parts = [aligned(pq.ParquetFile(file).read(), wanted) for file in files]
    past = pa.concat_tables([wanted.empty_table(), *parts])
    return past.filter(pc.less(past["_sequence"], sequence))


def aligned(part: pa.Table, wanted: pa.Schema) -> pa.Table:
    """The columns of `wanted`, in their types; one that the document gained since is empty."""
    columns = [
        part[field.name].cast(field.type)
        if field.name in part.column_names
        else pa.nulls(len(part), field.type)
        for field in wanted
    ]
    return pa.table(columns, schema=wanted)


def compact(folder: Path) -> None:
    """Merge the files of every table that has many. A crash leaves files that the merged one covers."""
    for table in folder.iterdir() if folder.is_dir() else ():
        files = uncovered(table)
        if len(files) >= COMPACT_AT:
            merged = pa.concat_tables(
                [pq.ParquetFile(file).read() for file in files], promote_options="default"
            )
            first, last = files[0].stem.split("_")[0], files[-1].stem.split("_")[-1]
            write(merged, table / f"{first}_{last}.parquet")
        for covered in set(table.glob("*.parquet")) - set(uncovered(table)):
            covered.unlink()
