"""What-if over a fleet: the CPU and the memory of judging captures, inside a network namespace of its own.

Usage: tests/kernel/in_namespace /usr/bin/python3 tests/bench/capture_bench.py RUNNER

Makes a capture of about 50 KB and one of about 1 MB from this namespace with rules like kube-proxy's in its filter and nat tables, and judges
2,000 and 200 of them with another profile. Goals: at most 25 ms of CPU a MB of capture, and the memory of one capture however many there are.
"""

import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

RUNNER = os.path.abspath(sys.argv[1])
GOAL_MS = 25
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-bench-", dir="/dev/shm"))
os.environ["RUNTIME_DIRECTORY"], os.environ["STATE_DIRECTORY"] = str(FOLDER / "run"), str(FOLDER / "state")
PROFILE = FOLDER / "profile.yaml"
PROFILE.write_text(json.dumps({"version": 1, "services": ["10.96.0.10"], "podCIDRs": ["10.244.0.0/16"], "backend": "iptables",
                               "safety": {"waive": ["not-ipvs"], "probe": False}}), encoding="ascii")


def load(count):
    """`count` rules, half of them a firewall's and half a service's."""
    rules = ["*filter", ":FORWARD DROP [0:0]", ":KUBE-FORWARD - [0:0]", "-A FORWARD -j KUBE-FORWARD",
             "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "-A FORWARD -p udp -m udp --dport 53 -j ACCEPT"]
    rules += [f"-A KUBE-FORWARD -s 10.{i // 250 % 250}.{i % 250}.0/24 -p tcp -m comment --comment \"ns{i}/policy\" -m tcp --dport {1024 + i % 60000} -j ACCEPT"
              for i in range(count // 2)]
    rules += ["COMMIT", "*nat", ":KUBE-SERVICES - [0:0]", "-A PREROUTING -j KUBE-SERVICES"]
    rules += [f"-A KUBE-SERVICES -d 10.97.{i // 250 % 250}.{i % 250}/32 -p tcp -m comment --comment \"ns/svc{i}:http cluster IP\" -m tcp --dport 80 -j ACCEPT"
              for i in range(count // 2)]
    subprocess.run(["iptables-legacy-restore"], input="\n".join(rules + ["COMMIT", ""]), text=True, check=True)


def capture():
    return json.loads(subprocess.run([RUNNER, "capture", "--profile", PROFILE], check=True, capture_output=True).stdout)


def write_many(document, count):
    paths = []
    for number in range(count):
        document["node"] = f"node-{number}"
        paths.append(FOLDER / f"{count}-{number}.json")
        paths[-1].write_text(json.dumps(document, indent=1), encoding="ascii")
    return paths


def judge(paths):
    """CPU seconds and peak memory in MB of one run over all of them; GNU time starts it, since a child's figure includes its parent's before exec."""
    done = subprocess.run(["/usr/bin/time", "-f", "%U %S %M", RUNNER, "apply", "--check", "--profile", PROFILE, "--capture", *paths],
                          check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 3:
        raise SystemExit(f"judged as {done.returncode}, and the rules refuse: {done.stderr}")
    user, system, kilobytes = done.stderr.split()[-3:]
    return float(user) + float(system), int(kilobytes) / 1024


def main():
    resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))  # room for 2,000 paths
    print(f"{'captures':<20}{'MB':>8}{'CPU s':>8}{'ms a MB':>9}{'peak MB':>9}{'of one':>8}  goal")
    for name, rules, count in (("2,000 of 50 KB", 350, 2000), ("200 of 1 MB", 8500, 200)):
        load(rules)
        document = capture()
        paths = write_many(document, count)
        size = sum(path.stat().st_size for path in paths) / 1e6
        _, alone = judge(paths[:2])
        seconds, peak = judge(paths)
        per_mb = seconds * 1000 / size
        good = per_mb <= GOAL_MS and peak <= alone * 1.2
        print(f"{name:<20}{size:>8.1f}{seconds:>8.2f}{per_mb:>9.1f}{peak:>9.1f}{alone:>8.1f}  {GOAL_MS} ms a MB, memory flat: {'met' if good else 'not met'}")
        for path in paths:
            path.unlink()


if __name__ == "__main__":
    try:
        main()
    finally:
        shutil.rmtree(FOLDER)
