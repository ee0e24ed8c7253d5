"""Reads the `cloudtrail` table of a lake with Python's deltalake and compares it with what went in.

    read_lake.py LAKE EXPECTED.ndjson
    read_lake.py --self-test

A line of EXPECTED is one record: {"event_id", "event_name", "aws_region", "source_ip_address",
"event_time"}. Compared are the number of rows, the columns with their Delta types, and a hash of
each of these members over all rows in the order of event_id. The list of columns below is written by
hand on purpose: it is what users of other readers rely on, not what the code happens to write.

Prints `pass: …` and exits with 0, or prints each difference and exits with 1.
"""

import datetime
import hashlib
import json
import os
import pathlib
import sys
import tempfile

TYPES = {
    "event_time": "timestamp",
    "event_date": "date",
    "read_only": "boolean",
    "management_event": "boolean",
    "session_credential_from_console": "boolean",
    "session_mfa_authenticated": "boolean",
    "session_creation_time": "timestamp",
    "session_assumed_root": "boolean",
    "ingest_batch": "long",
    "ingested_at": "timestamp",
}

COLUMNS = """
    event_time event_date event_version event_source event_name event_type event_category aws_region
    source_ip_address user_agent error_code error_message request_id event_id shared_event_id api_version
    read_only management_event recipient_account_id vpc_endpoint_id vpc_endpoint_account_id
    session_credential_from_console
    user_type user_principal_id user_arn user_account_id access_key_id user_name user_invoked_by
    user_identity_provider user_credential_id on_behalf_of_user_id on_behalf_of_identity_store_arn in_scope_of
    session_issuer_type session_issuer_principal_id session_issuer_arn session_issuer_account_id
    session_issuer_user_name session_mfa_authenticated session_creation_time session_source_identity
    session_assumed_root ec2_role_delivery web_id_federated_provider web_id_attributes
    tls_version tls_cipher_suite tls_client_host tls_key_exchange
    request_parameters response_elements additional_event_data service_event_details resources insight_details
    addendum edge_device_details event_context aggregation extra principal source_ip
    source_object source_account_id source_region ingest_batch ingested_at
""".split()

COMPARED = ["event_id", "event_name", "aws_region", "source_ip_address", "event_time"]


def fingerprint(rows, column):
    """A hash of one column over rows in the order of event_id; NULL differs from every text."""
    digest = hashlib.sha256()
    for row in sorted(rows, key=lambda row: row["event_id"]):
        digest.update(json.dumps(row[column]).encode() + b"\n")
    return digest.hexdigest()


def differences(columns, rows, expected):
    """What differs, one line each."""
    found = []
    wanted = {name: TYPES.get(name, "string") for name in COLUMNS}
    for name in sorted(wanted.keys() | columns.keys()):
        if wanted.get(name) != columns.get(name):
            found.append(f"column {name}: expected {wanted.get(name)}, found {columns.get(name)}")
    if len(rows) != len(expected):
        found.append(f"rows: expected {len(expected)}, found {len(rows)}")
    for column in COMPARED:
        if fingerprint(rows, column) != fingerprint(expected, column):
            # One example says more than two hashes.
            have = {row["event_id"]: row[column] for row in rows}
            want = {row["event_id"]: row[column] for row in expected}
            odd = [key for key in sorted(have.keys() | want.keys()) if have.get(key) != want.get(key)]
            example = f"{odd[0]} has {have.get(odd[0])!r}, not {want.get(odd[0])!r}" if odd else "a row is there twice"
            found.append(f"values of {column} differ: {example}")
    return found


def read(lake):
    """Columns (name to Delta type) and rows of the table."""
    import deltalake

    table = deltalake.DeltaTable(str(pathlib.Path(lake) / "cloudtrail"))
    columns = {field.name: str(getattr(field.type, "type", field.type)) for field in table.schema().fields}
    rows = table.to_pyarrow_table(columns=COMPARED).to_pylist()
    for row in rows:
        row["event_time"] = printed(row["event_time"])
    return columns, rows


def printed(time):
    return time and time.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def compare(lake, expected_file):
    with open(expected_file, encoding="utf-8") as lines:
        expected = [json.loads(line) for line in lines if line.strip()]
    columns, rows = read(lake)
    found = differences(columns, rows, expected)
    for line in found:
        print(f"fail: {line}")
    if not found:
        print(f"pass: {len(rows)} rows, {len(columns)} columns, {len(COMPARED)} of them compared value by value")
    return 1 if found else 0


def self_test():
    """Writes a table of the right shape with deltalake itself, and proves that each difference is seen."""
    import deltalake
    import pyarrow as pa

    arrow = {
        "timestamp": pa.timestamp("us", tz="UTC"), "date": pa.date32(), "boolean": pa.bool_(),
        "long": pa.int64(), "string": pa.string(),
    }
    noon = datetime.datetime(2026, 1, 15, 12, tzinfo=datetime.timezone.utc)
    schema = pa.schema([(name, arrow[TYPES.get(name, "string")]) for name in COLUMNS])
    written = [
        {"event_id": f"id-{n}", "event_name": "ListBuckets", "aws_region": "us-east-1", "event_time": noon,
         "event_date": noon.date(), "source_ip_address": None if n % 2 else "198.51.100.7"}
        for n in range(4)
    ]
    expected = [{**{key: row[key] for key in COMPARED}, "event_time": "2026-01-15T12:00:00Z"} for row in written]
    with tempfile.TemporaryDirectory() as lake:
        full = [{name: row.get(name) for name in COLUMNS} for row in written]
        deltalake.write_deltalake(
            f"{lake}/cloudtrail", pa.Table.from_pylist(full, schema=schema), partition_by=["event_date"])
        columns, rows = read(lake)
    assert differences(columns, rows, expected) == [], differences(columns, rows, expected)
    changed = [{**expected[0], "event_name": "DeleteBucket"}, *expected[1:]]
    assert differences(columns, rows, changed) == [
        "values of event_name differ: id-0 has 'ListBuckets', not 'DeleteBucket'"]
    assert differences(columns, rows, expected[1:])[0] == "rows: expected 3, found 4"
    assert any("source_ip_address" in line for line in differences(
        columns, rows, [{**row, "source_ip_address": ""} for row in expected]))
    assert differences({**columns, "read_only": "string"}, rows, expected) == [
        "column read_only: expected boolean, found string"]
    print("pass: read_lake.py finds what it should")
    return 0


def leave(code):
    """Ends without taking the interpreter down: threads of the libraries that still run when it is may
    abort the process ("terminate called without an active exception"), long after the verdict."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        leave(self_test())
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    leave(compare(sys.argv[1], sys.argv[2]))
