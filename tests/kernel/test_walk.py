"""What the walk says of packets is what the kernel does to them: random rules, random packets, no wrong certainty."""

import collections
import os
import random
import subprocess
import unittest

import crossing
from node import NodeTest, quiet

PACKETS = int(os.environ.get("NOTRACK_WALK_PACKETS", "500"))
SEED = int(os.environ.get("NOTRACK_WALK_SEED", "1"))
KIND = os.environ.get("NOTRACK_WALK_KIND", "legacy")
PACKETS_A_SET = 25
MARKS = ("0x4000/0x4000", "0x1/0x1", "0x10000/0xffff0000", "0x0/0x4000", "0x8000")
HOOKS = {"raw": ("PREROUTING", "OUTPUT"), "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
         "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"), "filter": ("INPUT", "FORWARD", "OUTPUT")}
STATES = ("NEW", "ESTABLISHED", "RELATED,ESTABLISHED", "INVALID", "UNTRACKED", "NEW,UNTRACKED", "RELATED", "INVALID,UNTRACKED", "NEW,RELATED,ESTABLISHED",
          "DNAT", "ESTABLISHED,SNAT")


class RuleSet:
    """Random rules of the forms that saves of real nodes hold."""

    def __init__(self, dice):
        self.dice = dice

    def no(self, chance=0.2):
        return "! " if self.dice.random() < chance else ""

    def address(self):
        network = self.dice.choice(list(crossing.LINKS.values()))
        return self.dice.choice([network + "0/24", network + "128/25", network + str(self.dice.choice(crossing.HOSTS)) + "/32", "10.244.0.0/16", "10.0.0.0/8",
                                 self.dice.choice(crossing.LOCAL) + "/32"])

    def port(self):
        return self.dice.choice(["53", "53", "53", "1053", "8472", "0:1023", "1024:65535", "32768:60999", "40000:50000"])

    def interface(self):
        return self.dice.choice([*crossing.LINKS, "lo", "cni+", "cali+", "eth+", "docker0"])

    def interfaces(self, hook):
        sides = {"PREROUTING": "i", "INPUT": "i", "FORWARD": "io", "OUTPUT": "o", "POSTROUTING": "o"}.get(hook, "")
        return f"{self.no()}-{self.dice.choice(sides)} {self.interface()}" if sides else ""

    def conntrack(self):
        form = self.dice.choice(["state", "state", "state", "old", "direction", "both", "status", "source"])
        if form == "old":
            return f"-m state {self.no()}--state {self.dice.choice(['NEW', 'ESTABLISHED', 'RELATED,ESTABLISHED', 'INVALID', 'UNTRACKED', 'NEW,UNTRACKED'])}"
        state = f"{self.no()}--ctstate {self.dice.choice(STATES)}"
        way = f"--ctdir {self.dice.choice(['ORIGINAL', 'REPLY'])}"
        status = f"{self.no()}--ctstatus {self.dice.choice(['NONE', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'])}"
        return "-m conntrack " + {"state": state, "direction": way, "both": f"{state} {way}", "status": self.dice.choice([status, f"{state} {status}"]),
                                  "source": f"{self.no()}--ctorigsrc {self.address()}"}[form]

    def odd(self, table, hook):
        forms = ["-m comment --comment \"a -j DROP\"", "-m statistic --mode random --probability 0.5", "-m limit --limit 5/sec", f"-m iprange {self.no()}--src-range 10.244.1.3-10.244.2.9",
                 f"-m length {self.no()}--length 0:100", f"-m ttl {self.no()}--ttl-eq 64", f"-m pkttype {self.no()}--pkt-type unicast", f"-m tos {self.no()}--tos 0x04/0xff", "-m dscp --dscp 0x01",
                 f"-m set {self.no()}--match-set pods src", f"-m set {self.no()}--match-set services dst,dst", f"{self.no()}-f", f"-m physdev {self.no()}--physdev-is-bridged",
                 f"-m helper {self.no()}--helper ftp", f"-m connmark {self.no()}--mark {self.dice.choice(MARKS)}", "-m u32 --u32 \"0x0&0xff=0x24\"", f"-m cpu {self.no()}--cpu 0"]
        if hook == "PREROUTING" and table in ("raw", "mangle"):
            forms.append(f"-m rpfilter {self.dice.choice(['', '--validmark', '--invert'])}")
        return self.dice.choice(forms)

    def condition(self, table, hook):
        dice = self.dice
        return dice.choice([
            lambda: f"{self.no()}-s {self.address()}", lambda: f"{self.no()}-d {self.address()}", lambda: self.interfaces(hook),
            lambda: self.conntrack(), lambda: self.conntrack(), lambda: self.conntrack(),
            lambda: f"-m mark {self.no()}--mark {dice.choice(MARKS)}", lambda: f"-m mark {self.no()}--mark {dice.choice(MARKS)}",
            lambda: f"-m addrtype {self.no()}--{dice.choice(['src', 'dst'])}-type {dice.choice(['LOCAL', 'UNICAST', 'LOCAL,UNICAST', 'BROADCAST', 'MULTICAST'])}",
            lambda: self.odd(table, hook)])()

    def ports(self):
        dice = self.dice
        if dice.random() < 0.5:
            return f"-m udp {self.no()}--{dice.choice(['sport', 'dport'])} {self.port()}"
        return f"-m multiport {self.no()}--{dice.choice(['sports', 'dports', 'ports'])} {','.join({self.port(), self.port()})}"

    def target(self, table, hook, chains):
        dice = self.dice
        targets = ["-j ACCEPT"] * 4 + ["-j RETURN"] * 2 + [""] + [f"-j MARK --set-xmark {dice.choice(MARKS)}"] * 3
        if table not in ("nat", "raw"):
            targets += ["-j DROP"] * 5 + ["-j CONNMARK --save-mark", "-j CONNMARK --restore-mark", "-j NFLOG"]
        if table == "mangle":
            targets += ["-j TTL --ttl-set 63"]
        if table == "filter":
            targets += ["-j REJECT --reject-with icmp-port-unreachable"]
        targets += [f"-{dice.choice('jjg')} {chain}" for chain in chains] * 3
        return dice.choice(targets)

    def rule(self, table, chain, hook, chains):
        parts = [self.condition(table, hook) for _ in range(self.dice.choice([0, 1, 1, 1, 2, 2, 3]))]
        kinds = [part.split(" --")[0] for part in parts]
        once = [part for i, part in enumerate(parts) if part.replace("! ", "")[:2] not in [one.replace("! ", "")[:2] for one in parts[:i] if not one.startswith("-m")] and kinds.index(kinds[i]) == i]
        protocol = self.dice.choice(["", "", "-p udp", "-p udp", "-p udp", "! -p udp", "-p tcp"])
        if protocol == "-p udp" and self.dice.random() < 0.7:
            protocol += " " + self.ports()
        return " ".join(filter(None, [f"-A {chain}", *once, protocol, self.target(table, hook, chains)]))

    def text(self):
        lines = []
        for table, hooks in HOOKS.items():
            chains = [f"{table}-{i}" for i in range(self.dice.choice([0, 1, 2, 3]))] if table != "raw" else []
            lines.append(f"*{table}")
            lines += [f":{hook} {self.dice.choice(['ACCEPT', 'ACCEPT', 'DROP']) if table == 'filter' else 'ACCEPT'} [0:0]" for hook in hooks]
            lines += [f":{chain} - [0:0]" for chain in chains]
            for i, chain in enumerate(chains):
                lines += [self.rule(table, chain, "", chains[i + 1:]) for _ in range(self.dice.choice([1, 2, 4]))]
            for hook in hooks:
                if table == "raw":
                    lines.append(f"-A {hook} -m tos --tos 0x04/0xff -j CT --notrack")
                lines += [self.rule(table, hook, hook, chains) for _ in range(self.dice.choice([0, 0, 1, 2]) if table in ("raw", "nat") else self.dice.choice([0, 1, 2, 4, 6]))]
            lines.append("COMMIT")
        return "\n".join(lines) + "\n"


class Traffic:
    """Random DNS packets, and what may be said of each without lying."""

    def __init__(self, dice):
        self.dice, self.used, self.next = dice, set(), 1

    def host(self, links):
        return crossing.LINKS[self.dice.choice(links)] + str(self.dice.choice(crossing.HOSTS))

    def packet(self):
        dice, links = self.dice, list(crossing.LINKS)
        while True:
            way = dice.choice(["forward", "forward", "input", "output"])
            source = dice.choice(crossing.LOCAL) if way == "output" else self.host(links)
            if way == "input":
                destination = dice.choice(crossing.LOCAL)
            else:
                destination = self.host([link for link in links if link != crossing.link_of(source)])
            ports = [dice.choice([53, 53, 53, 53, 1053, 8472]), dice.randint(32768, 60999)]
            tracking = dice.choice(["new", "established", "untracked", "untracked"])
            if dice.random() < 0.5:
                ports.reverse()
            sport, dport = ports
            flow = frozenset([(source, sport), (destination, dport)])
            if flow not in self.used:
                self.used.add(flow)
                break
        self.next += 1
        return {"id": self.next, "way": way, "tracking": tracking, "source": source, "destination": destination, "sport": sport, "dport": dport,
                "tos": crossing.UNTRACKED_TOS if tracking == "untracked" else 0}

    def known(self, packet):
        """The packet as a class that it lies in: some of what is known of it left open."""
        dice = self.dice

        def network(address):
            return dice.choice([address + "/32", address + "/32", ".".join(address.split(".")[:3]) + ".0/24" if crossing.link_of(address) else address + "/32", "-"])

        def port(number):
            return "-" if number >= 32768 and dice.random() < 0.5 else number

        def maybe(value):
            return value if value and dice.random() < 0.7 else "-"

        source, destination = packet["source"], packet["destination"]
        local = [str(int(address in crossing.LOCAL)) for address in (source, destination)]
        return " ".join(map(str, [packet["way"], packet["tracking"], network(source), network(destination), port(packet["sport"]), port(packet["dport"]),
                                  maybe(crossing.link_of(source)), maybe(crossing.link_of(destination)), maybe(local[0]), maybe(local[1])]))


class WalkTest(NodeTest):
    def setUp(self):
        super().setUp()
        self.crossing = crossing.Crossing()
        quiet("ipset", "create", "pods", "hash:ip")
        quiet("ipset", "create", "services", "hash:ip,port")
        for address in ("10.244.1.3", "10.244.2.5"):
            quiet("ipset", "add", "pods", address)
        quiet("ipset", "add", "services", "10.96.0.10,udp:53")

    def load(self, text):
        program = f"iptables-{KIND}-restore"
        done = subprocess.run([program, "-w"], input=text, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{done.stderr}\n{text}")

    def open_all(self):
        self.load("".join(f"*{table}\n" + "".join(f":{hook} ACCEPT [0:0]\n" for hook in hooks) + ("-A PREROUTING -m conntrack --ctstate NEW\n" if table == "mangle" else "") + "COMMIT\n" for table, hooks in HOOKS.items()))

    def answers(self, save, packets):
        done = subprocess.run([os.environ["NOTRACK_PRINT_WALK"]], input=save + "PACKETS\n" + "\n".join(packets) + "\n", capture_output=True, text=True, check=True)
        return done.stdout.split()

    def test_no_wrong_certainty(self):
        counts, wrong = collections.Counter(), []
        traffic = Traffic(random.Random(SEED))
        for number in range(-(-PACKETS // PACKETS_A_SET)):
            dice = random.Random(f"{SEED}/{number}")
            traffic.dice = dice
            packets = [traffic.packet() for _ in range(PACKETS_A_SET)]
            self.open_all()
            for packet in packets:
                if packet["tracking"] == "established":
                    self.crossing.send({**packet, "source": packet["destination"], "destination": packet["source"], "sport": packet["dport"], "dport": packet["sport"], "id": 0})
            self.crossing.arrivals()
            self.load(RuleSet(dice).text())
            for packet in packets:
                self.crossing.send(packet)
            arrived = self.crossing.arrivals()
            save = quiet(f"iptables-{KIND}-save")
            known = [traffic.known(packet) for packet in packets]
            for packet, line, answer in zip(packets, known, self.answers(save, known), strict=True):
                came = "yes" if packet["id"] in arrived else "no"
                counts[f"{answer}, {'arrived' if came == 'yes' else 'did not'}"] += 1
                if answer not in ("unknown", came):
                    wrong.append(f"set {number}: {line}\n said {answer}, the kernel {came}; {packet}\n{save}")
        total = sum(counts.values())
        unknown = sum(count for key, count in counts.items() if key.startswith("unknown"))
        print(f"{total} packets, {len(wrong)} wrong certainties, {100 * unknown / total:.1f} % unknown: {dict(sorted(counts.items()))}", flush=True)
        self.assertGreater(min(counts["yes, arrived"], counts["no, did not"]), total / 20, "too few certain answers to show anything")
        if wrong:
            self.fail(f"{len(wrong)} wrong, the first of them:\n{wrong[0]}")


if __name__ == "__main__":
    unittest.main()
