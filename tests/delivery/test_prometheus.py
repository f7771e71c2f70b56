"""Alert rules, dashboard and metrics in a real Prometheus, which scrapes a real node exporter beside a live raw table."""

import json
import re
import subprocess
import sys
import time
import unittest
import urllib.parse
import urllib.request

from fleet import SOURCE, require, run

sys.path.insert(0, str(SOURCE / "tests/kernel"))
from node import NodeTest  # noqa: E402

PROMETHEUS = SOURCE / "packaging/prometheus"
SERVER = "http://127.0.0.1:9090"
LONGEST_WAIT = 90
CONFIGURATION = """
global: {{scrape_interval: 500ms, evaluation_interval: 500ms}}
rule_files: [{rules}]
scrape_configs:
  - job_name: node
    static_configs: [{{targets: ['127.0.0.1:9100']}}]
"""
METRIC = re.compile(r"dns_notrack_[a-z_]+")


def ask(path, **parameters):
    """The data of an answer of Prometheus' HTTP API; None while it does not answer."""
    try:
        with urllib.request.urlopen(f"{SERVER}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as answer:
            return json.load(answer)["data"]
    except OSError:
        return None


def await_that(what, condition):
    """Waits for `condition` to become true."""
    deadline = time.monotonic() + LONGEST_WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {LONGEST_WAIT} s: {what}")
        time.sleep(0.1)


def without_delays(rules):
    """The alert rules with every `for:` cut to a second; nothing else is changed."""
    return re.sub(r"(?m)^( *for:) .*$", r"\1 1s", rules)


def exported_metrics():
    """The names of all metrics that the runner knows, from the texts that its unit test compares."""
    texts = [path.read_text(encoding="utf-8") for path in (SOURCE / "tests/data/metrics").glob("*.prom")]
    return set(re.findall(r"^# TYPE (\S+)", "\n".join(texts), re.MULTILINE))


def dashboard_expressions():
    """Every query of the dashboard, with Grafana's variables filled in as Grafana does."""
    panels = json.loads((PROMETHEUS / "grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]
    queries = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    return [query.replace("$instance", ".*").replace("$__rate_interval", "1m") for query in queries]


class Files(unittest.TestCase):
    def test_rules(self):
        run("promtool", "check", "rules", PROMETHEUS / "dns-notrack.rules.yml")
        run("promtool", "test", "rules", "dns-notrack.rules.test.yml", cwd=PROMETHEUS)

    def test_only_metrics_that_exist_are_named(self):
        exported = exported_metrics()
        self.assertGreater(len(exported), 15)
        for name in ("dns-notrack.rules.yml", "dns-notrack.rules.test.yml", "grafana-dashboard.json"):
            named = set(METRIC.findall((PROMETHEUS / name).read_text(encoding="utf-8")))
            self.assertEqual(sorted(named - exported), [], name)

    def test_every_metric_is_documented(self):
        page = (PROMETHEUS / "README.md").read_text(encoding="utf-8")
        self.assertEqual(sorted(exported_metrics() - set(METRIC.findall(page))), [])


class Scraped(NodeTest):
    def setUp(self):
        super().setUp()
        self.metrics = self.folder / "textfile/dns-notrack.prom"
        self.metrics.parent.mkdir()
        rules = self.folder / "rules.yml"
        rules.write_text(without_delays((PROMETHEUS / "dns-notrack.rules.yml").read_text(encoding="utf-8")), encoding="utf-8")
        (self.folder / "prometheus.yml").write_text(CONFIGURATION.format(rules=rules), encoding="utf-8")
        self.start("prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile", f"--collector.textfile.directory={self.metrics.parent}",
                   "--web.listen-address=127.0.0.1:9100")
        self.start("prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data", "--web.listen-address=127.0.0.1:9090")
        await_that("Prometheus scrapes the node exporter", lambda: self.values("up") == {"up": 1})

    def start(self, *command):
        log = open(self.folder / f"{command[0]}.log", "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen(command, stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

    def export(self, *command):
        self.assertIn(self.run_runner(*command, "--textfile", str(self.metrics)).returncode, (0, 2))

    def values(self, query):
        """What a query gives, by name and labels without those that the scrape adds."""
        data = ask("query", query=query)
        found = {}
        for sample in data["result"] if data else []:
            labels = {key: value for key, value in sample["metric"].items() if key not in ("instance", "job", "__name__")}
            found[sample["metric"].get("__name__", "") + (json.dumps(labels, sort_keys=True) if labels else "")] = float(sample["value"][1])
        return found

    def firing(self):
        data = ask("alerts")
        return {alert["labels"]["alertname"] for alert in data["alerts"] if alert["state"] == "firing"} if data else None

    def test_what_the_kernel_counted_is_what_prometheus_has(self):
        self.apply()
        self.send_queries(5)
        self.export("status")
        family = next(family for family in self.status()["families"] if family["family"] == "ipv4")
        counted = {rule["text"]: rule["packets"] for chain in family["chains"] if chain["name"] == "NMANAGER_NOT_DNS_OUTPUT" for rule in chain["rules"]}
        self.assertIn(5, counted.values())
        expected = {json.dumps({"rule": rule}): packets for rule, packets in counted.items()}
        query = 'sum by(rule) (dns_notrack_rule_packets_total{chain="NMANAGER_NOT_DNS_OUTPUT", family="ipv4"})'
        await_that("Prometheus has the counters", lambda: self.values(query) == expected)
        samples = [line for line in self.metrics.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        self.assertEqual(len(self.values('{__name__=~"dns_notrack_.*"}')), len(samples))
        self.assertEqual(self.values("node_textfile_scrape_error"), {"node_textfile_scrape_error": 0})

    def test_an_alert_tells_of_drift_and_ends_when_it_is_mended(self):
        self.export("apply")
        await_that("the node is in sync", lambda: self.values("dns_notrack_in_sync") == {"dns_notrack_in_sync": 1})
        self.assertEqual(self.firing(), set())
        self.flush()
        self.export("status")
        await_that("the alert fires", lambda: self.firing() == {"DnsNotrackOutOfSync"})
        self.export("apply")
        await_that("the alert ends", lambda: self.firing() == set())

    def test_the_dashboard_asks_what_prometheus_can_answer(self):
        self.export("apply")
        await_that("the node is in sync", lambda: self.values("dns_notrack_in_sync") == {"dns_notrack_in_sync": 1})
        expressions = dashboard_expressions()
        self.assertGreaterEqual(len(expressions), 10)
        for expression in expressions:
            data = ask("query", query=expression)
            self.assertIsNotNone(data, expression)
            self.assertEqual(data["resultType"], "vector", expression)


if __name__ == "__main__":
    require("prometheus", "prometheus-node-exporter", "promtool", "ip", "iptables-legacy")
    unittest.main(verbosity=2)
