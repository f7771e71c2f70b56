"""`why POD`: what stands between one pod and the service, with real pods, rules and a real trial."""

import json
import pathlib
import subprocess
import sys
import unittest

from node import RUNNER, SERVICE, profile, quiet
from test_census import CLIENT, SERVER, WithPods

WAIVED = ["not-ipvs", "no-backends", "host-queries", "stateful-forward", "host-port", "trial"]


class Why(WithPods):
    def setUp(self):
        super().setUp()
        # The way to pods elsewhere: without one it could be any link, and rules about any link would concern every pod.
        quiet("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "elsewhere")
        quiet("ip", "link", "set", "uplink", "up")
        quiet("ip", "route", "add", "default", "dev", "uplink")
        switch = self.folder / "service"
        switch.write_text("on")
        server = subprocess.Popen([sys.executable, str(pathlib.Path(__file__).with_name("dns_server.py")), SERVICE, str(switch)], stdout=subprocess.PIPE)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        server.stdout.readline()
        self.write_profile(profile(pods=("10.244.0.0/16",), safety={"waive": WAIVED, "probe": {"name": "answer.test", "timeout": "1s"}}))

    def why(self, pod, code=2, output="json"):
        done = subprocess.run([RUNNER, "why", pod, "--profile", str(self.profile), "--output", output], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if output == "json" and code in (0, 2) else done.stdout + done.stderr

    def test_findings_are_those_of_the_pods_own_way(self):
        quiet("iptables-legacy", "-A", "FORWARD", "-o", "vclient", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
        quiet("iptables-legacy", "-A", "FORWARD", "-o", "vclient", "-j", "DROP")
        ids = {pod: [finding["id"] for finding in self.why(pod)["findings"]] for pod in (CLIENT, SERVER)}
        self.assertIn("stateful-forward", ids[CLIENT])
        self.assertNotIn("stateful-forward", ids[SERVER])
        self.assertIn("found: filter (iptables): -A FORWARD -o vclient -j DROP", self.why(CLIENT, output="text"))

    def test_the_trial_and_the_counters_of_one_pod(self):
        quiet(RUNNER, "trial", "--profile", str(self.profile), check=False)
        quiet("ip", "netns", "exec", "client", "dig", "+tries=1", "+time=1", "@" + SERVICE, "a.test")
        report = self.why(CLIENT)
        self.assertEqual((report["command"], report["pod"]["namespace"], report["pod"]["address"]), ("why", "client", CLIENT))
        self.assertGreater(report["pod"]["entries"], 0)
        self.assertEqual([row["from"] for row in report["trial"]["rows"]], ["client"])
        self.assertGreater(report["trial"]["rows"][0]["tracked"]["answered"], 0)
        self.assertRegex(self.why(CLIENT, output="text"), r"its last trial, at .*\n  client: tracked \d+ of \d+")

    def test_what_is_no_pod_here_gets_one_sentence(self):
        self.assertEqual(self.why("10.244.9.9", code=1, output="text"),
                         f"dns-notrack: no pod of this node has the address 10.244.9.9; pods that can be seen here: {CLIENT} (client), {SERVER} (server)\n")
        self.assertEqual(self.why("pod-a", code=64, output="text"), "dns-notrack: name a pod by its address, as in 10.244.1.5, not 'pod-a'\n")


if __name__ == "__main__":
    unittest.main()
