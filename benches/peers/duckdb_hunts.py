"""DuckDB: a hunt over the files of a lake as `ingest` left it. LAKE NAME SINCE UNTIL [PARAM=VALUE …] [--same-as FILE]

Its SQL is Trailhound's own, `queries/hunts/NAME.sql`, or where DuckDB wants other words `hunts/NAME.sql` beside this
file. Two functions that only have other names are macros. Dates that the time asked for leaves out are not opened, as
somebody who knows the folders would write it.

Printed as JSON: rows, and the seconds from a new database to the last row written as CSV, so that opening the files
is in them and starting Python is not. With --same-as also how many rows differ from those of a Parquet file. With
--script the statements are written to a file, for DuckDB's command line, and nothing is run.
"""
import argparse
import json
import pathlib
import re
import time

import duckdb

HERE = pathlib.Path(__file__).resolve().parent
MACROS = [
    "CREATE MACRO date_bin(width, moment) AS time_bucket(width, moment)",
    "CREATE MACRO regexp_like(text, pattern) AS regexp_matches(text, pattern)",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake")
    parser.add_argument("name")
    parser.add_argument("since")
    parser.add_argument("until")
    parser.add_argument("params", nargs="*")
    parser.add_argument("--same-as")
    parser.add_argument("--script")
    options = parser.parse_args()
    sql, values = hunt(options.name)
    values |= {"since": options.since, "until": options.until}
    values |= dict(param.split("=", 1) for param in options.params)
    statements = [*opening(options.lake, sql, values), f"COPY ({sql}) TO '/dev/null' (FORMAT csv)"]
    if options.script:
        statements[-1] = re.sub(r"\$(\w+)", lambda name: literal(name[1], values[name[1]]), statements[-1])
        pathlib.Path(options.script).write_text(";\n".join(statements) + ";\n")
        return
    started = time.perf_counter()
    duck = duckdb.connect()
    for statement in statements[:-1]:
        duck.execute(statement)
    duck.execute(statements[-1], used(sql, values))
    rows = duck.fetchone()[0]
    done = {"rows": rows, "seconds": time.perf_counter() - started}
    if options.same_as:
        done["differ"] = differ(duck, sql, values, options.same_as)
    print(json.dumps(done))


def hunt(name):
    """The SQL of a hunt and the defaults of its parameters."""
    header, sql = (HERE / f"../../queries/hunts/{name}.sql").read_text().removeprefix("/*---").split("---*/", 1)
    numbers = re.findall(r"^  (\w+):\n    type: int\n    default: (\d+)", header, re.M)
    other = HERE / f"hunts/{name}.sql"
    return other.read_text() if other.exists() else sql, {param: int(value) for param, value in numbers}


def opening(lake, sql, values):
    """The statements before that of the hunt."""
    # What was there before the time asked for is looked at by some.
    looks_back = "event_time >= $since" not in sql or "event_time < $since" in sql
    since = "0001-01-01" if looks_back else values["since"][:10]
    return [
        "SET threads = 2; SET memory_limit = '2GiB'; SET TimeZone = 'UTC'; SET enable_progress_bar = false",
        *MACROS,
        f"""
        CREATE VIEW cloudtrail AS
        FROM read_parquet('{lake}/cloudtrail/event_date=*/*.parquet', hive_partitioning = true)
        WHERE event_date BETWEEN DATE '{since}' AND DATE '{values["until"][:10]}'
        """,
    ]


def literal(name, value):
    if isinstance(value, int):
        return str(value)
    quoted = "'" + value.replace("'", "''") + "'"
    return f"TIMESTAMPTZ {quoted}" if name in ("since", "until") else quoted


def used(sql, values):
    return {name: values[name] for name in set(re.findall(r"\$(\w+)", sql)) & values.keys()}


def differ(duck, sql, values, file):
    """How many rows are in one of both results only, whatever their order; numbers are compared as they print."""
    duck.execute(f"CREATE TABLE theirs AS {sql}", used(sql, values))
    duck.execute(f"CREATE TABLE ours AS FROM '{file}'")

    def texts(table):
        columns = duck.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
        text = lambda name, kind: f'"{name}"::DOUBLE::VARCHAR' if kind.startswith("DECIMAL") else f'"{name}"::VARCHAR'
        return f"SELECT {', '.join(text(*column) for column in columns)} FROM {table}"

    ours, theirs = texts("ours"), texts("theirs")
    count = lambda one, other: duck.execute(f"SELECT count(*) FROM ({one} EXCEPT ALL {other})").fetchone()[0]
    return count(ours, theirs) + count(theirs, ours)


main()
