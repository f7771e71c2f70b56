"""Ratios of the runner to the iptables programs, measured side by side in one run, inside a network namespace of its own.

Usage: tests/kernel/in_namespace /usr/bin/python3 tests/bench/runner_bench.py RUNNER [ROUNDS]

Every row runs both sides in turn, ROUNDS times (default 15), and gives the ratio of the medians of wall time, or of CPU time where it says so: below
1.00 the runner is faster. Absolute times say more about the machine than about the programs; they are shown for orientation only.
"""

import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import trial_bench as node  # the node of the bench of trials

RUNNER = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 15
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-bench-"))
os.environ["XTABLES_LOCKFILE"] = str(FOLDER / "xtables.lock")
MEMORY = pathlib.Path(tempfile.mkdtemp(prefix="dns-notrack-bench-", dir="/dev/shm"))  # /run is a tmpfs
os.environ["RUNTIME_DIRECTORY"], os.environ["STATE_DIRECTORY"] = str(MEMORY / "run"), str(MEMORY / "state")
PROFILE = FOLDER / "profile.yaml"
FAMILIES = ("iptables", "ip6tables")
NOWHERE = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def run(*command, stdin=None):
    with open(stdin or os.devnull, "rb") as source:
        subprocess.run(command, check=True, stdin=source, **NOWHERE)


def write_profile(services=("10.96.0.10", "fd00:96::a"), backend="iptables", pods=("10.244.0.0/16", "fd00:244::/48"), protocols=("udp",)):
    content = {"version": 1, "services": list(services), "podCIDRs": list(pods), "scope": "any", "protocols": list(protocols), "backend": backend, "safety": {"waive": ["not-ipvs"], "probe": False}}
    PROFILE.write_text(json.dumps(content))


def apply():
    run(RUNNER, "apply", "--quiet", "--profile", str(PROFILE))


def status():
    run(RUNNER, "status", "--profile", str(PROFILE))


def remove():
    run(RUNNER, "remove", "--quiet", "--profile", str(PROFILE))


def restore_files():
    """Our part of both tables, as iptables-restore takes it."""
    apply()
    files = []
    for family in FAMILIES:
        saved = subprocess.run([family + "-legacy-save", "-t", "raw"], check=True, capture_output=True, text=True).stdout
        ours = []
        for line in saved.splitlines():
            if "NMANAGER" not in line:
                continue
            first = line.startswith(("-A PREROUTING", "-A OUTPUT"))
            ours.append(line.replace("-A ", "-I ", 1) if first else line)
        path = FOLDER / (family + ".restore")
        path.write_text("*raw\n" + "\n".join(ours) + "\nCOMMIT\n")
        files.append(path)
    remove()
    return files


def restore(files):
    for family, path in zip(FAMILIES, files):
        run(family + "-legacy-restore", "-w", "-n", stdin=path)


def save():
    for family in FAMILIES:
        run(family + "-legacy-save", "-t", "raw")


def one_process_a_rule(files):
    """network-node-manager's way: iptables -C, and -I or -A where that fails, for each rule."""
    for family, path in zip(FAMILIES, files):
        for line in path.read_text().splitlines():
            words = line.split()
            if line.startswith(":"):
                run(family + "-legacy", "-w", "-t", "raw", "-N", words[0][1:])
            elif line.startswith("-"):
                subprocess.run([family + "-legacy", "-w", "-t", "raw", "-C", *words[1:]], check=False, **NOWHERE)
                run(family + "-legacy", "-w", "-t", "raw", *words)


def foreign_rules(count):
    for family in FAMILIES:
        subprocess.run([family + "-legacy", "-t", "raw", "-F"], check=True)
        lines = [f"-A PREROUTING -p tcp -m tcp --dport {1 + i % 65000} -m comment --comment rule-{i} -j ACCEPT" for i in range(count)]
        path = FOLDER / "foreign"
        path.write_text("*raw\n" + "\n".join(lines) + "\nCOMMIT\n")
        run(family + "-legacy-restore", "-w", "-n", stdin=path)


def foreign_nftables_rules(count):
    path = FOLDER / "foreign"
    rules = "".join(f"ip daddr 10.{i // 250}.{i % 250}.1 tcp dport 80 counter accept\n" for i in range(count))
    path.write_text(f"table ip theirs {{ chain c {{ type filter hook prerouting priority 0;\n{rules}}}; }}\n")
    run("nft", "-f", str(path))


def timed(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def verdict(value, goal):
    """Whether a goal is met, said in the row itself."""
    return f"{value:.2f}" if goal is None else f"{value:.2f} (goal {goal}: {'met' if value <= goal else 'not met'})"


def cpu_timed(action):
    """CPU time of the programs that it starts, which is what a timer costs a node."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    start = used()
    action()
    return used() - start


def compare(name, ours, theirs, before_each=lambda: None, rounds=ROUNDS, goal=None, measure=timed):
    left, right = [], []
    for _ in range(rounds):
        before_each()
        left.append(measure(ours))
        before_each()
        right.append(measure(theirs))
    ours_median, theirs_median = statistics.median(left), statistics.median(right)
    print(f"| {name} | {ours_median * 1e3:.1f} ms | {theirs_median * 1e3:.1f} ms | {verdict(ours_median / theirs_median, goal)} |", flush=True)


def peak_memory():
    """In KiB. GNU time starts the runner, since a child's figure includes its parent's memory before exec."""
    done = subprocess.run(["/usr/bin/time", "-f", "%M", RUNNER, "apply", "--quiet", "--profile", str(PROFILE)], check=True, capture_output=True, text=True)
    return int(done.stderr.split()[-1])


def where_the_time_goes():
    done = subprocess.run([RUNNER, "apply", "--output", "json", "--profile", str(PROFILE)], check=True, capture_output=True, text=True)
    return ", ".join(f"{timing['step']} {timing['ms']:.2f} ms" for timing in json.loads(done.stdout)["timings"])


def size_and_libraries():
    stripped = FOLDER / "stripped"
    run("strip", "-o", str(stripped), RUNNER)
    libraries = subprocess.run(["readelf", "-d", RUNNER], check=True, capture_output=True, text=True).stdout
    needed = [line.split("[")[1].rstrip("]") for line in libraries.splitlines() if "(NEEDED)" in line]
    goal = 964 if any("stdc++" in name for name in needed) else 1573  # KB; a package has its libraries inside and may have 1.5 MiB
    print(f"\nStripped size in KB: {verdict(stripped.stat().st_size / 1000, goal)}. Linked: {', '.join(needed)}.")


def nftables():
    """The same profile on the other backend, against nft with what that wrote."""
    remove()
    write_profile(backend="nftables")
    apply()
    tables = [("ip", "nmanager"), ("ip6", "nmanager")]
    path = FOLDER / "ours.nft"
    path.write_text("".join(subprocess.run(["nft", "-s", "list", "table", *table], check=True, capture_output=True, text=True).stdout for table in tables))
    remove()

    def clear():
        for table in tables:
            subprocess.run(["nft", "delete", "table", *table], check=False, **NOWHERE)

    def listing():
        for table in tables:
            run("nft", "list", "table", *table)

    print("\n| what | dns-notrack | nft | ratio |\n|---|---|---|---|")
    for foreign in (0, 20000):
        with_foreign = f", {foreign} rules of others" if foreign else ""
        if foreign:
            foreign_nftables_rules(foreign)
        clear()
        compare(f"first apply, dual stack{with_foreign} / one nft -f, CPU", apply, lambda: run("nft", "-f", str(path)), clear, goal=1.1, measure=cpu_timed)
        clear()
        apply()
        compare(f"unchanged apply{with_foreign} / two nft list table, CPU", apply, listing, goal=0.7, measure=cpu_timed)
        compare(f"status{with_foreign} / two nft list table", status, listing)
    run("nft", "delete", "table", "ip", "theirs")
    remove()
    own_nftables_rules()
    write_profile()


def cluster_rules(kind, count):
    """Rules in nat and filter of both families, as a cluster's proxy leaves them; gives what restores them."""
    saved = []
    for family, network in zip(FAMILIES, ("10.97.{}.{}/32", "fd00:97::{:x}:{:x}/128")):
        lines = []
        for table, chain, hook in (("nat", "PROXY-SERVICES", "PREROUTING"), ("filter", "PROXY-FORWARD", "FORWARD")):
            lines += ["*" + table, f":{chain} - [0:0]", f"-A {hook} -j {chain}"]
            lines += [f"-A {chain} -d {network.format(i // 250, i % 250)} -p tcp -m comment --comment \"default/service-{i}:http cluster IP\" "
                      f"-m tcp --dport {1024 + i} -j RETURN" for i in range(count)]
            lines += ["COMMIT"]
        path = FOLDER / f"{family}-{kind}.cluster"
        path.write_text("\n".join(lines) + "\n")
        run(f"{family}-{kind}-restore", "-w", stdin=path)
        path.write_bytes(b"".join(subprocess.run([f"{family}-{kind}-save", "-t", table], check=True, capture_output=True).stdout for table in ("nat", "filter")))
        saved.append((f"{family}-{kind}-restore", path))
    return saved


def idle(kind):
    """What a timer does twice a minute on a node where nothing happens, in CPU time against the commands that save what it judges."""
    def reconcile():
        run(RUNNER, "apply", "--reconcile", "--quiet", "--profile", str(PROFILE))

    def save_cluster():
        for family in FAMILIES:
            for table in ("nat", "filter"):
                run(f"{family}-{kind}-save", "-t", table)

    def restore_cluster():
        for command, path in saved:
            run(command, "-w", stdin=path)

    remove()
    saved = cluster_rules(kind, 2500)
    write_profile(backend="iptables" if kind == "legacy" else "nftables")
    apply()
    for name, between in (("", lambda: None), (", restored in between", restore_cluster)):
        reconcile()
        compare(f"idle apply --reconcile beside 2500 nat and filter rules a family of iptables-{kind}{name} / the four saves, CPU", reconcile, save_cluster,
                between, goal=0.4, measure=cpu_timed)
    remove()
    for family in FAMILIES:
        for table in ("nat", "filter"):
            run(f"{family}-{kind}", "-t", table, "-F")
            run(f"{family}-{kind}", "-t", table, "-X")
    if kind == "nft":
        run("nft", "flush", "ruleset")
    write_profile()


def own_nftables_rules():
    """As real root only: in a user namespace net.core.wmem_max bounds a transaction."""
    print("\n| own nftables rules | first apply | per rule, against some 500 | peak memory |\n|---|---|---|---|")
    per_rule = None
    for services, pods, protocols in ((60, 1, ["udp"]), (250, 1, ["udp"]), (990, 1, ["udp"]), (990, 755, ["udp", "tcp"])):
        write_profile([*(f"10.96.{i // 250}.{1 + i % 250}" for i in range(services)), "fd00:96::a"], "nftables",
                      [*(f"10.{128 + i // 250}.{i % 250}.0/24" for i in range(pods)), "fd00:244::/48"], protocols)
        times = []
        for _ in range(5):
            remove()
            times.append(timed(apply))
        rules = subprocess.run(["nft", "list", "ruleset"], check=True, capture_output=True, text=True).stdout.count("notrack") - 1
        remove()
        memory = peak_memory() / 1024
        each = statistics.median(times) / rules
        compared = "" if rules < 500 else verdict(each / (per_rule or each), 1.1)  # below that the start of the process counts most
        per_rule = per_rule or (each if rules >= 500 else None)
        print(f"| {rules} | {statistics.median(times) * 1e3:.1f} ms | {compared} | {verdict(memory, 8 if rules < 1000 else 32)} MiB |", flush=True)
    remove()


def own_rules():
    print("\n| own rules | first apply | per rule, against 250 rules |\n|---|---|---|")
    per_rule = None
    for count in (250, 500, 1000, 2000):
        services = [f"10.96.{i // 250}.{1 + i % 250}" for i in range(count // 2 - 2)]
        write_profile([*services, "fd00:96::a"])
        times = []
        for _ in range(max(5, ROUNDS // 3)):
            remove()
            times.append(timed(apply))
        median = statistics.median(times)
        per_rule = per_rule or median / count
        print(f"| {count} | {median * 1e3:.1f} ms | {median / count / per_rule:.2f} |", flush=True)


def trial():
    """A trial puts its rules in and takes them out. What it costs beyond looking at the node is its two commits, and the few packets that ask."""
    def beyond_looking():
        looked = cpu_timed(lambda: subprocess.run([RUNNER, "apply", "--check", "--profile", str(tried)], check=False, **NOWHERE))
        return cpu_timed(lambda: run(RUNNER, "trial", "--profile", str(tried))) - looked

    node.make_node()
    server = node.serve()
    try:
        node.add_pods({"pod": "10.244.1.2"})
        tried = node.write_profile("tried.yaml", probe={"name": "answer.test", "from": ["pods"], "timeout": "1s"})
        unproved = node.write_profile("unproved.yaml", probe=False)
        remove()
        foreign_rules(10000)
        compare("a trial's commits, 10000 rules of others a family / first apply without one, CPU", beyond_looking,
                lambda: cpu_timed(lambda: run(RUNNER, "apply", "--quiet", "--profile", str(unproved))), remove, goal=2.1, measure=lambda action: action())
    finally:
        server.kill()
        server.wait()


def main():
    write_profile()
    files = restore_files()
    print("| what | dns-notrack | iptables | ratio |\n|---|---|---|---|")
    for foreign in (0, 1000, 10000):
        foreign_rules(foreign)
        remove()
        with_foreign = f", {foreign} rules of others a family" if foreign else ""
        compare(f"first apply, dual stack{with_foreign} / two iptables-restore, CPU", apply, lambda: restore(files), remove, goal=1.0, measure=cpu_timed)
        apply()
        compare(f"unchanged apply{with_foreign} / two iptables-save, CPU", apply, save, goal=0.8, measure=cpu_timed)
        if foreign == 10000:
            remove()
            print(f"\nFirst apply with {foreign} rules of others: {where_the_time_goes()}.\n\n| what | dns-notrack | iptables | ratio |\n|---|---|---|---|")
    foreign_rules(0)
    compare("first apply / one iptables -C and -I a rule", apply, lambda: one_process_a_rule(files), remove, max(3, ROUNDS // 3))
    remove()
    print(f"\nFirst apply in an empty table: {where_the_time_goes()}.")
    remove()
    first = peak_memory()
    print(f"\nPeak memory of an apply: {verdict(first / 1024, 6.1)} MiB first, {peak_memory() / 1024:.1f} MiB unchanged.")
    remove()
    nftables()  # before others have nat and filter of iptables-legacy, which every first apply has to list from then on
    write_profile()
    print("\n| what | dns-notrack | iptables | ratio |\n|---|---|---|---|")
    idle("legacy")
    idle("nft")
    own_rules()
    print("\n| what | dns-notrack | dns-notrack | ratio |\n|---|---|---|---|")
    trial()  # makes pods, and nat rules of others, which stay
    size_and_libraries()


try:
    main()
finally:
    for folder in (FOLDER, MEMORY, node.FOLDER):
        shutil.rmtree(folder)
