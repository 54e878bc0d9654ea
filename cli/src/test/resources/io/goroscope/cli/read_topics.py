"""Reads records with fastavro and nothing of ours but the published schemas.

Arguments: the folder of the schemas; a file with a line "topic key value" for each record, in hexadecimal, "-" for null;
a capture file. Prints "topic type count" for each type of record seen, "calls FUNCTION N" for the totals, and
"capture N" for the records of the capture.
"""

import io
import sys
from collections import Counter
from pathlib import Path

import fastavro
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form


def published(folder):
    schemas = {}
    for file in sorted(Path(folder).glob("*.avsc")):
        schema = fastavro.schema.load_schema(str(file))
        # fastavro prints the eight bytes in the order in which they lie in a record.
        print_of = fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO")
        schemas[bytes.fromhex(print_of)] = parse_schema(schema)
    return schemas


def read(record, schemas):
    if record[:2] != b"\xc3\x01":
        raise ValueError("no marker: " + record[:10].hex())
    schema = schemas[record[2:10]]
    stream = io.BytesIO(record[10:])
    value = fastavro.schemaless_reader(stream, schema)
    if stream.read():
        raise ValueError("bytes are left after " + schema["name"])
    return schema["name"].rpartition(".")[2], value


def main(folder, dump, capture):
    schemas = published(folder)
    seen = Counter()
    last = {}
    with open(dump) as lines:
        for line in lines:
            topic, key, value = line.split()
            for part in (key, value):
                if part != "-" and part.startswith("c301"):
                    seen[topic, read(bytes.fromhex(part), schemas)[0]] += 1
            if topic.endswith(".totals"):
                last[key] = value
    calls = Counter()
    for key, value in last.items():
        kind, series = read(bytes.fromhex(key), schemas)
        if kind == "SeriesKey" and value != "-":
            calls[series["function"]] += read(bytes.fromhex(value), schemas)[1]["calls"]
        elif kind == "RetiredKey":
            calls[series["function"]] += read(bytes.fromhex(value), schemas)[1]["totals"]["calls"]
    for (topic, kind), count in sorted(seen.items()):
        print(topic, kind, count)
    for function, count in sorted(calls.items()):
        print("calls", function, count)
    with open(capture, "rb") as file:
        records = 0
        for record in fastavro.reader(file):
            read(record["value"], schemas)
            records += 1
        print("capture", records)


main(*sys.argv[1:])
