#!/usr/bin/env python3
"""Prints what a scenario found as a Markdown table, and checks it against expected/.

usage: report.py SCENARIO EXPECTED_FOLDER RESULTS_FOLDER...

matrix is compared with expected/matrix.md cell by cell, hazards with expected/hazards.md node by node; UPDATE_GOLDEN=1 writes those files instead.
race, pressure, packets, safety and systemd have figures that vary: expected/SCENARIO.tsv holds the bounds. Exit status: 0 as expected, 1 not.
"""
import json
import operator
import os
import pathlib
import sys

RULE_SETS = {"tracked": "tracked (no rules)", "any": "scope any", "pods": "scope pods"}
PLACES = {
    "client": "pod",
    "client-remote": "pod on another node",
    "node": "node's own process",
    "outside": "external client",
    "dns-local": "DNS pod",
}
REAL_SERVERS = {"local": "DNS pod on the same node", "remote": "DNS pod on another node", "both": "DNS pods"}
TARGETS = {"vip": "VIP", "node-port": "NodePort", "host-port": "hostPort 53", "outside": "external resolver"}
OPERATORS = {"==": operator.eq, "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


def read_results(folders: list[str]) -> list[dict]:
    lines = [line for folder in folders for line in (pathlib.Path(folder) / "results.jsonl").read_text().splitlines()]
    return [json.loads(line) for line in lines]


def table(header: list[str], rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows]]


def read_table(text: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


# --- matrix ---


def describe_traffic(result: dict) -> str:
    hops = [PLACES[result["from"]], TARGETS[result["to"]]]
    if result["from"] == "dns-local" and result["real_server"] == "local":
        hops.append("itself (hairpin)")
    elif result["to"] != "outside":
        # Environments without IPVS have their one DNS pod on the client's node.
        hops.append(REAL_SERVERS.get(result["real_server"], REAL_SERVERS["local"]))
    return " → ".join(hops)


def describe_cell(result: dict) -> str:
    asked, answered = result["asked"], result["answered"]
    if "entries" not in result:
        return "no loss" if answered == asked else f"{asked - answered} of {asked} lost"
    if answered == 0:
        return "**no answer**"
    works = "works" if answered == asked else f"**{answered} of {asked} answered**"
    entries = result["entries"] / asked
    seen = " and ".join(result["seen"]) or "nobody"
    return f"{works}, {entries:.2g} {'entry' if entries == 1 else 'entries'}, sees {seen}"


def matrix_rows(results: list[dict]) -> list[list[str]]:
    cells: dict[tuple[str, str, int], dict[str, str]] = {}
    for result in results:
        if "skipped" in result:
            continue
        key = (result["environment"], describe_traffic(result), result["family"])
        cells.setdefault(key, {})[result["rules"]] = describe_cell(result)
    rows: list[list[str]] = []
    for (environment, traffic, family), by_rules in cells.items():
        row = [environment, traffic, f"IPv{family}", *(by_rules.get(rules, "") for rules in RULE_SETS)]
        # IPv6 comes right after IPv4: one line for both where they agree.
        same = [other for other in rows if other[:2] == row[:2] and other[3:] == row[3:]]
        if same:
            same[0][2] += ", IPv6"
        else:
            rows.append(row)
    return rows


def by_cell(rows: list[list[str]]) -> dict[tuple[str, ...], str]:
    return {
        (row[0], row[1], family, rules): cell
        for row in rows
        for family in row[2].split(", ")
        for rules, cell in zip(RULE_SETS, row[3:])
    }


def check_matrix(results: list[dict], expected_file: pathlib.Path) -> list[str]:
    rows = matrix_rows(results)
    lines = table(["node", "traffic", "family", *RULE_SETS.values()], rows)
    print("\n".join(lines), flush=True)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        expected_file.write_text("\n".join(lines) + "\n")
        return []
    skipped = {result["environment"]: result["skipped"] for result in results if "skipped" in result}
    for environment, reason in skipped.items():
        print(f"not run: {environment}: {reason}", file=sys.stderr)
    expected, found = by_cell(read_table(expected_file.read_text())), by_cell(rows)
    return [
        f"{' / '.join(cell)}: expected '{expected.get(cell, 'no such row')}', found '{found.get(cell, 'nothing')}'"
        for cell in dict.fromkeys([*expected, *found])
        if expected.get(cell) != found.get(cell) and cell[0] not in skipped
    ]


# --- hazards: what the findings say, what the trial says, what others lost ---

MOST_LOST = {"any": 1, "pods": 0}  # of those who know nothing of a trial; under scope any the masquerade's ports may meet its rules


def read_report(folder: str, result: dict, command: str) -> dict:
    try:
        return json.loads((pathlib.Path(folder) / f"{result['reports']}-{command}.json").read_text())
    except (OSError, ValueError):
        return {}


def describe_findings(report: dict) -> str:
    """Fatal ones in bold; those that only tell how things are on this node are left out."""
    if not report:
        return "no report"
    found = [(finding["severity"] != "fatal", finding["id"]) for finding in report.get("findings", []) if finding["severity"] in ("fatal", "warning")]
    return ", ".join(name if mild else f"**{name}**" for mild, name in sorted(set(found))) or "none"


def trial_counts(report: dict) -> list[tuple[str, int, int]]:
    """Of either family, the client ports of all places with a vote that were answered tracked, and untracked."""
    rows = [row for row in report["trial"].get("rows", []) if row.get("service") and not row.get("note", "").startswith("no vote")]
    counts = []
    for family in ("IPv4", "IPv6"):
        of_family = [row for row in rows if row["service"].startswith("[") == (family == "IPv6")]
        counts.append((family, *(sum(row[arm]["answered"] for row in of_family) for arm in ("tracked", "untracked"))))
    return counts


def describe_trial(report: dict) -> str:
    if not report.get("trial"):
        return "none was made"
    return f"{report['trial']['outcome']}: " + ", ".join(f"{family} {tracked}/{untracked}" for family, tracked, untracked in trial_counts(report))


def describe_share(report: dict) -> str:
    """The same without figures: a service with two real servers spreads ports as it likes."""
    if not report.get("trial"):
        return "none was made"
    shares = [f"{family} {'none' if untracked == 0 else 'all' if untracked >= tracked else 'some'}" for family, tracked, untracked in trial_counts(report)]
    return f"{report['trial']['outcome']}: " + ", ".join(shares)


def describe_apply(result: dict) -> str:
    meaning = {0: "applied" if result["raw_table"] == "changed" else "in sync", 3: "refused", 4: "rolled back"}.get(result["exit"], f"exit {result['exit']}")
    if result["exit"] != 0 and result["raw_table"] != "unchanged":
        meaning += ", rules changed"
    silent = result["dns_answers_after"].strip()
    return meaning if silent == "yes" else f"{meaning}; then {silent}"


def check_hazards(results: list[dict], folders: list[str], expected_file: pathlib.Path) -> list[str]:
    by_variant = {pathlib.Path(folder).name.partition("-")[2]: folder for folder in folders}
    failures: list[str] = []
    rows: list[list[str]] = []
    found: dict[tuple[str, str], list[str]] = {}
    for result in results:
        if "skipped" in result:
            print(f"not run: {result['case']}: {result['skipped']}", file=sys.stderr)
            continue
        folder, backend = by_variant[result["variant"]], result["variant"].partition("-")[0]
        report = read_report(folder, result, "apply")
        bystanders = f"{result['lost']} of {result['sent']}"
        rows.append([result["case"], backend, describe_findings(read_report(folder, result, "doctor")), describe_trial(report), describe_apply(result),
                     bystanders])
        found[(result["case"], backend)] = [rows[-1][2], describe_share(report), rows[-1][4]]
        # Where DNS works at the end, it worked all the time.
        allowed = MOST_LOST["any" if "scope any" in result["case"] else "pods"]
        if result["dns_answers_after"] == "yes" and result["lost"] > allowed:
            failures.append(f"{result['case']}, {backend}: others lost {bystanders}, expected at most {allowed}")
        if result["sent"] < 300:
            failures.append(f"{result['case']}, {backend}: others sent {result['sent']} queries only")
    print("\n".join(table(["node", "backend", "findings", "trial: tracked/untracked answered", "apply", "others lost"], rows)), flush=True)
    merged: list[list[str]] = []  # one line for both backends; a cell on which they differ has both
    for case in dict.fromkeys(row[0] for row in rows):
        sides = [found[(case, backend)] for backend in ("iptables", "nftables") if (case, backend) in found]
        merged.append([case, *(" / ".join(dict.fromkeys(cells)) for cells in zip(*sides))])
    if os.environ.get("UPDATE_GOLDEN") == "1":
        expected_file.write_text("\n".join(table(["node", "findings", "trial: untracked answered", "apply"], merged)) + "\n")
        return failures
    expected = {row[0]: row for row in read_table(expected_file.read_text())}
    # Half of the nodes are left out without --full.
    return failures + [f"{row[0]}: expected {expected.get(row[0], ['no such row'])[1:]}, found {row[1:]}" for row in merged if expected.get(row[0]) != row]


# --- race, pressure, safety: named figures within bounds ---


def check_figures(results: list[dict], expected_file: pathlib.Path) -> list[str]:
    names = list(dict.fromkeys(name for result in results for name in result if name not in ("scenario", "case")))
    print("\n".join(table(["case", *names], [[str(r.get(name, "")) for name in ["case", *names]] for r in results])), flush=True)
    found = {(result["case"], name): value for result in results for name, value in result.items()}
    failures = []
    for line in expected_file.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        case, name, comparison, bound = line.split("\t")
        value = found.get((case, name))
        if value is None or not OPERATORS[comparison](str(value) if comparison == "==" else value, bound if comparison == "==" else float(bound)):
            failures.append(f"{case}: {name} is {'missing' if value is None else value}, expected {comparison} {bound}")
    return failures


# --- captures: judged elsewhere, word for word as on the node ---


def check_captures(folders: list[str]) -> list[str]:
    files = [pathlib.Path(folder) / "captures.jsonl" for folder in folders]
    captures = [json.loads(line) for file in files if file.exists() for line in file.read_text().splitlines()]
    failures = [f"capture of {capture['name']}: {capture['difference']}" for capture in captures if capture["difference"]]
    if captures:
        print(f"captures judged word for word as their nodes: {len(captures) - len(failures)} of {len(captures)}", flush=True)
    return failures


def main() -> int:
    scenario, expected = sys.argv[1], pathlib.Path(sys.argv[2])
    results = read_results(sys.argv[3:])
    if scenario == "matrix":
        failures = check_matrix(results, expected / "matrix.md")
    elif scenario == "hazards":
        failures = check_hazards(results, sys.argv[3:], expected / "hazards.md")
    else:
        failures = check_figures(results, expected / f"{scenario}.tsv")
    failures += check_captures(sys.argv[3:])
    for failure in failures:
        print(f"{scenario}: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
