"""A network namespace as a node with nftables."""

import json
import re

from node import NodeTest, profile, quiet

TABLE = ["ip", "nmanager"]
NATIVE = ["ip daddr 10.96.0.10 udp dport 53 counter notrack",
          "ip daddr 10.244.1.0/24 udp dport 53 counter notrack",
          "ip saddr 10.244.1.0/24 udp sport 53 counter notrack"]


def nft(*words, check=True, **more):
    return quiet("nft", *words, check=check, **more)


class NftablesTest(NodeTest):
    backend = "nftables"

    def setUp(self):
        super().setUp()
        self.write_profile(self.profile_for())

    def profile_for(self, **more):
        return profile(backend=self.backend, **more)

    def ruleset(self):
        """Everything, with handles and counters: nothing may differ where nothing was to change."""
        return nft("-a", "list", "ruleset")

    def rules(self, chain, family="ip", table="nmanager"):
        """The rules of a chain without their counters' figures."""
        lines = nft("list", "chain", family, table, chain).splitlines()
        rules = [line.strip() for line in lines if line.startswith("\t\t") and not line.strip().startswith("type ")]
        return [re.sub(r"counter packets \d+ bytes \d+", "counter", line) for line in rules]

    def sound(self):
        """Our table without handles and counters, its chains by name: what a repair has to bring back."""
        listing = json.loads(nft("-j", "list", "table", *TABLE))["nftables"]
        objects = []
        for item in listing:
            for kind in ("chain", "rule"):
                if kind in item:
                    content = {key: value for key, value in item[kind].items() if key != "handle"}
                    for expression in content.get("expr", []):
                        expression.pop("counter", None)
                    objects.append((content.get("chain", content.get("name")), kind, content))
        return sorted(objects, key=lambda each: each[0])  # stable: rules stay in order

    def handle(self, chain, part):
        for line in nft("-a", "list", "chain", *TABLE, chain).splitlines():
            if part in line:
                return line.rsplit(" ", 1)[1]
        raise AssertionError(f"no {part} in {chain}")
