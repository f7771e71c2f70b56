"""The collection as Ansible's own tools judge it: built, installed, documented, linted, and put through the sanity tests that need no network."""

import importlib.metadata
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import yaml

from fleet import SOURCE, require_programs

COLLECTION = SOURCE / "packaging/ansible"
MODULES = ("profile", "profile_info", "probe_info")
# ansible-test fetches requirements for the others. validate-modules needs no more than what Debian 12 packages, so it is run by itself. No
# version has all of these.
SANITY = ["compile", "action-plugin-docs", "empty-init", "future-import-boilerplate", "line-endings", "metaclass-boilerplate", "no-basestring",
          "no-smart-quotes", "no-unicode-literals", "replace-urlopen", "shebang", "symlinks", "use-argspec-type-path", "use-compat-six"]
ANSIBLE = tuple(map(int, re.findall(r"\d+", importlib.metadata.version("ansible-core"))[:2])) if importlib.util.find_spec("ansible") else (0, 0)
VALIDATE_MODULES = "import ansible_test, os; print(os.path.join(list(ansible_test.__path__)[0], '_util/controller/sanity/validate-modules/validate.py'))"


class Collection(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        """Builds and installs it below a folder that no git knows: the tools leave out what git ignores."""
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-collection-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        (cls.folder / "home").mkdir()
        cls.environment = dict(os.environ, HOME=str(cls.folder / "home"), ANSIBLE_HOME=str(cls.folder / "home/.ansible"), ANSIBLE_NOCOLOR="1", NO_COLOR="1",
                               ANSIBLE_COLLECTIONS_PATH=str(cls.folder / "collections"), PYTHONDONTWRITEBYTECODE="1", LC_ALL="C.UTF-8", COLUMNS="200")
        cls.run_tool("ansible-galaxy", "collection", "build", COLLECTION, "--output-path", cls.folder)
        archive = next(cls.folder.glob("notrack-dns-*.tar.gz"))
        cls.run_tool("ansible-galaxy", "collection", "install", archive, "--collections-path", cls.folder / "collections", "--offline")
        cls.installed = cls.folder / "collections/ansible_collections/notrack/dns"

    @classmethod
    def run_tool(cls, *command, folder=None):
        """Runs one of Ansible's tools, which must succeed, and returns what it printed."""
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                              env=cls.environment, cwd=folder or cls.folder)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}:\n{done.stdout}")
        return done.stdout

    def test_content(self):
        listed = {entry["name"] for entry in json.loads((self.installed / "FILES.json").read_text())["files"] if entry["ftype"] == "file"}
        sources = {str(path.relative_to(COLLECTION)) for path in COLLECTION.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
        self.assertEqual(listed, sources - {"galaxy.yml", ".ansible-lint"})

    def test_the_version_is_the_program_s(self):
        project = re.search(r"project\(dns-notrack VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text()).group(1)
        self.assertEqual(yaml.safe_load((COLLECTION / "galaxy.yml").read_text())["version"], project)
        self.assertIn(f"## {project}\n", (COLLECTION / "CHANGELOG.md").read_text())

    def test_documentation(self):
        printed = json.loads(self.run_tool("ansible-doc", "--json", *(f"notrack.dns.{module}" for module in MODULES)))
        for name, page in printed.items():
            self.assertTrue(page["examples"] and page["return"]["report"], name)
            self.assertLessEqual({"profile", "path", "node", "runner", "timeout"}, set(page["doc"]["options"]), name)
        text = self.run_tool("ansible-doc", "notrack.dns.profile")
        self.assertIn("`absent' takes all rules of dns-notrack away", " ".join(text.split()))
        role = json.loads(self.run_tool("ansible-doc", "--json", "--type", "role", "notrack.dns.node"))["notrack.dns.node"]["entry_points"]["main"]["options"]
        self.assertEqual(set(role), set(yaml.safe_load((COLLECTION / "roles/node/defaults/main.yml").read_text())))

    def test_examples_are_plays(self):
        for module in MODULES:
            text = json.loads(self.run_tool("ansible-doc", "--json", f"notrack.dns.{module}"))[f"notrack.dns.{module}"]["examples"]
            playbook = self.folder / "example.yml"
            playbook.write_text(json.dumps([{"hosts": "localhost", "tasks": yaml.safe_load(text)}]))
            self.run_tool("ansible-playbook", "--syntax-check", playbook)

    def test_lint(self):
        sources = self.folder / "sources/ansible_collections/notrack/dns"
        shutil.copytree(COLLECTION, sources, ignore=shutil.ignore_patterns("__pycache__"))
        printed = self.run_tool("ansible-lint", "--offline", "--nocolor", "--profile", "production", folder=sources)
        self.assertRegex(printed, r"0 failure\(s\), 0 warning\(s\) on [1-9]\d* files")

    def test_sanity(self):
        had = self.run_tool("ansible-test", "sanity", "--list-tests", folder=self.installed).split()
        chosen = sorted(set(SANITY) & set(had))
        self.assertGreaterEqual(len(chosen), 7, had)
        words = [word for name in chosen for word in ("--test", name)]
        version = self.run_tool("/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
        printed = self.run_tool("ansible-test", "sanity", "--python", version, *words, folder=self.installed)
        self.assertNotIn("All targets skipped", printed)
        self.assertEqual(re.findall('^Running sanity test "(.+?)"', printed, re.MULTILINE), chosen)

    @unittest.skipIf(ANSIBLE >= (2, 16) and not importlib.util.find_spec("antsibull_docs_parser"), "validate-modules wants antsibull-docs-parser, which Debian 13 does not package")
    def test_argument_specs_and_documentation_agree(self):
        program = self.run_tool("/usr/bin/python3", "-c", VALIDATE_MODULES).strip()
        self.environment["PYTHONPATH"] = str(self.folder / "collections")
        self.addCleanup(self.environment.pop, "PYTHONPATH")
        printed = self.run_tool("/usr/bin/python3", program, "--warnings", "--collection", "ansible_collections/notrack/dns", "--collection-version", "0.1.0",
                                *(f"plugins/modules/{module}.py" for module in MODULES), folder=self.installed)
        self.assertEqual(printed, "")


if __name__ == "__main__":
    require_programs("ansible-galaxy", "ansible-doc", "ansible-lint", "ansible-test", "ansible-playbook")
    unittest.main(verbosity=2)
