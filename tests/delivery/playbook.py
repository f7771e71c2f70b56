"""Real ansible-playbook runs against a Fleet, with the collection of this source tree."""

import json
import os
import pathlib
import re
import subprocess

from fleet import SOURCE, SERVICE

PROFILE = {"version": 1, "name": "test", "services": [SERVICE], "podCIDRs": ["10.244.1.0/24"], "scope": "any",
           "safety": {"waive": ["not-ipvs"], "probe": False}}


class Result:
    """What one run printed, and its recap by host."""

    def __init__(self, done):
        self.code = done.returncode
        self.text = done.stdout + done.stderr
        self.recap = {}
        for host, counts in re.findall(r"^(\S+)\s+: (ok=.*)$", done.stdout, re.MULTILINE):
            self.recap[host] = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", counts)}

    def hosts(self, key):
        """The hosts whose recap counts at least one `key`, such as "changed" or "failed"."""
        return sorted(host for host, counts in self.recap.items() if counts.get(key))


class Playbooks:
    """A folder with an inventory of the fleet and the collection on its path."""

    def __init__(self, fleet):
        self.fleet = fleet
        self.folder = fleet.folder / "ansible"
        collection = self.folder / "collections/ansible_collections/notrack"
        collection.mkdir(parents=True)
        (collection / "dns").symlink_to(SOURCE / "packaging/ansible")
        arguments = " ".join(fleet.ssh_options())
        lines = ["[k8s_cluster]"]
        lines += [f"{node.name} ansible_host={node.address}" for node in fleet.nodes]
        lines += ["[k8s_cluster:vars]", "ansible_user=root", "ansible_python_interpreter=/usr/bin/python3", f"ansible_ssh_common_args={json.dumps(arguments)}"]
        (self.folder / "inventory").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.environment = dict(os.environ, ANSIBLE_COLLECTIONS_PATH=str(self.folder / "collections"), ANSIBLE_HOME=str(self.folder / "home"),
                                ANSIBLE_LOCAL_TEMP=str(self.folder / "tmp"), ANSIBLE_NOCOLOR="1", ANSIBLE_RETRY_FILES_ENABLED="0",
                                ANSIBLE_PIPELINING="1", ANSIBLE_SSH_ARGS="-o ControlMaster=auto -o ControlPersist=10s", ANSIBLE_DEPRECATION_WARNINGS="0", ANSIBLE_SSH_CONTROL_PATH_DIR=str(self.folder / "cp"),
                                ANSIBLE_CALLBACK_RESULT_FORMAT="yaml", PYTHONDONTWRITEBYTECODE="1", LC_ALL="C.UTF-8")

    def run(self, playbook, *arguments, variables=None, timeout=240, inventory=None):
        """Runs a playbook, given as its plays, as a path or by its name in a collection; `variables` win over all others."""
        if variables:
            path = self.folder / "variables.json"
            path.write_text(json.dumps(variables), encoding="utf-8")
            arguments = ("--extra-vars", f"@{path}", *arguments)
        if not isinstance(playbook, (str, pathlib.Path)):
            path = self.folder / "playbook.yml"
            path.write_text(json.dumps(playbook), encoding="utf-8")
            playbook = path
        return Result(subprocess.run(["/usr/bin/ansible-playbook", "-i", str(inventory or self.folder / "inventory"), str(playbook), *arguments],
                                     capture_output=True, text=True, env=self.environment, timeout=timeout, stdin=subprocess.DEVNULL))

    def task(self, module, options, *arguments, **play):
        """Runs one task of a module of ours on every node."""
        plays = [{"hosts": "k8s_cluster", "gather_facts": False, "tasks": [{"name": "task", f"notrack.dns.{module}": options, **play}]}]
        return self.run(plays, *arguments)
