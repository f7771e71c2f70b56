"""Judging a capture says word for word what the node itself says, without privileges; and what is asked of captures beside that."""

import json
import os
import re
import shlex
import shutil
import subprocess
import unittest

from node import BACKEND, RUNNER, SERVICE, SOURCE, NodeTest, profile, quiet, without_file

STATEFUL = ("-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment \"the bank's rule\" -j ACCEPT",
            "-A FORWARD -p udp -m udp --dport 53 -j ACCEPT")
NATIVE = """table inet firewall {
 set pods { type ipv4_addr; flags interval; elements = { 10.244.0.0/16, 192.0.2.7 } }
 chain forward { type filter hook forward priority 0; policy drop; ct state vmap { established : accept, invalid : drop }
  ip saddr @pods udp dport { 53, 5353 } accept
 }
}
"""


def iptables(*words):
    return quiet("iptables-legacy" if BACKEND == "iptables" else "iptables-nft", "-w", *words)


def judging(text):
    """A report without what tells one run from another."""
    report = json.loads(text)
    for field in ("time", "timings"):
        report.pop(field, None)
    report.get("effect", {}).get("since", {}).pop("seconds", None)
    return report


class Captures(NodeTest):
    def here(self, *words, wrapper=()):
        """What a command says of this node by this test's profile."""
        named = () if words[0] == "discover" else ("--profile", self.profile)
        return subprocess.run([*wrapper, RUNNER, words[0], *named, *words[1:]], capture_output=True, text=True)

    def capture(self, name="node.json", wrapper=(), words=()):
        done = self.here("capture", *words, wrapper=wrapper)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout[:200])
        path = self.folder / name
        path.write_text(done.stdout, encoding="ascii")
        return path

    def without_privileges(self, command, *words):
        """No capability, no profile, and nothing of this node's network."""
        drop = ("unshare", "--net", "setpriv", "--bounding-set=-all", "--inh-caps=-all")
        return subprocess.run([*drop, RUNNER, command, *words], capture_output=True, text=True,
                              env=dict(os.environ, RUNTIME_DIRECTORY="/nowhere", STATE_DIRECTORY="/nowhere"))

    def close_forward(self):
        iptables("-P", "FORWARD", "DROP")
        for rule in STATEFUL:
            iptables(*shlex.split(rule))

    def assert_word_for_word(self, wrapper=()):
        path = self.capture(wrapper=wrapper)
        for words in (["doctor"], ["status", "--diff"], ["apply", "--check", "--diff"], ["discover"], ["status", "--output", "prometheus"]):
            live = self.here(*words, wrapper=wrapper)
            replayed = self.without_privileges(*words, "--capture", path)
            if "prometheus" in words:
                live.stdout, replayed.stdout = ("\n".join(line for line in done.stdout.splitlines() if "time" not in line and "duration" not in line)
                                                for done in (live, replayed))
            self.assertEqual((replayed.returncode, replayed.stdout, replayed.stderr), (live.returncode, live.stdout, live.stderr), words)
        for words in (["status", "--output", "json"], ["doctor", "--output", "json"], ["apply", "--check", "--output", "json"]):
            live = self.here(*words, wrapper=wrapper)
            replayed = self.without_privileges(*words, "--capture", path)
            self.assertEqual((replayed.returncode, judging(replayed.stdout)), (live.returncode, judging(live.stdout)), words)
        document = json.loads(path.read_text(encoding="ascii"))
        report = judging(json.dumps(document["report"]))
        self.assertEqual(report, judging(self.here("doctor", "--output", "json", wrapper=wrapper).stdout))
        return document

    def test_a_bare_node(self):
        self.assert_word_for_word()

    def test_in_sync_with_counters(self):
        self.apply(code=0)
        self.assert_word_for_word()

    def test_drifted_beside_others_rules(self):
        self.apply(code=0)
        if BACKEND == "iptables":
            iptables("-t", "raw", "-I", "PREROUTING", "-p", "tcp", "--dport", "80", "-j", "ACCEPT")
            iptables("-t", "raw", "-D", "NMANAGER_NOT_DNS_PREROUTING", "1")
        else:
            quiet("nft", "add", "counter", "ip", "nmanager", "theirs")
            quiet("nft", "flush", "chain", "ip", "nmanager", "NMANAGER_NOT_DNS_PREROUTING")
        self.assert_word_for_word()

    def test_a_stateful_firewall(self):
        self.close_forward()
        document = self.assert_word_for_word()
        self.assertEqual(document["report"]["state"], "unsafe")

    def test_native_nftables(self):
        quiet("nft", "-f", "-", input=NATIVE)
        document = self.assert_word_for_word()
        decoded = document["nftables"]["rules"]["tables"][-1]
        self.assertEqual((decoded["name"], [one["name"] for one in decoded["sets"] if not one.get("flags", 0) & 1]), ("firewall", ["pods"]))

    def test_native_nftables_without_nft(self):
        """Chains of nft's own are judged without the program, which lists only what this program has no words for."""
        quiet("nft", "-f", "-", input=NATIVE)
        document = self.assert_word_for_word(wrapper=without_file(shutil.which("nft")))
        findings = {one["id"]: one for one in document["report"]["findings"]}
        self.assertNotIn("unread-rules", findings)
        self.assertIn("ip saddr @pods udp dport { 53, 5353 } accept", quiet("nft", "list", "ruleset"))
        self.assertNotIn("nft", [output["command"][0] for output in document.get("outputs", [])])
        quiet("nft", "add", "rule", "inet", "firewall", "forward", "ip", "dscp", "1", "accept")
        document = self.assert_word_for_word()
        self.assertIn(["nft", "--stateless", "list", "table", "inet", "firewall"], [output["command"] for output in document.get("outputs", [])])
        document = self.assert_word_for_word(wrapper=without_file(shutil.which("nft")))
        self.assertIn("unread-rules", [one["id"] for one in document["report"]["findings"]])

    def test_a_capture_of_nft_listings(self):
        """An older one has what nft printed, and is judged by that."""
        quiet("nft", "-f", "-", input=NATIVE)
        path = self.capture()
        document = json.loads(path.read_text(encoding="ascii"))
        command = ["nft", "--stateless", "list", "table", "inet", "firewall"]
        document.setdefault("outputs", []).append({"command": command, "text": quiet(*command)})
        document["nftables"]["rules"]["tables"] = []
        path.write_text(json.dumps(document), encoding="ascii")
        said = judging(self.without_privileges("doctor", "--output", "json", "--capture", path).stdout)
        self.assertEqual(said["findings"], judging(self.here("doctor", "--output", "json").stdout)["findings"])

    def test_pods_and_bridges(self):
        quiet("mount", "-t", "tmpfs", "none", "/run")
        self.addCleanup(quiet, "umount", "--lazy", "/run")
        quiet("ip", "link", "add", "cni0", "type", "bridge")
        quiet("ip", "link", "set", "cni0", "up")
        quiet("ip", "address", "add", "10.244.1.1/24", "dev", "cni0")
        quiet("ip", "netns", "add", "pod")
        quiet("ip", "link", "add", "vpod", "type", "veth", "peer", "name", "eth0", "netns", "pod")
        quiet("ip", "-n", "pod", "address", "add", "10.244.1.2/24", "dev", "eth0")
        quiet("ip", "-n", "pod", "link", "set", "eth0", "up")
        quiet("touch", "/run/netns/left-over")
        document = self.assert_word_for_word()
        self.assertEqual(document["pods"]["found"], [{"name": "pod", "addresses": ["10.244.1.2"]}])
        quiet("ip", "netns", "del", "pod")

    SETS = """create acme-pods hash:net
add acme-pods 10.244.0.0/16
add acme-pods 10.244.2.0/24 nomatch
create acme-ports hash:ip,port
add acme-ports 31.7.7.5,udp:53
create acme-list list:set
add acme-list acme-pods
"""

    def with_sets(self):
        quiet("ipset", "restore", input=self.SETS)
        iptables("-A", "FORWARD", "-p", "udp", "-m", "set", "--match-set", "acme-list", "dst", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
        iptables("-A", "FORWARD", "-m", "set", "--match-set", "acme-ports", "src,src", "-j", "ACCEPT")
        iptables("-A", "FORWARD", "-m", "set", "--match-set", "acme-list", "dst", "-j", "DROP")

    def test_ipsets(self):
        self.with_sets()
        document = self.assert_word_for_word()
        self.assertEqual({one["name"]: (one["type"], sorted(one.get("elements", [])), one.get("members", [])) for one in document["ip_sets"]["found"]},
                         {"acme-pods": ("hash:net", ["10.244.0.0/16", "10.244.2.0/24 nomatch"], []), "acme-ports": ("hash:ip,port", ["31.7.7.5/32,17:53"], []),
                          "acme-list": ("list:set", [], ["acme-pods"])})
        severity = {one["id"]: one["severity"] for one in document["report"]["findings"]}
        self.assertEqual(severity.get("stateful-forward"), "fatal")
        redacted = self.capture("redacted.json", words=["--redact"])
        self.assertFalse("acme" in redacted.read_text(encoding="ascii"))
        judged = judging(self.without_privileges("doctor", "--output", "json", "--capture", redacted).stdout)
        self.assertEqual({one["id"]: one["severity"] for one in judged["findings"]}, severity)

    def test_a_capture_without_ipsets(self):
        """An older one: the names of sets decide, and these are nobody's."""
        self.with_sets()
        path = self.capture()
        document = json.loads(path.read_text(encoding="ascii"))
        del document["ip_sets"]
        path.write_text(json.dumps(document), encoding="ascii")
        done = self.without_privileges("doctor", "--output", "json", "--capture", path)
        self.assertEqual({one["id"]: one["severity"] for one in json.loads(done.stdout)["findings"]}.get("stateful-forward"), "warning")

    def test_no_module_is_loaded_for_sets(self):
        """The kernel loads ip_set for whoever asks for it: where it is not there, nobody does."""
        def asked(wrapper):
            log = self.folder / "trace"
            quiet(*wrapper, "strace", "-f", "-e", "trace=sendto", "-o", log, RUNNER, "doctor", "--profile", self.profile, check=False)
            return re.search(r"nlmsg_type=(0x6[0-9a-f]{2}\b|NFNL_SUBSYS_IPSET)", log.read_text()) is not None  # strace knows its name, or not
        self.assertTrue(asked(()))
        self.assertFalse(asked(("unshare", "-m", "sh", "-c", 'mount -t tmpfs none /sys/module && exec "$@"', "sh")))

    def test_what_cannot_be_read(self):
        """Legacy tables whose program is not there."""
        quiet("iptables-legacy", "-w", "-t", "filter", "-L")
        document = self.assert_word_for_word(wrapper=without_file(shutil.which("iptables-legacy-save")))
        self.assertIn("unread-rules", [one["id"] for one in document["report"]["findings"]])

    def test_rules_in_the_other_backend(self):
        other = "nftables" if BACKEND == "iptables" else "iptables"
        self.write_profile(profile(backend=other))
        self.apply(code=0)
        self.write_profile(profile())
        self.assert_word_for_word()

    def test_the_hint_chooses(self):
        iptables("-t", "mangle", "-N", "KUBE-KUBELET-CANARY")
        self.write_profile(profile(backend="auto"))
        document = self.assert_word_for_word()
        self.assertEqual(document["backend"], BACKEND)
        self.assertIn("KUBE-KUBELET-CANARY", document["backend_reason"])

    def test_a_table_of_our_name(self):
        quiet("nft", "add", "table", "ip", "nmanager")
        self.assert_word_for_word()

    def test_redacted_ones_are_judged_alike(self):
        quiet("nft", "-f", "-", input=NATIVE)
        self.close_forward()
        iptables("-A", "FORWARD", "-m", "iprange", "--src-range", "31.7.7.5-31.7.9.77", "-j", "DROP")
        plain = json.loads(self.capture().read_text(encoding="ascii"))
        path = self.capture("redacted.json", words=["--redact"])
        text = path.read_text(encoding="ascii")
        again = self.capture("again.json", words=["--redact"]).read_text(encoding="ascii")  # a key may map one address to itself, or another one to it
        for secret in (SERVICE, "10.244.1.0", "0a60000a", "31.7.7.5", "bank", os.uname().nodename + '"', "inet firewall", str(self.folder)):
            self.assertFalse(secret in text and secret in again, secret)
        redacted = json.loads(text)
        self.assertTrue(redacted["redacted"])

        def verdict(report):
            return report["state"], [(one["id"], one["severity"], one["waived"]) for one in report["findings"]]
        self.assertEqual(verdict(redacted["report"]), verdict(plain["report"]))
        done = self.without_privileges("doctor", "--output", "json", "--capture", path)
        self.assertEqual(verdict(json.loads(done.stdout)), verdict(plain["report"]))

    def test_a_redacted_verdict_goes_on_counting(self):
        """An apply is verified for its profile and facts by digests, which a redaction changes."""
        self.apply(code=0)
        plain = json.loads(self.capture().read_text(encoding="ascii"))
        redacted = json.loads(self.capture("redacted.json", words=["--redact"]).read_text(encoding="ascii"))
        self.assertEqual(redacted["report"]["verified"], plain["report"]["verified"])
        self.assertEqual(redacted["report"]["state"], "in-sync")

    def test_looking_changes_nothing(self):
        before = quiet("cat", "/proc/net/ip_tables_names", "/proc/net/ip6_tables_names") + quiet("nft", "list", "ruleset")
        self.capture()
        self.assertEqual(quiet("cat", "/proc/net/ip_tables_names", "/proc/net/ip6_tables_names") + quiet("nft", "list", "ruleset"), before)

    def test_what_if(self):
        """Another profile on the same node: what it would be judged there."""
        self.apply(code=0)
        path = self.capture()
        self.write_profile(profile(services=(SERVICE, "10.96.0.11")))
        live = self.here("status")
        replayed = self.without_privileges("status", "--profile", self.profile, "--capture", path)
        self.assertEqual((replayed.returncode, replayed.stdout), (live.returncode, live.stdout))
        self.write_profile(profile(backend="auto"))
        report = json.loads(self.without_privileges("status", "--profile", self.profile, "--capture", path, "--output", "json").stdout)
        self.assertEqual((report["backend"], report["state"]), (BACKEND, "in-sync"))

    def test_a_backend_that_is_not_in_it(self):
        path = self.capture()
        document = json.loads(path.read_text(encoding="ascii"))
        document["backends"] = [one for one in document["backends"] if one["backend"] == BACKEND]
        path.write_text(json.dumps(document), encoding="ascii")
        other = "nftables" if BACKEND == "iptables" else "iptables"
        self.write_profile(profile(backend=other))
        done = self.without_privileges("doctor", "--profile", self.profile, "--capture", path)
        self.assertEqual((done.returncode, done.stdout), (65, ""))
        self.assertIn(f"the profile asks for {other}, and the capture has no tables of it", done.stderr)

    def test_several_nodes(self):
        first = self.capture("first.json")
        self.apply(code=0)
        second = self.capture("second.json")
        done = self.without_privileges("status", "--capture", first, second)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stdout, r"^\S+ +absent +.*\n\S+ +in-sync .*\n2 nodes: 1 in-sync, 1 absent\n$")
        done = self.without_privileges("status", "--output", "json", "--capture", first, second)
        self.assertEqual([json.loads(line)["state"] for line in done.stdout.splitlines()], ["absent", "in-sync"])
        torn = self.folder / "torn.json"
        torn.write_text(first.read_text(encoding="ascii")[:500], encoding="ascii")
        done = self.without_privileges("status", "--capture", first, torn, self.folder / "missing.json", second)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"2 nodes: 1 in-sync, 1 absent; 2 captures could not be judged\n$")
        self.assertRegex(done.stderr, r"^dns-notrack: \S*torn.json: .*\ndns-notrack: \S*missing.json: .*\n$")
        self.remove()
        self.close_forward()
        third = self.capture("third.json")
        self.assertEqual(self.without_privileges("apply", "--check", "--capture", first, third).returncode, 3)

    def test_usage(self):
        for words in (["apply"], ["status", "--watch", "1"], ["remove"], ["apply", "--reconcile"]):
            self.assertEqual(self.without_privileges(*words, "--capture", "x").returncode, 64, words)
        done = self.without_privileges("doctor", "--capture", "/dev/zero")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/dev/zero: is no regular file", done.stderr)

    def test_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("no jsonschema")
        quiet("nft", "-f", "-", input=NATIVE)
        self.apply(code=3)
        schema = json.loads(quiet(RUNNER, "schema", "capture"))
        self.assertEqual(schema, json.loads((SOURCE / "core/schema/capture.schema.json").read_text(encoding="utf-8")))
        jsonschema.Draft202012Validator(schema).validate(json.loads(self.capture().read_text(encoding="ascii")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
