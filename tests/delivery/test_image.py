"""The image and the DaemonSet: the manifest held against Kubernetes' own description of its objects, the image run by crun as the manifest says.

A node is a network namespace whose DNS service is a namespace with a server, and a pod one with a name: what the container's rights must suffice for.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import yaml

from fleet import RUNNER, SERVICE, SOURCE, require, run
from test_packages import OUTPUT

MANIFEST = SOURCE / "packaging/oci/daemonset.yaml"
KINDS = {"Namespace": "io.k8s.api.core.v1.Namespace", "ConfigMap": "io.k8s.api.core.v1.ConfigMap", "DaemonSet": "io.k8s.api.apps.v1.DaemonSet"}
PROFILE = {"version": 1, "services": [SERVICE], "podCIDRs": ["10.244.0.0/16"],
           "safety": {"waive": ["not-ipvs", "no-backends"], "probe": {"name": "answer.test", "from": ["pods"], "timeout": "1s"}}}
# `unshare` makes the namespaces, this the node in them; it lives until its input ends.
NODE = f"""
set -eu
mount -t tmpfs tmpfs /run
mkdir /run/netns /run/dns-notrack
mount -t cgroup2 cgroup2 /sys/fs/cgroup  # crun takes no machine that has both versions
touch /run/xtables.lock /run/dns-notrack.lock
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
add() {{
    ip netns add "$1"
    ip link add "v-$1" type veth peer name eth0 netns "$1"
    ip address add 169.254.1.1/32 dev "v-$1"
    ip link set "v-$1" up
    ip route add "$2/32" dev "v-$1"
    ip -n "$1" address add "$2/32" dev eth0
    ip -n "$1" link set eth0 up
    ip -n "$1" link set lo up
    ip -n "$1" route add 169.254.1.1 dev eth0 scope link
    ip -n "$1" route add default via 169.254.1.1
}}
add dns 10.244.200.2
ip -n dns address add {SERVICE}/32 dev lo
ip route add {SERVICE}/32 via 10.244.200.2 dev v-dns onlink
add client 10.244.1.2
nft 'add table ip states; add chain ip states forward {{ type filter hook forward priority 0; }}; add rule ip states forward ct state invalid accept'
echo on > /run/switch
ip netns exec dns {sys.executable} {SOURCE}/tests/kernel/dns_server.py {SERVICE} /run/switch > /run/server &
server=$!
until [ -s /run/server ]; do sleep 0.1; done
echo made
read -r end || :
kill "$server"
"""


def documents():
    return list(yaml.safe_load_all(MANIFEST.read_text(encoding="utf-8")))


def pod():
    return next(one for one in documents() if one["kind"] == "DaemonSet")["spec"]["template"]["spec"]


class Manifest(unittest.TestCase):
    maxDiff = None

    def faults(self, value, schema, place):
        """What Kubernetes does not know: its description has `properties` for objects, and $ref for those that have a name."""
        if "$ref" in schema:
            schema = self.definitions[schema["$ref"].removeprefix("#/definitions/")]
        kinds = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list, "object": dict}
        if schema.get("format") == "int-or-string":
            return [] if isinstance(value, (int, str)) else [f"{place}: {value!r} is neither a number nor a text"]
        if "type" in schema and not isinstance(value, kinds[schema["type"]]):
            return [f"{place}: {value!r} is no {schema['type']}"]
        if isinstance(value, list):
            return [fault for number, one in enumerate(value) for fault in self.faults(one, schema["items"], f"{place}[{number}]")]
        if isinstance(value, dict) and "properties" in schema:
            known = schema["properties"]
            return [f"{place}.{name}: unknown" for name in value if name not in known] + [f"{place}.{name}: missing" for name in schema.get("required", []) if name not in value] \
                + [fault for name, one in value.items() if name in known for fault in self.faults(one, known[name], f"{place}.{name}")]
        return []

    @classmethod
    def setUpClass(cls):
        folder = os.environ.get("NOTRACK_SOURCE_FILES")
        if not folder:
            raise unittest.SkipTest("no description of Kubernetes' objects: this runs below tests/kernel/with_source")
        cls.definitions = json.loads((pathlib.Path(folder) / "swagger.json").read_text(encoding="utf-8"))["definitions"]

    def test_kubernetes_knows_all_of_it(self):
        self.assertEqual([one["kind"] for one in documents()], list(KINDS))
        self.assertEqual([fault for one in documents() for fault in self.faults(one, {"$ref": "#/definitions/" + KINDS[one["kind"]]}, one["kind"])], [])

    def test_a_fault_is_seen(self):
        broken = documents()[-1]
        broken["spec"]["template"]["spec"]["hostNetworking"] = True
        broken["spec"]["template"]["spec"]["containers"][0]["volumeMounts"][0]["readOnly"] = "yes"
        self.assertEqual(self.faults(broken, {"$ref": "#/definitions/" + KINDS["DaemonSet"]}, "DaemonSet"),
                         ["DaemonSet.spec.template.spec.hostNetworking: unknown",
                          "DaemonSet.spec.template.spec.containers[0].volumeMounts[0].readOnly: 'yes' is no boolean"])


class Image(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="dns-notrack-image-")))
        package, = OUTPUT.glob("dns-notrack_*.deb")
        cls.archive = cls.folder / "image.tar"
        run(SOURCE / "packaging/oci/make-image", "--package", package, cls.archive)
        layout = cls.folder / "layout"
        layout.mkdir()
        run("tar", "--extract", "--file", cls.archive, "--directory", layout)
        cls.tag = json.loads((layout / "index.json").read_text())["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"]
        run("umoci", "unpack", "--image", f"{layout}:{cls.tag}", cls.folder / "bundle")

    def setUp(self):
        self.node = subprocess.Popen(["unshare", "--net", "--mount", "sh", "-c", NODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.node.wait)
        self.addCleanup(self.node.stdin.close)
        self.addCleanup(self.node.stdout.close)
        self.assertEqual(self.node.stdout.readline(), "made\n")
        for name in ("profile", "state"):
            (self.folder / name).mkdir(exist_ok=True)
        self.write_profile("nftables")

    def write_profile(self, backend):
        (self.folder / "profile/profile.yaml").write_text(json.dumps({**PROFILE, "backend": backend}))

    def inside(self, *command, **more):
        return run("nsenter", "--target", self.node.pid, "--net", "--mount", "--", *command, **more)

    def bundle(self, arguments):
        """The image's own bundle with what the DaemonSet says of its container; of Kubernetes' doing only the mounts and the rights."""
        container = pod()["containers"][0]
        path = self.folder / "bundle/config.json"
        config = json.loads(path.read_text())
        rights = sorted("CAP_" + name for name in container["securityContext"]["capabilities"]["add"])
        config["root"]["readonly"] = container["securityContext"]["readOnlyRootFilesystem"]
        config["linux"]["namespaces"] = [{"type": name} for name in ("pid", "mount", "ipc")]  # host's network and host name
        config["linux"].pop("uidMappings", None)
        config["linux"].pop("gidMappings", None)
        config.pop("hostname", None)
        config["process"].update(args=arguments, terminal=False, noNewPrivileges=False,
                                 capabilities={kind: rights for kind in ("bounding", "effective", "permitted")},
                                 env=config["process"]["env"] + [f"{one['name']}={one['value']}" for one in container["env"] if one["name"] != "DNS_NOTRACK_SPREAD"])
        sources = {"profile": self.folder / "profile", "state": self.folder / "state"}
        sources |= {one["name"]: pathlib.Path(one["hostPath"]["path"]) for one in pod()["volumes"] if "hostPath" in one and one["name"] != "state"}
        ours = [{"destination": one["mountPath"], "source": str(sources[one["name"]]), "type": "none",
                 "options": ["rbind", "ro" if one.get("readOnly") else "rw"] + (["rslave"] if one.get("mountPropagation") else [])} for one in container["volumeMounts"]]
        config["mounts"] = [one for one in config["mounts"] if one["destination"] not in {mount["destination"] for mount in ours}] + ours
        path.write_text(json.dumps(config))

    def contain(self, *arguments):
        self.bundle(list(arguments))
        return self.inside("crun", "--cgroup-manager=disabled", "run", "--bundle", self.folder / "bundle", f"notrack-{os.getpid()}")

    def on_the_node(self, *arguments):
        command = [RUNNER, *arguments, "--profile", self.folder / "profile/profile.yaml"]
        return self.inside("env", "RUNTIME_DIRECTORY=/run/dns-notrack", f"STATE_DIRECTORY={self.folder}/state", *command, check=False)

    def rules(self):
        return self.inside("nft", "list", "ruleset") + self.inside("iptables-legacy-save", "-t", "raw")

    def test_the_container_keeps_the_node_and_the_package_leaves_it_alone(self):
        for backend in ("nftables", "iptables"):
            with self.subTest(backend):
                self.keep(backend)

    def keep(self, backend):
        self.write_profile(backend)
        report = json.loads(self.contain("dns-notrack", "apply", "--reconcile", "--output", "json"))
        self.assertEqual((report["state"], report["verified"]["by"], report["trial"]["outcome"]), ("in-sync", "trial", "passed"), report)
        self.assertIn("client", json.dumps(report["trial"]["rows"]))  # a pod's namespace was entered
        rules = self.rules()
        self.assertIn("NMANAGER", rules)
        second = json.loads(self.on_the_node("apply", "--reconcile", "--output", "json"))
        self.assertEqual((second["state"], second["changed"]), ("in-sync", False))
        self.assertIn('another delivery keeps the rules of this node, "daemonset"', second["waits_for"])
        self.assertIn("in sync", self.on_the_node("status"))
        self.contain("dns-notrack", "remove")
        self.assertNotIn("NMANAGER_NOT_DNS", self.rules())

    def test_the_loop_applies_and_ends_between_two_runs(self):
        container = pod()["containers"][0]
        self.bundle(container["command"] + container["args"])
        name = f"notrack-loop-{os.getpid()}"
        loop = subprocess.Popen(["nsenter", "--target", str(self.node.pid), "--net", "--mount", "--", "crun", "--cgroup-manager=disabled", "run", "--bundle",
                                 str(self.folder / "bundle"), name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        with loop:
            for _ in range(300):
                if "NMANAGER" in self.rules() and "in sync" in self.on_the_node("status"):
                    break
                time.sleep(0.1)
            self.inside("crun", "--cgroup-manager=disabled", "kill", name, "TERM")
            self.assertEqual(loop.wait(timeout=30), 0)
            self.assertRegex(loop.stdout.read(), r"^\S+: changed: applied the rules of the profile \(nftables\)\n$")
        self.assertIn("NMANAGER", self.rules())

    def test_the_image_says_what_it_is(self):
        layout = self.folder / "layout"
        image = json.loads(run("skopeo", "inspect", "--config", f"oci:{layout}:{self.tag}"))
        self.assertEqual((image["config"]["Entrypoint"], image["config"]["Cmd"]), (["/usr/sbin/dns-notrack"], ["status"]))
        self.assertEqual(image["config"]["Labels"]["org.opencontainers.image.version"], self.tag)
        self.assertEqual(pod()["containers"][0]["image"], f"localhost/dns-notrack:{self.tag}")


if __name__ == "__main__":
    require("umoci", "crun", "skopeo", "mmdebstrap", "nft")
    unittest.main(verbosity=2)
