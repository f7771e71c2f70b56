"""What a trial costs on a sound node: wall time of each step, packets sent and memory, for 1, 110 and 250 pods.

Usage: tests/kernel/in_namespace /usr/bin/python3 tests/bench/trial_bench.py RUNNER [ROUNDS] [PODS...]

Pods are network namespaces with names; the service's address is on one more, to which the kernel routes where IPVS would balance. The goal of a
trial's wall time is packets / 1000 s, two round trips and its two commits; the commits are measured as the commit of an apply and of a remove
without any proof. Medians of ROUNDS (default 5), of memory the most; a ratio above 1.00 misses the goal.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNNER = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
SIZES = [int(word) for word in sys.argv[3:]] or [1, 110, 250]
SERVICE, SERVER = "10.96.0.10", "10.244.200.2"
MOST_MEMORY_KIB = 8 * 1024
SOURCE = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-bench-"))


def run(*command, text=None):
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}: {done.stdout}")
    return done.stdout


def add_pods(addresses):
    """Routed pods, as Calico has them, by few programs: a batch for the node and one in each pod."""
    run("ip", "-batch", "-", text="".join(f"netns add {name}\nlink add v-{name} type veth peer name eth0 netns {name}\naddress add 169.254.1.1/32 dev v-{name}\n"
                                          f"link set v-{name} up\nroute add {address}/32 dev v-{name}\n" for name, address in addresses.items()))
    for name, address in addresses.items():
        run("ip", "-n", name, "-batch", "-", text=f"address add {address}/32 dev eth0\nlink set eth0 up\nlink set lo up\nroute add 169.254.1.1 dev eth0 scope link\n"
                                                  "route add default via 169.254.1.1\n")


def make_node():
    for place in ("/run/netns", FOLDER / "run", FOLDER / "state"):
        os.makedirs(place, exist_ok=True)
    run("mount", "-t", "tmpfs", "netns", "/run/netns")
    run("ip", "link", "set", "lo", "up")
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
    # With hundreds of pods there are more neighbours than a kernel keeps unasked.
    for name in ("gc_thresh1", "gc_thresh2", "gc_thresh3"):
        path = pathlib.Path("/proc/sys/net/ipv4/neigh/default") / name
        if os.access(path, os.W_OK):
            path.write_text("8192", encoding="ascii")
    add_pods({"dns": SERVER})
    run("ip", "-n", "dns", "address", "add", SERVICE + "/32", "dev", "lo")
    run("ip", "route", "add", SERVICE + "/32", "via", SERVER, "dev", "v-dns", "onlink")
    run("iptables-legacy", "-t", "nat", "-N", "SOMEBODY")
    run("iptables-legacy", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "INVALID", "-j", "ACCEPT")


def serve():
    switch = FOLDER / "switch"
    switch.write_text("on", encoding="ascii")
    server = subprocess.Popen(["ip", "netns", "exec", "dns", sys.executable, str(SOURCE / "tests/kernel/dns_server.py"), SERVICE, str(switch)], stdout=subprocess.PIPE)
    server.stdout.readline()
    return server


def report_of(command, profile):
    """The report of one run, and its memory at the most, in KiB."""
    with open(FOLDER / "report", "w+b") as output:
        process = subprocess.Popen([RUNNER, command, "--profile", str(profile), "--output", "json"], stdout=output, stderr=subprocess.STDOUT)
        memory = 0
        while process.poll() is None:
            memory = max(memory, resident(process.pid))
            time.sleep(0.002)
        output.seek(0)
        text = output.read().decode()
    if process.returncode != 0:
        sys.exit(f"{command}: exit {process.returncode}: {text}")
    return json.loads(text), memory


def resident(pid):
    """VmHWM, in KiB. What wait4() says of a child is at least what this interpreter had when it made it."""
    try:
        return int(next((line.split()[1] for line in open(f"/proc/{pid}/status", encoding="ascii") if line.startswith("VmHWM")), 0))
    except (OSError, ValueError):
        return 0


def milliseconds(report, step):
    return sum(timing["ms"] for timing in report["timings"] if timing["step"] == step)


def write_profile(name, **safety):
    path = FOLDER / name
    path.write_text(json.dumps({"version": 1, "services": [SERVICE], "podCIDRs": ["10.244.0.0/16"], "scope": "pods", "backend": os.environ.get("NOTRACK_BACKEND", "iptables"),
                                "safety": {"waive": ["not-ipvs", "no-backends"], **safety}}), encoding="ascii")
    return path


def measure(pods):
    """Medians for so many pods: steps, packets, the bound, memory."""
    tried = write_profile("tried.yaml", probe={"name": "answer.test", "from": ["pods"], "timeout": "1s"})
    unproved = write_profile("unproved.yaml", probe=False)
    runs = [report_of("trial", tried) for _ in range(ROUNDS)]
    commits = statistics.median(sum(milliseconds(report_of(command, unproved)[0], "commit") for command in ("apply", "remove")) for _ in range(ROUNDS))
    reports = [report for report, _ in runs]
    outcomes = {report["trial"]["outcome"] for report in reports}
    if outcomes != {"passed"}:
        sys.exit(f"{pods} pods: the trial came to {outcomes}: {reports[-1]['trial'].get('why')}")
    steps = {step: statistics.median(milliseconds(report, step) for report in reports) for step in dict.fromkeys(timing["step"] for timing in reports[0]["timings"])}
    packets = statistics.median(report["trial"]["packets"] for report in reports)
    round_trip = statistics.median(row["untracked"].get("p50_ms", 0) for report in reports for row in report["trial"]["rows"] if row.get("service"))
    return {"pods": pods, "steps": steps, "packets": packets, "bound": packets + 2 * round_trip + commits, "memory": max(memory for _, memory in runs)}


def verdict(value, goal):
    """Whether a goal is met, said in the row itself."""
    return f"{value / goal:.2f} ({'met' if value <= goal else 'not met'})"


def main():
    make_node()
    server = serve()
    print("| pods | packets | trial | its goal | ratio | memory | ratio to 8 MiB | steps |\n|---|---|---|---|---|---|---|---|", flush=True)
    try:
        known = 0
        for pods in SIZES:
            add_pods({f"pod-{number}": f"10.244.{1 + number // 250}.{2 + number % 250}" for number in range(known, pods)})
            known = pods
            found = measure(pods)
            wall = found["steps"]["trial"]
            steps = ", ".join(f"{step} {ms:.1f} ms" for step, ms in found["steps"].items())
            print(f"| {pods} | {found['packets']:.0f} | {wall:.0f} ms | {found['bound']:.0f} ms | {verdict(wall, found['bound'])} | {found['memory'] / 1024:.1f} MiB "
                  f"| {verdict(found['memory'], MOST_MEMORY_KIB)} | {steps} |", flush=True)
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    os.environ["XTABLES_LOCKFILE"], os.environ["RUNTIME_DIRECTORY"], os.environ["STATE_DIRECTORY"] = str(FOLDER / "lock"), str(FOLDER / "run"), str(FOLDER / "state")
    main()
