"""One ansible-playbook over many nodes with our module, beside the same rules as ansible.builtin.iptables tasks, in one run.

Usage: tests/kernel/in_namespace /usr/bin/python3 tests/bench/ansible_bench.py RUNNER [NODES [ROUNDS]]

Nodes are network namespaces with an sshd each; NODES (default 20) of them, ROUNDS (default 3) rounds, in which the sides take turns. Both use
pipelining, kept connections and as many forks as nodes. It ends with exit code 1 where the sides do not leave the same rules behind.

The rules are the classic set of one service and one pod network, for one address family. ansible.builtin.iptables can neither write
"-j CT --notrack" nor match address types: it says "-j NOTRACK", the same target by its old name, and knows no scope "pods".
"""

import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "delivery"))

from fleet import Fleet, require  # noqa: E402
from playbook import PROFILE, Playbooks  # noqa: E402

HOOKS = [("PREROUTING", "NMANAGER_PREROUTING", "NMANAGER_NOT_DNS_PREROUTING"), ("OUTPUT", "NMANAGER_OUTPUT", "NMANAGER_NOT_DNS_OUTPUT")]
OURS = [{"notrack.dns.profile": {"profile": PROFILE}}]


def iptables_tasks():
    """The profile's rules and jumps, a task each, from the inside out. A chain is made by its first rule: a task for the chain alone leaves
    an empty rule in it before ansible-core 2.15."""
    service, pods = PROFILE["services"][0] + "/32", PROFILE["podCIDRs"][0]
    matches = [{"destination": service, "destination_port": "53"}, {"destination": pods, "destination_port": "53"}, {"source": pods, "source_port": "53"}]
    tasks = []
    for hook, base, rules_of in HOOKS:
        tasks += [{"chain": rules_of, "protocol": "udp", "match": ["udp"], "jump": "NOTRACK", "chain_management": True, **match} for match in matches]
        tasks += [{"chain": base, "jump": rules_of, "chain_management": True}, {"chain": hook, "jump": base, "action": "insert"}]
    return [{"ansible.builtin.iptables": {"table": "raw", **task}} for task in tasks]


def clear(fleet):
    for node in fleet.nodes:
        node.run("sh", "-c", "iptables-legacy -t raw -F && iptables-legacy -t raw -X")


def rules(fleet):
    """What every node holds, chain by chain, with the two names of the target as one."""
    return [sorted((rule.replace("-j NOTRACK", "-j CT --notrack") for rule in node.rules() if rule.startswith("-A")), key=lambda rule: rule.split()[1])
            for node in fleet.nodes]


def timed(ansible, tasks, changed):
    """Seconds of one run, which must succeed everywhere, and change every node or none."""
    plays = [{"hosts": "k8s_cluster", "gather_facts": False, "tasks": tasks}]
    start = time.perf_counter()
    result = ansible.run(plays, "--forks", str(len(ansible.fleet.nodes)), timeout=1800)
    seconds = time.perf_counter() - start
    if result.code != 0 or len(result.hosts("changed")) != (len(ansible.fleet.nodes) if changed else 0):
        sys.exit(result.text)
    return seconds


def measure(ansible, rounds):
    """Seconds of every run by (side, first or second run)."""
    sides = {"ours": OURS, "iptables": iptables_tasks()}
    seconds = {(side, kind): [] for side in sides for kind in ("first run", "second run, nothing to change")}
    left_behind = {}
    for _ in range(rounds):
        for side, tasks in sides.items():
            clear(ansible.fleet)
            for kind in ("first run", "second run, nothing to change"):
                seconds[side, kind].append(timed(ansible, tasks, changed=kind == "first run"))
            left_behind[side] = rules(ansible.fleet)
        if left_behind["ours"] != left_behind["iptables"]:
            sys.exit(f"the sides do not leave the same rules behind:\n{left_behind['ours'][0]}\n{left_behind['iptables'][0]}")
    return sides, seconds


def main():
    require("ansible-playbook", "sshd", "ssh-keygen", "ip", "nsenter", "iptables-legacy")
    runner = str(pathlib.Path(sys.argv[1]).resolve())
    count, rounds = (int(sys.argv[place]) if len(sys.argv) > place else default for place, default in ((2, 20), (3, 3)))
    with Fleet(count, runner) as fleet:
        ansible = Playbooks(fleet)
        timed(ansible, [{"ansible.builtin.command": "true", "changed_when": False}], changed=False)  # opens the connections
        sides, seconds = measure(ansible, rounds)
    print(f"{count} nodes, {rounds} rounds, medians of wall time; tasks per node: ours {len(sides['ours'])}, ansible.builtin.iptables {len(sides['iptables'])}\n")
    print("| one ansible-playbook over all nodes | notrack.dns.profile | ansible.builtin.iptables | times faster |\n| --- | --- | --- | --- |")
    for kind in ("first run", "second run, nothing to change"):
        ours, theirs = (statistics.median(seconds[side, kind]) for side in ("ours", "iptables"))
        print(f"| {kind} | {ours:.1f} s | {theirs:.1f} s | {theirs / ours:.1f} |")


if __name__ == "__main__":
    main()
