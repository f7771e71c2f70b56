# Copyright: the dns-notrack authors
# GNU General Public License v2.0 or later, so v3.0 as well (see https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt)
"""Calls the runner dns-notrack on a node and turns its exit code and JSON report into what a task returns."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import re
import tempfile

SCHEMA = "dns-notrack/report/v1"
OLDEST_RUNNER = "0.1.0"

EXIT_DONE = 0
EXIT_DIFFERS = 2
EXIT_REFUSED = 3
EXIT_ROLLED_BACK = 4
EXIT_NOT_ROLLED_BACK = 5
EXIT_USAGE = 64
EXIT_NOT_PERMITTED = 77
EXIT_TIMED_OUT = 143  # 128 + SIGTERM, from timeout(1)

# How long a runner that was told to stop may take before it is killed: it may be between a change and the probe after it.
GRACE_SECONDS = 15
ROLLBACK_SECONDS = 3600

NEEDS_ROOT = "dns-notrack needs root on this node: add 'become: true' to the task or the play."


def profile_argument_spec():
    """The options that all modules have."""
    return dict(
        profile=dict(type="dict"),
        path=dict(type="list", elements="path"),
        node=dict(type="str"),
        runner=dict(type="path", default="dns-notrack"),
        timeout=dict(type="int", default=60),
    )


class Runner:
    """The runner on this node, called for one task; ends the task with a sentence when it cannot do what it should."""

    def __init__(self, module):
        self.module = module
        self.program = module.get_bin_path(module.params["runner"], opt_dirs=["/usr/sbin", "/usr/local/sbin"])
        if self.program is None:
            module.fail_json(msg="dns-notrack is not installed on this node: there is no executable '%s'. Install the package dns-notrack; "
                                 "the role notrack.dns.node does." % module.params["runner"], runner_missing=True)

    def run(self, command, options):
        """Runs one command with the task's profile; returns the exit code and the report."""
        words = [self.program, command, "--output", "json"] + options + self._profile_words()
        if self.module.params["node"]:
            words += ["--node", self.module.params["node"]]
        code, output, errors = self._call(words)
        return code, self._read_report(code, output, errors)

    def _profile_words(self):
        if self.module.params["profile"] is not None:
            return ["--profile", self._write_profile(self.module.params["profile"])]
        words = []
        for path in self.module.params["path"] or []:
            words += ["--profile", path]
        return words

    def _write_profile(self, profile):
        """Writes the task's dictionary where the runner can read it. JSON is YAML, and indented it has lines that a message can name."""
        folder = tempfile.mkdtemp(prefix="dns-notrack-", dir=self.module.tmpdir)
        self.module.add_cleanup_file(folder)
        path = os.path.join(folder, "profile.yaml")
        with open(path, "w") as stream:
            json.dump(profile, stream, indent=2, sort_keys=True)
            stream.write("\n")
        return path

    def _call(self, words):
        """Runs a program with a limit on its time. It is told to stop, and killed only when it does not; what it still reports counts.

        A change that is taking itself back does not stop: DNS may be down until it is done, so it gets an hour.
        """
        writes = words[1] in ("apply", "remove", "trial") and "--check" not in words
        guard = [self.module.get_bin_path("timeout", required=True), "--preserve-status",
                 "--kill-after=%d" % (ROLLBACK_SECONDS if writes else GRACE_SECONDS), str(self.module.params["timeout"])]
        return self.module.run_command(guard + words, errors="surrogate_then_replace", expand_user_and_vars=False, environ_update=dict(LC_ALL="C"))

    def _read_report(self, code, output, errors):
        try:
            report = json.loads(output)
        except ValueError:
            report = None
        if isinstance(report, dict) and report.get("schema") == SCHEMA:
            return report
        errors = errors.strip()
        self.module.fail_json(msg=self._describe_silence(code, output, errors, report), rc=code, stdout=output, stderr=errors)

    def _describe_silence(self, code, output, errors, report):
        """Why there is no report that could be used."""
        if code == EXIT_TIMED_OUT:
            return ("dns-notrack gave no answer within %d s and was stopped. A higher 'timeout' gives it more time; 'dns-notrack doctor' on the node "
                    "shows what it waits for." % self.module.params["timeout"])
        if code < 0:
            return "dns-notrack was ended by signal %d before its report was complete (%d bytes of it arrived)." % (-code, len(output))
        if code == EXIT_USAGE:
            return self._describe_usage(errors)
        if isinstance(report, dict) and "schema" in report:
            return ("dns-notrack on this node ('%s') reports as %s and this collection reads %s: bring both to the same version."
                    % (self._version(), report["schema"], SCHEMA))
        if code == EXIT_NOT_PERMITTED:
            return "%s (%s)" % (NEEDS_ROOT, errors)
        return ("dns-notrack ended with exit code %d and without a complete report (%d bytes of it arrived)%s"
                % (code, len(output), ": " + errors if errors else "."))

    def _describe_usage(self, errors):
        version = self._version()
        if _numbers(version) >= _numbers(OLDEST_RUNNER):
            return "dns-notrack does not take these options: %s" % errors
        return ("dns-notrack on this node does not understand this collection: it is '%s', and %s or newer is needed. Upgrade the package "
                "dns-notrack. (%s)" % (version or "of unknown version", OLDEST_RUNNER, errors))

    def _version(self):
        return self._call([self.program, "version"])[1].strip()


def _numbers(version):
    return [int(number) for number in re.findall("[0-9]+", version)]


def describe_finding(finding):
    """One finding as people read it: what, the evidence, what to do."""
    lines = ["%s: %s" % (finding.get("id"), finding.get("summary"))]
    lines += ["  found: %s" % evidence for evidence in finding.get("evidence") or []]
    lines += ["  do: %s" % advice for advice in finding.get("advice") or []]
    return "\n".join(lines)


def fatal_findings(report):
    """The findings for which apply refuses."""
    return [finding for finding in report.get("findings") or [] if finding.get("severity") == "fatal" and not finding.get("waived")]


def describe_refusal(report):
    """Why nothing was changed."""
    return "\n".join(["Refused: the rules would break DNS on this node, so nothing was changed."] + [describe_finding(finding) for finding in fatal_findings(report)])


def describe_rollback(report):
    """What was seen after the change, and that it is undone."""
    lines = ["Rolled back: DNS stopped answering after the rules were applied, so they were taken back."]
    for result in (report.get("probe") or {}).get("after") or []:
        if result.get("answered", 0) < result.get("asked", 0):
            lines.append("  %s -> %s: %s of %s queries answered (%s)" % (result.get("from"), result.get("service"), result.get("answered"), result.get("asked"),
                                                                       result.get("problem") or "no answer"))
    return "\n".join(lines + [describe_finding(finding) for finding in report.get("findings") or []])


def describe_error(report):
    """The runner's own sentence, with the place that it names first."""
    error = report.get("error") or {}
    if error.get("kind") == "not-permitted":
        return NEEDS_ROOT + " (%s)" % error.get("message")
    return ": ".join(part for part in (error.get("where"), error.get("message")) if part) or "dns-notrack failed"


# A network that loses 30 % of the packets in each direction seldom leaves more pairs silent, nor three times as many as a moment before.
FEWEST_SILENT_PAIRS = 4
CLEARLY_MORE = 3
QUERIES_OF_A_PAIR = 2


def lost_places(before, after):
    """A sentence for every place that got answers before and gets none now, or far fewer; what only one of the two could ask says nothing."""
    known = dict(((place.get("from"), place.get("service")), place) for place in before)
    sentences = []
    for now in after:
        then = known.get((now.get("from"), now.get("service")))
        if then and then.get("answered", 0) > 0 and now.get("asked", 0) > 0 and _lost(then, now):
            sentences.append("%s -> %s: %d of %d queries answered, %d of %d before" % (
                now["from"], now["service"], now.get("answered", 0), now["asked"], then["answered"], then["asked"]))
    return sentences


def _lost(then, now):
    if now.get("answered", 0) == 0:
        return True
    pairs_then, pairs_now = then["asked"] // QUERIES_OF_A_PAIR, now["asked"] // QUERIES_OF_A_PAIR
    silent_then, silent_now = then.get("silent_pairs", 0), now.get("silent_pairs", 0)
    return silent_now >= FEWEST_SILENT_PAIRS and silent_now * pairs_then > CLEARLY_MORE * silent_then * pairs_now


def failure_of(code, report):
    """The sentence with which a task fails; None for a task that is all right."""
    if code == EXIT_NOT_ROLLED_BACK:
        return "DNS may be down on this node: a change could not be taken back. " + describe_error(report)
    if report.get("error"):
        return describe_error(report)
    if code == EXIT_REFUSED:
        return describe_refusal(report)
    if code == EXIT_ROLLED_BACK:
        return describe_rollback(report)
    if code not in (EXIT_DONE, EXIT_DIFFERS):
        return "dns-notrack ended with exit code %d" % code
    return None


def last_trial(report):
    """What a task returns of the last trial on the node in this boot."""
    return dict(trial=report["trial"]) if report.get("trial") else {}


def split_diff(text):
    """The two sides of the runner's unified diff, as Ansible shows differences: one entry a family."""
    sides = []
    for line in text.splitlines():
        if line.startswith("--- "):
            sides.append(dict(before="", after="", before_header=line[4:], after_header=""))
        elif line.startswith("+++ ") and sides:
            sides[-1]["after_header"] = line[4:]
        elif sides and not line.startswith("@@"):
            if line[:1] in (" ", "-"):
                sides[-1]["before"] += line[1:] + "\n"
            if line[:1] in (" ", "+"):
                sides[-1]["after"] += line[1:] + "\n"
    return sides
