"""ClickHouse, embedded: a folder of CloudTrail logs into one Parquet file. FOLDER OUT"""
import sys

import chdb

import columns

folder, out = sys.argv[1:]
types = ", ".join(f"{name} Nullable(String)" for name in columns.ALL)
chdb.query(
    f"""
    INSERT INTO FUNCTION file('{out}', 'Parquet')
    SELECT {", ".join(f"record.{name} AS {name}" for name in columns.ALL)}
    FROM (
        SELECT arrayJoin(Records) AS record
        FROM file('{folder}/**/*.json.gz', 'JSONEachRow', 'Records Array(Tuple({types}))')
    )
    SETTINGS output_format_parquet_compression_method = 'zstd', engine_file_truncate_on_insert = 1,
        input_format_json_read_objects_as_strings = 1, input_format_json_read_arrays_as_strings = 1,
        input_format_json_read_bools_as_strings = 1, input_format_json_defaults_for_missing_elements_in_named_tuple = 1,
        input_format_json_ignore_unknown_keys_in_named_tuple = 1
    """
)
