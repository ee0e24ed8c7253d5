"""DuckDB: a folder of CloudTrail logs into one Parquet file. FOLDER OUT"""
import sys

import duckdb

import columns

folder, out = sys.argv[1:]
kinds = {**{name: "VARCHAR" for name in columns.TEXTS}, **{name: "JSON" for name in columns.JSONS}}
fields = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
duckdb.execute(
    f"""
    COPY (
        SELECT unnest(record) FROM (
            SELECT unnest(Records) AS record
            FROM read_json('{folder}/**/*.json.gz', columns = {{Records: 'STRUCT({fields})[]'}},
                format = 'unstructured', maximum_object_size = 268435456)
        )
    ) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
    """
)
