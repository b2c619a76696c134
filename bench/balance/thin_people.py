#!/usr/bin/env python3
"""Thins a prepared dataset so that one person has a given share of the rows to learn from.

    python3 thin_people.py DATASET_FOLDER PERSON SHARE

Rows with other people are left out, everybody's in proportion and evenly over time, until PERSON
has SHARE of all rows in train.jsonl; people of very few rows may lose all of them. What is held out stays as it is. For measuring `dataset.balance`.
"""
import hashlib
import json
import pathlib
import re
import sys


def thinned(rows, person, share):
    counts = {}
    for row in rows:
        counts[row["person"]] = counts.get(row["person"], 0) + 1
    own = counts.pop(person)
    others = sum(counts.values())
    wanted = min(others, round(own * (1 - share) / share))
    quotas = {name: count * wanted // others for name, count in counts.items()}
    rests = sorted(counts, key=lambda name: (-(counts[name] * wanted % others), name))
    for name in rests[: wanted - sum(quotas.values())]:
        quotas[name] += 1
    seen, result = {}, []
    for row in rows:
        name = row["person"]
        i = seen.get(name, 0)
        seen[name] = i + 1
        # the quota's rows lie evenly among the person's
        left_out = name != person and (
            (i + 1) * quotas[name] // counts[name] == i * quotas[name] // counts[name]
        )
        if not left_out:
            result.append(row)
    return result


def main():
    folder, person, share = pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    file = folder / "train.jsonl"
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    rows = [json.loads(line) | {"line": line} for line in lines]
    left = thinned(rows, person, share)
    text = "".join(row["line"] + "\n" for row in left).encode("utf-8")
    file.write_bytes(text)
    described = folder / "dataset.yaml"
    yaml = described.read_text(encoding="utf-8")
    files = json.loads(re.search(r"^files: (.*)$", yaml, re.M).group(1))
    files["train"] = {"rows": len(left), "sha256": hashlib.sha256(text).hexdigest()}
    yaml = re.sub(r"^files: .*$", lambda m: "files: " + json.dumps(files), yaml, flags=re.M)
    described.write_text(yaml, encoding="utf-8")
    own = sum(row["person"] == person for row in left)
    print(f"{len(rows)} rows, {len(left)} left, {own} of them with {person}")


if __name__ == "__main__":
    main()
