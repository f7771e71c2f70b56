"""The Salt modules and the formula, against the real runner and real tables in a namespace; Salt's loader is stood in for by salt_loader."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import jinja2
import yaml

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/kernel"))

import circumstances  # noqa: E402
import salt_loader  # noqa: E402
from node import RUNNER, SERVICE, NodeTest, profile, quiet  # noqa: E402
from salt_loader import CommandExecutionError, CommandNotFoundError, LoadError, Minion, SaltInvocationError  # noqa: E402
from test_dns import WithServer  # noqa: E402

PROFILE = json.loads(profile())
REFUSED = {**PROFILE, "safety": {"waive": [], "probe": False}}


def with_runner_on_path(test, program=RUNNER):
    """Puts `program` on PATH as dns-notrack, before all others."""
    folder = test.folder / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "dns-notrack").unlink(missing_ok=True)
    (folder / "dns-notrack").symlink_to(program)
    test.folder.chmod(0o755)
    if not os.environ["PATH"].startswith(f"{folder}:"):
        test.addCleanup(os.environ.__setitem__, "PATH", os.environ["PATH"])
        os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"


def ours(test):
    """What the node holds of dns-notrack."""
    return [line for line in test.listing() if "NMANAGER" in line]


class Modules(NodeTest):
    def setUp(self):
        super().setUp()
        self.iptables("-S")  # so that the table is there before the first run and after it
        with_runner_on_path(self)
        self.minion = Minion().load_all()
        self.testing = Minion(test=True).load_all()

    def functions(self, minion=None):
        return (minion or self.minion).functions

    def test_what_is_loaded(self):
        self.assertEqual(sorted(name for name in self.functions() if name.startswith("dns_")), [
            "dns_notrack.apply", "dns_notrack.probe", "dns_notrack.remove", "dns_notrack.retire", "dns_notrack.status", "dns_notrack.trial"])
        self.assertEqual(sorted(self.minion.states), ["dns_notrack.absent", "dns_notrack.present", "dns_notrack.retired", "dns_notrack.tried"])
        for function in [*self.minion.states.values(), *(self.functions()[name] for name in self.functions() if name.startswith("dns_"))]:
            self.assertTrue(function.__doc__.strip(), function)
        for name, function in self.functions().items():
            self.assertTrue(not name.startswith("dns_") or "CLI Example:" in function.__doc__, name)

    def test_where_they_are_not_loaded(self):
        with self.assertRaisesRegex(LoadError, "works on Linux only"):
            Minion(kernel="FreeBSD").load("_modules", "dns_notrack")
        with self.assertRaisesRegex(LoadError, "run saltutil.sync_modules"):
            Minion().load("_states", "dns_notrack")

    def test_functions(self):
        self.assertEqual(self.functions()["dns_notrack.status"](profile=PROFILE)["report"]["state"], "absent")
        foreseen = self.functions()["dns_notrack.apply"](profile=PROFILE, test=True)
        self.assertEqual((foreseen["changed"], foreseen["failure"], ours(self)), (True, None, []))
        self.assertEqual(self.functions(self.testing)["dns_notrack.apply"](profile=PROFILE)["report"]["diff"], foreseen["report"]["diff"])
        done = self.functions()["dns_notrack.apply"](path=str(self.profile), node="edge-1")
        self.assertEqual((done["changed"], done["failure"], done["report"]["diff"]), (True, None, foreseen["report"]["diff"]))
        self.assertIn(f"-A NMANAGER_NOT_DNS_OUTPUT -d {SERVICE}/32 -p udp -m udp --dport 53 -j CT --notrack", self.listing())
        self.assertEqual(self.functions()["dns_notrack.status"](path=[str(self.profile)])["report"]["state"], "in-sync")
        self.assertFalse(self.functions()["dns_notrack.apply"](path=str(self.profile))["changed"])
        self.assertTrue(self.functions()["dns_notrack.remove"]()["changed"])
        self.assertEqual(self.minion.context["retcode"], 0)

    def test_states(self):
        """test=True says with result None and a diff what then happens; a second run is true without changes."""
        foreseen = self.testing.state("dns_notrack.present", "dns", profile=PROFILE)
        self.assertEqual((foreseen["result"], foreseen["comment"], ours(self)), (None, "The minion would get the profile's rules.", []))
        self.assertIn(f"+-A NMANAGER_NOT_DNS_OUTPUT -d {SERVICE}/32 -p udp -m udp --dport 53 -j CT --notrack", foreseen["changes"]["diff"].splitlines())
        done = self.minion.state("dns_notrack.present", "dns", profile=PROFILE)
        self.assertEqual(done, {**foreseen, "result": True, "comment": "The minion has the profile's rules now."})
        for minion in (self.minion, self.testing):
            again = minion.state("dns_notrack.present", "dns", profile=PROFILE)
            self.assertEqual(again, {"name": "dns", "result": True, "changes": {}, "comment": "The minion already has the profile's rules."})

        foreseen = self.testing.state("dns_notrack.absent", "no dns")
        self.assertEqual((foreseen["result"], foreseen["comment"]), (None, "The minion would get no rules of dns-notrack."))
        self.assertIn(f"--A NMANAGER_NOT_DNS_OUTPUT -d {SERVICE}/32 -p udp -m udp --dport 53 -j CT --notrack", foreseen["changes"]["diff"].splitlines())
        self.assertEqual(self.minion.state("dns_notrack.absent", "no dns")["changes"], foreseen["changes"])
        self.assertEqual(ours(self), [])
        self.assertEqual(self.minion.state("dns_notrack.absent", "no dns")["comment"], "The minion already has no rules of dns-notrack.")

    def test_retirement(self):
        """test=True says what then happens; a second run is true without changes; present ends it."""
        path = str(self.profile)
        self.minion.state("dns_notrack.present", "dns", path=path)
        wanted = "no rules, and a timer that leaves it alone"
        foreseen = self.testing.state("dns_notrack.retired", "leaving", path=path)
        self.assertEqual((foreseen["result"], foreseen["comment"], bool(ours(self))), (None, f"The minion would get {wanted}.", True))
        self.assertIn(f"--A NMANAGER_NOT_DNS_OUTPUT -d {SERVICE}/32 -p udp -m udp --dport 53 -j CT --notrack", foreseen["changes"]["diff"].splitlines())
        done = self.minion.state("dns_notrack.retired", "leaving", path=path)
        self.assertEqual(done, {**foreseen, "result": True, "comment": f"The minion has {wanted} now."})
        self.assertEqual(ours(self), [])
        for minion in (self.minion, self.testing):
            again = minion.state("dns_notrack.retired", "leaving", path=path)
            self.assertEqual(again, {"name": "leaving", "result": True, "changes": {}, "comment": f"The minion already has {wanted}."})
        retire, status = self.functions()["dns_notrack.retire"], self.functions()["dns_notrack.status"]
        self.assertTrue(retire(path=path, undo=True, test=True)["changed"])
        self.assertTrue(status(path=path)["report"]["retired"])
        self.assertEqual([retire(path=path, undo=True)["changed"] for _ in range(2)], [True, False])
        self.assertTrue(retire(path=path)["changed"])  # without rules as well
        self.minion.state("dns_notrack.present", "dns", path=path)
        self.assertFalse(status(path=path)["report"].get("retired"))

    def test_a_refusal_quotes_the_findings(self):
        for minion in (self.minion, self.testing):
            state = minion.state("dns_notrack.present", "dns", profile=REFUSED)
            self.assertEqual((state["result"], state["changes"], ours(self)), (False, {}, []))
            for words in circumstances.REFUSED:
                self.assertIn(words, state["comment"])
            self.assertEqual(minion.context["retcode"], 3)

    def test_bad_input(self):
        for content, sentence in circumstances.PROFILES:
            self.fails({"profile": content}, sentence)
        mistaken = {**PROFILE, "service": SERVICE, "podCIDRs": ["10.244.1.7/24"]}
        comment = self.minion.state("dns_notrack.present", "dns", profile=mistaken, origin="pillar dns_notrack:profile")["comment"]
        self.assertEqual(comment.count("pillar dns_notrack:profile: "), 2, comment)
        self.assertNotIn("/profile.yaml", comment)
        self.fails({"path": "/nowhere/profile.yaml"}, "/nowhere/profile.yaml")
        self.fails({"profile": PROFILE, "path": "/x"}, "give either a profile or a path", SaltInvocationError)
        self.fails({"profile": PROFILE, "wait": -1}, circumstances.USAGE, CommandExecutionError)

    def test_runners_that_are_not_as_they_should_be(self):
        for name, (script, sentence) in circumstances.RUNNERS.items():
            fake = self.folder / name
            fake.write_text(f"#!/bin/sh\n{script}\n")
            fake.chmod(0o755)
            with_runner_on_path(self, fake)
            self.fails({"profile": PROFILE, "timeout": 1 if name == "slow" else 60}, sentence, CommandExecutionError)

    def test_a_missing_runner(self):
        (self.folder / "bin/dns-notrack").unlink()
        if shutil.which("dns-notrack"):
            self.skipTest("dns-notrack is installed on this machine")
        self.fails({"profile": PROFILE}, circumstances.NOT_INSTALLED, CommandNotFoundError)
        state = self.testing.state("dns_notrack.present", "dns", profile=PROFILE)
        self.assertEqual((state["result"], state["changes"]), (None, {}))
        self.assertIn("What would change can be told once it is.", state["comment"])

    def test_without_root(self):
        """As another user, through the loader as a program of its own."""
        done = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", "/usr/bin/python3", "-B", salt_loader.__file__, "dns_notrack.apply", json.dumps({"profile": PROFILE})],
                              capture_output=True, text=True)
        self.assertRegex(json.loads(done.stdout)["failure"], circumstances.NEEDS_ROOT)

    def test_a_lock_that_others_hold(self):
        holder = subprocess.Popen(["flock", str(self.lock), "sh", "-c", "echo held; cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(holder.communicate)
        self.assertEqual(holder.stdout.readline(), b"held\n")
        self.fails({"profile": PROFILE, "wait": 0.2}, r"lock")

    def fails(self, arguments, sentence, exception=None):
        """The state fails with the sentence, and the function raises or returns it."""
        state = self.minion.state("dns_notrack.present", "dns", **arguments)
        self.assertIs(state["result"], False, state)
        self.assertRegex(state["comment"], sentence)
        self.assertNotIn("Traceback", state["comment"])
        self.assertEqual(ours(self), [])
        if exception:
            with self.assertRaisesRegex(exception, sentence):
                self.functions()["dns_notrack.apply"](**arguments)
        else:
            self.assertRegex(self.functions()["dns_notrack.apply"](**arguments)["failure"], sentence)


class RolledBack(WithServer):
    def setUp(self):
        super().setUp()
        with_runner_on_path(self)
        self.drop_untracked()

    def test_the_comment_says_what_was_seen(self):
        minion = Minion().load_all()
        state = minion.state("dns_notrack.present", "dns", path=str(self.profile))
        self.assertEqual((state["result"], state["changes"], minion.context["retcode"]), (False, {}, 4))
        for words in circumstances.ROLLED_BACK:
            self.assertIn(words, state["comment"])
        self.assertEqual(ours(self), [])

    def test_a_time_out_between_change_and_verdict_takes_the_change_back(self):
        """Salt's own time-out would kill the runner there, and leave the node without DNS."""
        content = json.loads(self.profile.read_text())
        content["safety"]["probe"]["timeout"] = "3s"
        state = Minion().load_all().state("dns_notrack.present", "dns", profile=content, timeout=1)
        self.assertFalse(state["result"])
        self.assertIn(circumstances.ROLLED_BACK[0], state["comment"])
        self.assertEqual(ours(self), [])


class Retired(WithServer):
    def test_places_that_lose_answers_get_the_rules_back(self):
        """Tracked DNS is what does not work here."""
        with_runner_on_path(self)
        minion, path = Minion().load_all(), str(self.profile)
        minion.state("dns_notrack.present", "dns", path=path)
        quiet("iptables-legacy", "-A", "INPUT", "-p", "udp", "--dport", "53", "-m", "conntrack", "--ctstate", "NEW", "-j", "DROP")
        state = minion.state("dns_notrack.retired", "leaving", path=path)
        self.assertEqual((state["result"], state["changes"], minion.context["retcode"], bool(ours(self))), (False, {}, 4, True))
        self.assertIn("Not retired: DNS stopped answering without the rules, which stand again.", state["comment"])


class Trial(WithServer):
    def setUp(self):
        super().setUp()
        with_runner_on_path(self)
        self.minion, self.testing = Minion().load_all(), Minion(test=True).load_all()

    def test_it_tells_and_leaves_the_minion_as_it_was(self):
        path = str(self.profile)
        untouched = self.listing()
        for foreseen in (self.minion.functions["dns_notrack.trial"](path=path, test=True), self.testing.functions["dns_notrack.trial"](path=path)):
            self.assertEqual((foreseen["report"]["command"], foreseen["report"].get("trial")), ("status", None))
        self.assertIsNone(self.testing.state("dns_notrack.tried", "dns", path=path)["result"])
        passed = self.minion.state("dns_notrack.tried", "dns", path=path)
        self.assertEqual((passed["result"], passed["changes"], passed["comment"]), (True, {}, "passed: untracked DNS is answered as tracked DNS is"))

        quiet("iptables-legacy", "-A", "INPUT", "-p", "udp", "--dport", "53", "-m", "conntrack", "--ctstate", "UNTRACKED", "-j", "DROP")
        told = self.minion.functions["dns_notrack.trial"](path=path)
        self.assertEqual((told["retcode"], told["failure"], told["report"]["trial"]["outcome"]), (3, None, "lost"))
        lost = self.minion.state("dns_notrack.tried", "dns", path=path)
        self.assertIs(lost["result"], False)
        self.assertRegex(lost["comment"], "^lost: .*tracked 8 of 8, untracked 0 of 8")
        self.assertEqual(ours(self), [])
        self.assertEqual([line for line in self.listing() if not line.startswith(":")], [line for line in untouched if not line.startswith(":")])


class Witness(WithServer):
    """What a witness is asked before and after a batch of others."""

    def setUp(self):
        super().setUp()
        with_runner_on_path(self)
        self.minion = Minion(cachedir=str(self.folder)).load_all()

    def probe(self, **more):
        return self.minion.functions["dns_notrack.probe"](path=str(self.profile), **more)

    def silence(self, *matches):
        quiet("iptables-legacy", "-A", "INPUT", "-p", "udp", "--dport", "53", *matches, "-j", "DROP")

    def test_what_is_lost_since(self):
        with self.assertRaisesRegex(CommandExecutionError, "call dns_notrack.probe with keep=True first"):
            self.probe(before="kept")
        before = self.probe(keep=True)
        self.assertEqual([(place["from"], place["service"], place["asked"], place["answered"]) for place in before["places"]], [("node", SERVICE, 40, 40)])
        self.assertEqual((self.probe(before="kept")["failure"], self.minion.context["retcode"]), (None, 0))
        self.silence("-m", "statistic", "--mode", "nth", "--every", "20", "--packet", "7")
        self.assertIsNone(self.probe(before=before["places"])["failure"])  # a query here and there
        self.silence()
        after = self.probe(before="kept")
        self.assertRegex(after["failure"], f" lost answers: node -> {SERVICE}: 0 of 40 queries answered, 40 of 40 before$")
        self.assertNotEqual(self.minion.context["retcode"], 0)

    def test_one_lost_server_of_four_shows(self):
        before = self.probe()["places"]
        rows = [{**before[0], "answered": 30, "silent_pairs": 5}]
        lost_places = self.minion.functions["dns_notrack.probe"].__globals__["_lost_places"]
        self.assertEqual(lost_places(before, rows), [f"node -> {SERVICE}: 30 of 40 queries answered, 40 of 40 before"])
        self.assertEqual(lost_places(rows, rows), [])
        self.assertEqual(lost_places(before, [{**rows[0], "silent_pairs": 3}]), [])
        self.assertEqual(lost_places([], rows), [])

    def test_who_gets_no_answer_is_no_witness(self):
        self.silence()
        done = self.probe(keep=True)
        self.assertRegex(done["failure"], "^No place on .* gets an answer")
        self.assertFalse((self.folder / "dns_notrack_places.json").exists())


class Formula(unittest.TestCase):
    """The formula's files, rendered as Salt renders them: Jinja with `salt` and `grains`, then YAML."""

    maxDiff = None
    PILLAR = yaml.safe_load((salt_loader.SALT / "pillar.example").read_text())

    def render(self, name, os_family, pillar):
        def pillar_get(key, default=""):
            value = pillar
            for part in key.split(":"):
                value = value.get(part, default) if isinstance(value, dict) else default
            return value

        def filter_by(lookup, grain="os_family", merge=None, default="default"):
            return {**lookup.get({"os_family": os_family}[grain], lookup[default]), **(merge or {})}

        environment = jinja2.Environment(loader=jinja2.FileSystemLoader(salt_loader.SALT), undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
        environment.filters["json"] = json.dumps
        return yaml.safe_load(environment.get_template(name).render(salt={"pillar.get": pillar_get, "grains.filter_by": filter_by}, grains={"os_family": os_family}))

    def functions(self, states):
        return {name: list(body) for name, body in states.items()}

    def test_present(self):
        for os_family, options_file in (("Debian", "/etc/default/dns-notrack"), ("RedHat", "/etc/sysconfig/dns-notrack")):
            states = self.render("dns_notrack/init.sls", os_family, self.PILLAR)
            self.assertEqual(self.functions(states), {
                "dns-notrack package": ["pkg.installed"], "dns-notrack rules": ["dns_notrack.present"], "dns-notrack profile": ["file.serialize"],
                "dns-notrack options": ["file.managed"], "dns-notrack timer": ["service.running"]})
            rules = {key: value for item in states["dns-notrack rules"]["dns_notrack.present"] for key, value in item.items()}
            self.assertEqual((rules["profile"], rules["wait"]), (self.PILLAR["dns_notrack"]["profile"], 5))
            self.assertLessEqual(set(rules) - {"require"}, {"profile", "path", "node", "wait", "timeout", "origin"})
            options = {key: value for item in states["dns-notrack options"]["file.managed"] for key, value in item.items()}
            self.assertEqual((options["name"], options["contents"]),
                             (options_file, 'DNS_NOTRACK_OPTIONS="--textfile /var/lib/prometheus/node-exporter/dns-notrack.prom"'))

    def test_what_the_pillar_leaves_out(self):
        self.assertEqual(self.functions(self.render("dns_notrack/init.sls", "Debian", {})), {"dns-notrack pillar": ["test.fail_without_changes"]})
        states = self.render("dns_notrack/init.sls", "RedHat", {"dns_notrack": {"profile": PROFILE, "lookup": {"package": "dns-notrack-edge"}}})
        self.assertNotIn("dns-notrack options", states)
        self.assertEqual(states["dns-notrack package"]["pkg.installed"], [{"name": "dns-notrack-edge"}])

    def test_a_package_that_is_a_file(self):
        pillar = {"dns_notrack": {"profile": PROFILE, "lookup": {"package": "/srv/dns-notrack_0.1.0_amd64.deb"}}}
        states = self.render("dns_notrack/init.sls", "Debian", pillar)
        self.assertEqual(states["dns-notrack package"]["pkg.installed"], [{"sources": [{"dns-notrack": "/srv/dns-notrack_0.1.0_amd64.deb"}]}])
        states = self.render("dns_notrack/absent.sls", "Debian", pillar)
        self.assertEqual(states["no dns-notrack package"]["pkg.purged"][0], {"name": "dns-notrack"})

    def test_absent(self):
        states = self.render("dns_notrack/absent.sls", "Debian", {})
        self.assertEqual(states.pop("include"), ["dns_notrack.withdrawn"])
        self.assertEqual(self.functions(states), {"no dns-notrack package": ["pkg.purged"]})
        self.assertEqual(self.functions(self.render("dns_notrack/withdrawn.sls", "Debian", {})), {
            "no dns-notrack timer": ["service.dead"], "no dns-notrack rules": ["dns_notrack.absent"], "no dns-notrack profile": ["file.absent"]})

    def test_retired(self):
        states = self.render("dns_notrack/retired.sls", "Debian", self.PILLAR)
        self.assertEqual(states, {"dns-notrack retired": {"dns_notrack.retired": [{"wait": 5}, {"onlyif": "test -e /etc/dns-notrack/profile.yaml"}]}})

    def test_a_batch_with_witnesses(self):
        pillar = {"batch": ["node-1"], "witnesses": ["node-7"], "profile": PROFILE}
        states = self.render("dns_notrack/batch.sls", "Debian", pillar)
        self.assertEqual(self.functions(states), {"ask the witnesses before": ["salt.function"], "apply to the batch": ["salt.state"],
                                                  "ask the witnesses after": ["salt.function"], "take the batch back": ["salt.state"]})
        flat = {name: {key: value for item in next(iter(body.values())) for key, value in item.items()} for name, body in states.items()}
        self.assertEqual([(name, body["tgt"]) for name, body in flat.items()], [
            ("ask the witnesses before", ["node-7"]), ("apply to the batch", ["node-1"]), ("ask the witnesses after", ["node-7"]), ("take the batch back", ["node-1"])])
        probes = [body["kwarg"] for body in flat.values() if body.get("name") == "dns_notrack.probe"]
        self.assertEqual(probes, [{"profile": PROFILE, "keep": True}, {"profile": PROFILE, "before": "kept"}])
        self.assertEqual(flat["apply to the batch"]["pillar"], {"dns_notrack": {"profile": PROFILE}})
        self.assertTrue(flat["ask the witnesses before"]["failhard"])
        self.assertEqual(flat["take the batch back"]["onfail"], [{"salt": "ask the witnesses after"}])

    def test_every_requisite_names_a_state_that_is_there(self):
        for names in (["dns_notrack/init.sls"], ["dns_notrack/absent.sls", "dns_notrack/withdrawn.sls"]):
            states = {key: body for name in names for key, body in self.render(name, "Debian", self.PILLAR).items() if key != "include"}
            for body in states.values():
                for arguments in body.values():
                    for requisite in [need for item in arguments for need in item.get("require", [])]:
                        for module, target in requisite.items():
                            self.assertEqual([function.split(".")[0] for function in states[target]], [module], requisite)

    def test_the_example_is_a_profile(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            json.dump(self.PILLAR["dns_notrack"]["profile"], file)
            file.flush()
            done = subprocess.run([RUNNER, "validate", file.name], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    unittest.main(verbosity=2)
