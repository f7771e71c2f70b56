#!/usr/bin/python3
"""Holds the JSON Schemas against the profiles and reports of the tests: what the readers take the schemas take, and what
the readers refuse the schemas refuse, but for the files in UNSEEN, whose faults no schema of one file can see."""

import json
import pathlib
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data"

# Python's reader takes them, or the fault is between two values or two files.
UNSEEN = set("""
bidirectional byte-order-mark carriage-return
duplicate-key duplicate-key-in-override duplicate-key-in-probe duplicate-key-in-safety
family-without-pods family-without-service many-rules nodes-family pod-cidr-host-bits pod-cidrs-missing port-053 port-0x35 service-twice
port-53-0 services-missing tag unknown-key-merge
files-disagree/a files-disagree/b files-family/a files-family/b files-nothing-required/a files-nothing-required/b files-probe-disagree/a
files-probe-disagree/b files-same-service/a files-same-service/b files-second-without-version/a
tunnels-many-rules tunnels-peers-host-bits tunnels-port-twice
""".split())


def problem_of(validator, load, path):
    """What is wrong with the file by its syntax or the schema; None for nothing."""
    try:
        document = load(path.read_bytes())
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        return f"unreadable: {type(problem).__name__}"
    error = jsonschema.exceptions.best_match(validator.iter_errors(document))
    return error and error.message[:200]


def check(validator, load, paths, expected, unseen=frozenset()):
    """Tells each file whose outcome is not the expected one; returns (checked, wrong)."""
    wrong = 0
    for path in paths:
        name = str(path.relative_to(path.parents[1] if path.parent.name.startswith("files-") else path.parent).with_suffix(""))
        problem = problem_of(validator, load, path)
        wanted = "taken" if expected == "taken" or name in unseen else "refused"
        got = "refused" if problem else "taken"
        if got != wanted:
            print(f"FAIL {path.relative_to(ROOT)}: should be {wanted}, is {got}: {problem}")
            wrong += 1
    return len(paths), wrong


def validator_for(name):
    schema = json.loads((ROOT / "core/schema" / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def main():
    profile = validator_for("profile.schema.json")
    report = validator_for("report.schema.json")
    good = sorted((ROOT / "profiles").glob("*.yaml"))
    good += [path for path in sorted((DATA / "good-profiles").rglob("*.yaml")) if not path.name.startswith(".")]
    results = [
        check(profile, yaml.safe_load, good, "taken"),
        check(profile, yaml.safe_load, sorted((DATA / "bad-profiles").rglob("*.yaml")), "refused", UNSEEN),
        check(report, json.loads, sorted((DATA / "reports").glob("*.json")), "taken"),
        check(report, json.loads, sorted((DATA / "bad-reports").glob("*.json")), "refused"),
    ]
    for checked, _ in results:
        assert checked > 0, "a directory of inputs is empty"
    wrong = sum(count for _, count in results)
    print(f"{sum(checked for checked, _ in results) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
