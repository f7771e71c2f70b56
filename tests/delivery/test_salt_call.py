"""The Salt modules under a real Salt: masterless `salt-call`, where one is on PATH; against the real runner in a namespace."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/kernel"))

from fleet import require  # noqa: E402
from node import RUNNER, SERVICE, NodeTest  # noqa: E402
from test_salt import PROFILE, REFUSED, ours, with_runner_on_path  # noqa: E402


class SaltCall(NodeTest):
    def setUp(self):
        super().setUp()
        with_runner_on_path(self)
        for name in ("cache", "pki", "log", "run", "conf"):
            (self.folder / name).mkdir()
        (self.folder / "conf/minion").write_text(json.dumps({
            "id": "node-1", "file_client": "local", "file_roots": {"base": [str(SOURCE / "packaging/salt")]}, "cachedir": str(self.folder / "cache"),
            "pki_dir": str(self.folder / "pki"), "log_file": str(self.folder / "log/minion"), "pidfile": str(self.folder / "run/minion.pid"),
            "sock_dir": str(self.folder / "run"), "extension_modules": str(self.folder / "cache/extmods")}))
        self.call("saltutil.sync_all")

    def call(self, *words):
        """Runs one function and returns what it returned, and salt-call's exit code."""
        done = subprocess.run(["salt-call", "--local", "--config-dir", str(self.folder / "conf"), "--out", "json", "--retcode-passthrough", *words],
                              capture_output=True, text=True)
        answer = json.loads(done.stdout)["local"]
        # Where a function or its arguments could not be used, Salt answers with a list of sentences.
        self.assertNotIsInstance(answer, list, f"{words}: {answer}\n{done.stderr}")
        return answer, done.returncode

    def state(self, function, *words):
        answer, _ = self.call("state.single", function, "name=dns", *words)
        return next(iter(answer.values()))

    def test_states(self):
        profile = f"profile={json.dumps(PROFILE)}"
        foreseen = self.state("dns_notrack.present", profile, "test=True")
        self.assertEqual((foreseen["result"], ours(self)), (None, []))
        self.assertIn(f"+-A NMANAGER_NOT_DNS_OUTPUT -d {SERVICE}/32 -p udp -m udp --dport 53 -j CT --notrack", foreseen["changes"]["diff"])
        self.assertIs(self.state("dns_notrack.present", profile)["result"], True)
        self.assertEqual(self.state("dns_notrack.present", profile)["changes"], {})
        self.assertIs(self.state("dns_notrack.absent")["result"], True)
        self.assertEqual(ours(self), [])

    def test_a_refusal(self):
        self.assertIn("not-ipvs: ", self.state("dns_notrack.present", f"profile={json.dumps(REFUSED)}")["comment"])
        answer, code = self.call("dns_notrack.apply", f"profile={json.dumps(REFUSED)}")
        self.assertIn("not-ipvs: ", answer["failure"])
        self.assertEqual(code, 3)

    def test_the_formula_renders(self):
        pillar = json.dumps({"dns_notrack": {"profile": PROFILE}})
        shown, _ = self.call("state.show_sls", "dns_notrack", f"pillar={pillar}")
        self.assertLessEqual({"dns-notrack package", "dns-notrack rules", "dns-notrack profile", "dns-notrack timer"}, set(shown))


if __name__ == "__main__":
    require("salt-call")
    os.environ.setdefault("LC_ALL", "C")
    unittest.main(verbosity=2)
