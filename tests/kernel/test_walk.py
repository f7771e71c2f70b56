"""What the walk says of packets is what the kernel does to them: random rules, random packets, no wrong certainty."""

import collections
import os
import pathlib
import random
import subprocess
import unittest

import crossing
from native_listing import listing_of
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


class IpSets:
    """Random ipsets of every type that this kernel has and the walk reads, and of one that it does not; each is made of elements that DNS packets may meet."""

    DIRECTIONS = {"hash:ip": 1, "hash:net": 1, "hash:ip,port": 2, "hash:net,port": 2, "hash:ip,port,ip": 3, "hash:ip,port,net": 3, "hash:net,net": 2, "hash:net,port,net": 3,
                  "bitmap:ip": 1, "bitmap:port": 1, "bitmap:ip,mac": 2, "list:set": 1, "hash:net,iface": 2}
    RANGES = {"bitmap:ip": " range 10.244.0.0/16", "bitmap:ip,mac": " range 10.244.0.0/16", "bitmap:port": " range 0-65535"}

    def __init__(self, dice):
        self.dice = dice
        known = quiet("sh", "-c", "; ".join(f"ipset create -exist try {kind}{self.RANGES.get(kind, '')} 2>/dev/null && echo {kind} && ipset destroy try" for kind in self.DIRECTIONS) + "; true")
        self.types = known.split()

    def host(self):
        return self.dice.choice([self.dice.choice(list(crossing.LINKS.values())) + str(self.dice.choice(crossing.HOSTS)), self.dice.choice(crossing.LOCAL)])

    def network(self):
        network = self.dice.choice(list(crossing.LINKS.values()))
        return self.dice.choice([self.host() + "/32", network + "0/24", network + "0/25", network + "128/25", "10.244.0.0/16", "10.0.0.0/8", "192.0.0.0/8"])

    def port(self):
        return self.dice.choice(["udp:53", "udp:53", "udp:1053", "tcp:53", "udp:40000-41000", "udp:1053-1100", "sctp:53"])

    def element(self, kind):
        fields = {"ip": self.host, "net": self.network, "port": self.port}
        if kind == "bitmap:port":
            return self.dice.choice(["53", "1053", "1024-65535", "30000-61000", "8472"])
        if kind.startswith("bitmap"):
            host = f"10.244.{self.dice.choice([1, 2])}.{self.dice.choice(crossing.HOSTS)}"
            return host + ",02:00:00:00:00:09" if kind == "bitmap:ip,mac" and self.dice.random() < 0.5 else host
        element = ",".join("eth0" if field == "iface" else fields[field]() for field in kind.split(":")[1].split(","))
        return element + (" nomatch" if "net" in kind and "iface" not in kind and self.dice.random() < 0.4 else "")

    def make(self):
        """Other sets than before; no rule may name one meanwhile."""
        quiet("ipset", "flush")  # a list names its members
        quiet("ipset", "destroy")
        lines, self.sets = [], []
        for number, kind in enumerate(self.types * 2):
            if kind == "list:set":
                continue
            options = self.RANGES.get(kind, "")
            if "net" not in kind and self.dice.random() < 0.2:
                options += " timeout " + self.dice.choice(["0", "0", "300"])
            if kind == "hash:ip" and self.dice.random() < 0.3:
                options += " netmask 25"
            lines.append(f"create s{number} {kind}{options}")
            lines += [f"add -exist s{number} {self.element(kind)}" for _ in range(self.dice.choice([4, 6, 8] if "net" in kind else [0, 1, 2, 4]))]
            self.sets.append((f"s{number}", kind))
        if "list:set" in self.types:
            lines.append("create list list:set")
            lines += [f"add -exist list {name}" for name, _ in self.dice.sample(self.sets, 3)]
            self.sets.append(("list", "list:set"))
        quiet("ipset", "restore", input="\n".join(lines) + "\n")

    def match(self):
        name, kind = self.dice.choice(self.sets)
        count = self.dice.choice([self.DIRECTIONS[kind]] * 8 + [1, 2, 3] + [3] * 6 * (kind == "list:set"))
        return f"--match-set {name} {','.join(self.dice.choice(['src', 'dst']) for _ in range(count))}" + self.dice.choice([""] * 9 + [" --return-nomatch"])


class RuleSet:
    """Random rules of the forms that saves of real nodes hold."""

    sets = None

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
                 f"{self.no()}-f", f"-m physdev {self.no()}--physdev-is-bridged",
                 f"-m helper {self.no()}--helper ftp", f"-m connmark {self.no()}--mark {self.dice.choice(MARKS)}", "-m u32 --u32 \"0x0&0xff=0x24\"", f"-m cpu {self.no()}--cpu 0",
                 f"-m connbytes {self.no()}--connbytes 0: --connbytes-dir both --connbytes-mode packets", f"-m connlabel {self.no()}--label 5"]
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
            lambda: f"-m set {self.no()}{self.sets.match()}", lambda: f"-m set {self.no()}{self.sets.match()}", lambda: self.odd(table, hook)])()

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


class NativeRules:
    """Random rules of nft's own."""

    HOOKS = ("prerouting", "input", "forward", "output", "postrouting")

    def __init__(self, dice):
        self.dice, self.iptables = dice, RuleSet(dice)

    def no(self):
        return self.dice.choice(["", "", "", "!= "])

    def some(self, values, most=3):
        return "{ " + ", ".join(self.dice.sample(values, self.dice.randint(1, min(most, len(values))))) + " }"

    def verdict(self, chains):
        dice = self.dice
        return dice.choice(["accept"] * 3 + ["drop"] * 3 + ["return"] + [f"{dice.choice(['jump', 'goto'])} {chain}" for chain in chains])

    def address(self):
        dice = self.dice
        one = self.iptables.address().replace("/32", "")
        hosts = [network + str(host) for network in crossing.LINKS.values() for host in crossing.HOSTS]
        many = "{ " + ", ".join(f"10.244.{dice.choice([1, 2])}.{host}" for host in range(3, 250, 3)) + " }"
        value = dice.choice([self.no() + one, self.no() + one, self.no() + self.some(hosts), self.no() + "10.244.1.3-10.244.2.9", "@pods", self.no() + many, self.no() + "{ 10.244.1.0/24, 192.0.2.0/25 }"])
        return f"ip {dice.choice(['saddr', 'daddr'])} {value}"

    def interface(self, hook):
        sides = {"prerouting": ["iifname"], "input": ["iifname"], "output": ["oifname"], "postrouting": ["oifname"], "forward": ["iifname", "oifname"]}.get(hook, ["iifname", "oifname"])
        return f"{self.dice.choice(sides)} {self.dice.choice([self.no() + chr(34) + self.iptables.interface().replace('+', '*') + chr(34), self.no() + self.some(['cni0', 'lo', 'eth0', 'docker0'])])}"

    def state(self):
        dice = self.dice
        states = ["new", "established", "related", "invalid", "untracked"]
        return dice.choice([f"ct state {self.no()}{dice.choice(states)}", "ct state " + ",".join(dice.sample(states, 2)), f"ct state {self.no()}{self.some(states)}",
                            f"ct direction {dice.choice(['original', 'reply'])}", f"ct mark {self.no()}0x1", "ct status snat", "ct status != dnat", "ct original ip saddr 10.244.1.3"])

    def ports(self):
        dice = self.dice
        return f"{dice.choice(['udp', 'udp', 'udp', 'tcp'])} {dice.choice(['sport', 'dport'])} {dice.choice([self.no() + '53', self.no() + '53', '1024-65535', self.no() + self.some(['53', '1053', '8472', '9000-9100']), '< 1024', '!= 32768-60999'])}"

    def condition(self, hook):
        dice = self.dice
        return dice.choice([
            self.state, self.state, self.state, self.address, self.ports, self.ports, lambda: self.interface(hook),
            lambda: dice.choice(["meta l4proto udp", "meta l4proto { tcp, udp }", "meta l4proto != udp", "ip protocol udp", "meta nfproto ipv4", "meta nfproto ipv6", "limit rate 5/second",
                                 "fib daddr type local", "fib saddr type != local", "meta mark 0x1", "meta mark & 0x1 == 0x0", "meta mark != 0x0", "meta length > 100", "ip ttl 64",
                                 "ip saddr . ip daddr { 10.244.1.3 . 10.244.2.5, 10.244.1.5 . 192.0.2.3 }", "meta l4proto . th dport { udp . 53, tcp . 53 }", "numgen random mod 2 0", "udp length != 5", f"meta mark {self.no()}{{ 0x1, 0x2 }}",
                                 f"ip saddr . udp dport {self.no()}{{ 10.244.1.0/24 . 53, 10.244.2.3-10.244.2.20 . 1024-40000 }}", f"iifname . ip daddr {self.no()}{{ \"cni0\" . 10.244.2.5, \"eth0\" . 10.244.1.3 }}",
                                 f"ip saddr . ip daddr . meta l4proto {self.no()}{{ 10.244.1.5 . 10.244.2.3 . udp, 10.244.2.3 . 10.244.1.5 . udp }}"])])()

    def rule(self, hook, chains):
        dice = self.dice
        end = dice.choice([self.verdict(chains)] * 8 + ["counter", "meta mark set 0x1", "log group 5", "counter " + self.verdict(chains), f"meta mark set 0x1 {self.verdict(chains)}"])
        if dice.random() < 0.12:
            each = [f"{one} : {self.verdict(chains)}" for one in dice.sample(["new", "established", "related", "untracked", "invalid"], 3)]
            end = f"ct state vmap {{ {', '.join(each)} }}"
        elif dice.random() < 0.1:
            end = f"udp {dice.choice(['sport', 'dport'])} vmap {{ 53 : {self.verdict(chains)}, 1053 : {self.verdict(chains)} }}"
        elif dice.random() < 0.1:
            end = f"ip {dice.choice(['saddr . udp sport', 'daddr . udp dport'])} vmap {{ 10.244.1.3 . 53 : {self.verdict(chains)}, 10.244.2.0/24 . 53 : {self.verdict(chains)} }}"
        elif dice.random() < 0.05 and hook == "forward":
            end = f"iifname vmap {{ \"cni0\" : {self.verdict(chains)}, \"eth0\" : {self.verdict(chains)} }}"
        return " ".join([self.condition(hook) for _ in range(dice.choice([0, 1, 1, 1, 2, 2]))] + [end])

    def text(self):
        dice = self.dice
        chains = [f"part{i}" for i in range(dice.choice([0, 1, 2, 3]))]
        lines = ["table inet walk {", "set pods { type ipv4_addr; elements = { 10.244.1.3, 10.244.2.5 } }"]
        for i, chain in reversed(list(enumerate(chains))):
            lines += [f"chain {chain} {{", *[self.rule("", chains[i + 1:]) for _ in range(dice.choice([1, 2, 4]))], "}"]
        for hook in self.HOOKS:
            count = dice.choice([0, 0, 1] if hook in ("prerouting", "postrouting") else [0, 1, 2, 4, 6])
            policy = "accept" if hook.startswith("p") else dice.choice(["accept", "accept", "drop"])
            lines += [f"chain {hook} {{", f"type filter hook {hook} priority {'mangle' if hook == 'prerouting' else 'filter'}; policy {policy};", *[self.rule(hook, chains) for _ in range(count)], "}"]
        return "\n".join(lines) + "\n}\n"


NATIVE_START = """flush ruleset
table inet notracks {
chain pre { type filter hook prerouting priority raw; ip dscp 1 notrack; }
chain out { type filter hook output priority raw; ip dscp 1 notrack; }
chain on { type filter hook prerouting priority mangle - 1; ct state new; }
}
"""


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
        pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_acct").write_text("1", encoding="ascii")  # or entries before a rule count nothing
        RuleSet.sets = IpSets(random.Random(SEED))

    def load(self, text):
        if KIND == "native":
            quiet("nft", "-f", "-", input=NATIVE_START + text)
            return
        program = f"iptables-{KIND}-restore"
        done = subprocess.run([program, "-w"], input=text, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{done.stderr}\n{text}")

    def load_random(self, dice):
        """nft refuses rules that contradict themselves, and then another set is made."""
        for _ in range(100):
            try:
                return self.load((NativeRules if KIND == "native" else RuleSet)(dice).text())
            except AssertionError:
                if KIND != "native":
                    raise
        return self.fail("no set of rules was taken")

    def open_all(self):
        if KIND == "native":
            self.load("")
            return
        self.load("".join(f"*{table}\n" + "".join(f":{hook} ACCEPT [0:0]\n" for hook in hooks) + ("-A PREROUTING -m conntrack --ctstate NEW\n" if table == "mangle" else "") + "COMMIT\n" for table, hooks in HOOKS.items()))

    def answers(self, save, packets):
        done = subprocess.run([os.environ["NOTRACK_PRINT_WALK"]], input=save + "PACKETS\n" + "\n".join(packets) + "\n", capture_output=True, text=True, check=True)
        return done.stdout.split()

    def test_no_wrong_certainty(self):
        counts, wrong, by_nft = collections.Counter(), [], 0
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
            RuleSet.sets.dice = dice
            RuleSet.sets.make()
            self.load_random(dice)
            for packet in packets:
                self.crossing.send(packet)
            arrived = self.crossing.arrivals()
            save, listed = listing_of(self, "inet", "walk") if KIND == "native" else (quiet(f"iptables-{KIND}-save"), False)
            by_nft += listed
            known = [traffic.known(packet) for packet in packets]
            for packet, line, answer in zip(packets, known, self.answers(save, known), strict=True):
                came = "yes" if packet["id"] in arrived else "no"
                counts[f"{answer}, {'arrived' if came == 'yes' else 'did not'}"] += 1
                if answer not in ("unknown", came):
                    wrong.append(f"set {number}: {line}\n said {answer}, the kernel {came}; {packet}\n{save}{quiet('ipset', 'save')}")
        total = sum(counts.values())
        unknown = sum(count for key, count in counts.items() if key.startswith("unknown"))
        print(f"{total} packets, {len(wrong)} wrong certainties, {100 * unknown / total:.1f} % unknown: {dict(sorted(counts.items()))}; {by_nft} sets listed by nft", flush=True)
        self.assertGreater(min(counts["yes, arrived"], counts["no, did not"]), total / 20, "too few certain answers to show anything")
        if wrong:
            self.fail(f"{len(wrong)} wrong, the first of them:\n{wrong[0]}")


if __name__ == "__main__":
    unittest.main()
