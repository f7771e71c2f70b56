"""Rule sets that nftables' own people wrote: they come through our runs byte for byte, and our model says nothing wrong about them.

NOTRACK_SOURCE_FILES is the folder of nftables' golden rule sets; without it, the examples of the installed package."""

import collections
import json
import os
import pathlib
import re
import subprocess
import unittest

from native_listing import listing_of
from nftables_node import NftablesTest, nft
from node import quiet

EXAMPLES = "/usr/share/doc/nftables/examples"
FOLDER = pathlib.Path(os.environ.get("NOTRACK_SOURCE_FILES", EXAMPLES))
LEAST = 100 if "NOTRACK_SOURCE_FILES" in os.environ else 15
UNKNOWN = re.compile(r"\bunknown (\w+)|\bxt (\w+)")
CHAIN = re.compile(r"^\tchain (.+) \{$")
PRIORITIES = {"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100}
WAIVED = ["not-ipvs", "stateful-forward", "service-dnat", "host-port", "host-queries", "unread-rules", "other-notrack"]


def rule_sets():
    """Files that hold a rule set; nftables' golden ones stand in folders named dumps."""
    return sorted(path for path in FOLDER.rglob("*.nft") if FOLDER == pathlib.Path(EXAMPLES) or path.parent.name == "dumps")


def without_rules(listing):
    """A listing with tables, sets, objects and chains alone."""
    lines, in_chain = [], False
    for line in listing.splitlines():
        in_chain = CHAIN.match(line) is not None or (in_chain and line != "\t}")
        if not in_chain or CHAIN.match(line) or re.match(r"\t\t(type \w+ hook|comment) ", line):
            lines.append(line)
    return "\n".join(lines) + "\n"


def sorted_sets(value):
    """The same with the elements of sets in one order, which the kernel does not keep."""
    if isinstance(value, dict):
        return {key: sorted(map(sorted_sets, item), key=json.dumps) if key == "set" and isinstance(item, list) else sorted_sets(item)
                for key, item in value.items()}
    return [sorted_sets(item) for item in value] if isinstance(value, list) else value


def rules_of(listing):
    """The rules of nft's JSON by chain, without handles and figures."""
    chains = collections.defaultdict(list)
    for item in json.loads(listing)["nftables"]:
        if "rule" in item:
            rule = item["rule"]
            content = [expression if "counter" not in expression or not isinstance(expression["counter"], dict) else "counter" for expression in rule["expr"]]
            chains[(rule["family"], rule["table"], rule["chain"])].append((sorted_sets(content), rule.get("comment")))
    return chains


def chains_of(listing):
    """Base chains as nft's JSON has them: hook, type, priority and policy."""
    return {(chain["family"], chain["table"], chain["name"]): (chain["type"], chain["hook"], chain["prio"], chain["policy"])
            for item in json.loads(listing)["nftables"] for chain in [item.get("chain", {})] if "hook" in chain}


def priority_of(line):
    """The number of "priority filter + 10"."""
    name, more = re.search(r"priority (-?\w+)(?: ([+-] \d+))?", line).groups()
    return PRIORITIES[name] + int((more or "0").replace(" ", "")) if name in PRIORITIES else int(name)


class Printed:
    """What our model prints: rules and hooks by chain."""

    def __init__(self):
        self.rules, self.hooks = collections.defaultdict(list), {}
        table = chain = None
        text = subprocess.run([os.environ["NOTRACK_PRINT_NFTABLES"]], capture_output=True, text=True, check=True).stdout
        for line in text.splitlines():
            words = line.split()
            if line.startswith("table "):
                table = (words[1], words[2])
            elif line.startswith("\tchain "):
                chain = (*table, words[1])
            elif line.startswith("\t\ttype ") and "hook" in words:
                policy = words[words.index("policy") + 1].rstrip(";") if "policy" in words else "accept"
                self.hooks[chain] = (words[1], words[3], priority_of(line), policy)
            elif line.startswith("\t\t"):
                self.rules[chain].append(line.strip())


class GoldenRules(NftablesTest):
    def setUp(self):
        super().setUp()
        self.write_profile(self.profile_for(safety={"waive": WAIVED, "probe": False}))
        quiet("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth1")
        self.known, self.unknown, self.listed = 0, collections.Counter(), collections.Counter()

    def load(self, path):
        nft("flush", "ruleset")
        text = subprocess.run(["nft", "-f", path.name], cwd=path.parent, capture_output=True, text=True, check=False)
        return text.returncode == 0 and nft("list", "ruleset") != ""

    def told(self):
        return (f"{self.known} rules printed in whole; unknown: {dict(self.unknown)}; "
                f"{self.listed[False]} tables listed word for word as nft does, {self.listed[True]} left to nft")

    def check_runs(self):
        """Apply, apply, status, remove: nothing of others changes, down to handles and counters."""
        before = self.ruleset()
        self.assertTrue(self.apply()["changed"])
        self.assertFalse(self.apply()["changed"])
        self.assertEqual(self.status()["state"], "in-sync")
        self.assertTrue(self.remove()["changed"])
        self.assertEqual(self.ruleset(), before)

    def check_model(self):
        """Rules that our model has words for, loaded again into a rule set without any, list as the first ones do."""
        listing, skeleton = nft("-n", "-j", "list", "ruleset", check=False), without_rules(nft("-s", "list", "ruleset"))
        if not listing.startswith("{"):
            self.unknown["to nft -j"] += 1
            return
        for family, table in {(chain[0], chain[1]) for chain in rules_of(listing)}:
            self.listed[listing_of(self, family, table)[1]] += family in ("inet", "ip", "ip6")
        printed, expected = Printed(), rules_of(listing)
        self.assertEqual(printed.hooks, chains_of(listing))
        self.assertEqual({chain: len(rules) for chain, rules in printed.rules.items()}, {chain: len(rules) for chain, rules in expected.items()})
        commands, wanted = [], collections.defaultdict(list)
        for chain, lines in printed.rules.items():
            for line, rule in zip(lines, expected[chain]):
                strange = [name for names in UNKNOWN.findall(line) for name in names if name]
                self.unknown.update(strange)
                if strange:
                    continue
                self.known += 1
                commands.append(f"add rule {' '.join(chain)} {line}")
                wanted[chain].append(rule)
        nft("flush", "ruleset")
        nft("-f", "-", input=skeleton)
        nft("-f", "-", input="\n".join(commands) + "\n")
        self.assertEqual(rules_of(nft("-n", "-j", "list", "ruleset")), wanted, "\n".join(commands))

    def test_every_rule_set(self):
        loaded, refused = 0, 0
        for path in rule_sets():
            if not self.load(path):  # for another release of nft or of the kernel, or a part of another file
                refused += 1
                continue
            loaded += 1
            with self.subTest(rules=str(path.relative_to(FOLDER))):
                self.check_runs()
                self.check_model()
        print(f"{loaded} rule sets, {refused} not for this nft; {self.told()}")
        self.assertGreaterEqual(loaded, LEAST)


if __name__ == "__main__":
    unittest.main()
