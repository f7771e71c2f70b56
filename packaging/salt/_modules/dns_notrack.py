# Copyright: the dns-notrack authors
# GNU General Public License v2.0 or later, so v3.0 as well (see https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt)
"""
Apply, remove and inspect the NOTRACK rules of a DNS profile on a minion with IPVS

:depends: dns-notrack 0.1.0 or newer on the minion
:platform: Linux

The runner ``dns-notrack`` decides everything; these functions call it and hand its report on. Every function returns a dictionary
with ``retcode`` (the runner's exit code), ``report`` (see ``dns-notrack schema report``) and ``failure``: None, or a sentence for what went
wrong, with the findings. Where there is no report, CommandExecutionError says why.
"""

import json
import os
import re
import shutil
import tempfile

from salt.exceptions import CommandExecutionError, CommandNotFoundError, SaltInvocationError

SCHEMA = "dns-notrack/report/v1"
OLDEST_RUNNER = "0.1.0"
DEFAULT_TIMEOUT = 60

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
ROLLBACK_SECONDS = 3600  # a change that is taking itself back does not stop: DNS may be down until it is done

NEEDS_ROOT = "dns-notrack needs root on this minion: run the minion as root."

__virtualname__ = "dns_notrack"


def __virtual__():
    if __grains__.get("kernel") != "Linux":
        return False, "dns_notrack works on Linux only"
    return __virtualname__


def _runner():
    path = __salt__["cmd.which"]("dns-notrack")
    if path is None:
        raise CommandNotFoundError("dns-notrack is not installed on this minion: install the package dns-notrack; the formula dns_notrack does.")
    return path


def _call(words, timeout):
    """
    Run a program with a limit on its time. It is told to stop, and killed only when it does not; what it still reports counts. The limit of
    cmd.run_all would kill it at once, perhaps between a change and taking it back.
    """
    writes = words[1] in ("apply", "remove", "retire", "trial") and "--check" not in words
    guard = ["timeout", "--preserve-status", "--kill-after=%d" % (ROLLBACK_SECONDS if writes else GRACE_SECONDS), str(timeout)]
    return __salt__["cmd.run_all"](guard + words, python_shell=False, ignore_retcode=True, env={"LC_ALL": "C"})


def _read_report(runner, answer, timeout):
    try:
        report = json.loads(answer["stdout"])
    except ValueError:
        report = None
    if isinstance(report, dict) and report.get("schema") == SCHEMA:
        return report
    raise CommandExecutionError(_describe_silence(runner, answer, report, timeout))


def _describe_silence(runner, answer, report, timeout):
    """Why there is no report that could be used."""
    code, output, errors = answer["retcode"], answer["stdout"], answer["stderr"].strip()
    if code == EXIT_TIMED_OUT:
        return ("dns-notrack gave no answer within %s s and was stopped. A higher 'timeout' gives it more time; 'dns-notrack doctor' on the minion "
                "shows what it waits for." % timeout)
    if code < 0:
        return "dns-notrack was ended by signal %d before its report was complete (%d bytes of it arrived)." % (-code, len(output))
    if code == EXIT_USAGE:
        return _describe_usage(runner, errors)
    if isinstance(report, dict) and "schema" in report:
        return ("dns-notrack on this minion ('%s') reports as %s and this module reads %s: bring both to the same version."
                % (_version(runner), report["schema"], SCHEMA))
    if code == EXIT_NOT_PERMITTED:
        return "%s (%s)" % (NEEDS_ROOT, errors)
    return ("dns-notrack ended with exit code %d and without a complete report (%d bytes of it arrived)%s"
            % (code, len(output), ": " + errors if errors else "."))


def _describe_usage(runner, errors):
    version = _version(runner)
    if _numbers(version) >= _numbers(OLDEST_RUNNER):
        return "dns-notrack does not take these options: %s" % errors
    return ("dns-notrack on this minion does not understand this module: it is '%s', and %s or newer is needed. Upgrade the package dns-notrack. (%s)"
            % (version or "of unknown version", OLDEST_RUNNER, errors))


def _version(runner):
    return _call([runner, "version"], DEFAULT_TIMEOUT)["stdout"].strip()


def _numbers(version):
    return [int(number) for number in re.findall("[0-9]+", version)]


def _run(command, options, profile, path, node, timeout, failure_of=None, origin=None):
    if profile is not None and path is not None:
        raise SaltInvocationError("give either a profile or a path, not both")
    runner = _runner()
    words = [runner, command, "--output", "json"] + options
    for name in [path] if isinstance(path, str) else path or []:
        words += ["--profile", name]
    if node:
        words += ["--node", node]
    folder = tempfile.mkdtemp(prefix="dns-notrack-")
    try:
        if profile is not None:
            words += ["--profile", _write_profile(folder, profile)]
        answer = _call(words, timeout)
        report = _read_report(runner, answer, timeout)
    finally:
        shutil.rmtree(folder)
    if origin and report.get("error"):
        for key in ("where", "message"):
            report["error"][key] = _name_origin(report["error"].get(key) or "", folder, origin)
    failure = (failure_of or _failure_of)(answer["retcode"], report)
    if failure:
        __context__["retcode"] = answer["retcode"] or 1
    return {"retcode": answer["retcode"], "report": report, "failure": failure}


def _write_profile(folder, profile):
    """JSON is YAML, and indented it has lines that a message can name."""
    name = os.path.join(folder, "profile.yaml")
    with open(name, "w", encoding="utf-8") as stream:
        json.dump(profile, stream, indent=2, sort_keys=True)
        stream.write("\n")
    return name


def _name_origin(text, folder, origin):
    """A mistake's place as the one who wrote it knows it: the file in `folder`, with its lines, was made for this one run."""
    return re.sub(re.escape(os.path.join(folder, "profile.yaml")) + r"(:\d+:\d+)?", lambda _: origin, text)


def _describe_finding(finding):
    """One finding as people read it: what, the evidence, what to do."""
    lines = ["%s: %s" % (finding.get("id"), finding.get("summary"))]
    lines += ["  found: %s" % evidence for evidence in finding.get("evidence") or []]
    lines += ["  do: %s" % advice for advice in finding.get("advice") or []]
    return "\n".join(lines)


def _describe_refusal(report):
    """Why nothing was changed."""
    fatal = [finding for finding in report.get("findings") or [] if finding.get("severity") == "fatal" and not finding.get("waived")]
    return "\n".join(["Refused: the rules would break DNS on this node, so nothing was changed."] + [_describe_finding(finding) for finding in fatal])


def _describe_rollback(report):
    """What was seen after the change, and that it is undone."""
    lines = ["Not retired: DNS stopped answering without the rules, which stand again." if report.get("command") == "retire" else
             "Rolled back: DNS stopped answering after the rules were applied, so they were taken back."]
    for result in (report.get("probe") or {}).get("after") or []:
        if result.get("answered", 0) < result.get("asked", 0):
            lines.append("  %s -> %s: %s of %s queries answered (%s)" % (result.get("from"), result.get("service"), result.get("answered"), result.get("asked"),
                                                                       result.get("problem") or "no answer"))
    return "\n".join(lines + [_describe_finding(finding) for finding in report.get("findings") or []])


def _describe_error(report):
    """The runner's own sentence, with the place that it names first."""
    error = report["error"]
    if error.get("kind") == "not-permitted":
        return "%s (%s)" % (NEEDS_ROOT, error.get("message"))
    return ": ".join(part for part in (error.get("where"), error.get("message")) if part) or "dns-notrack failed"


def _failure_of(code, report):
    """The sentence for what went wrong; None where nothing did."""
    if code == EXIT_NOT_ROLLED_BACK:
        return "DNS may be down on this minion: a change could not be taken back. " + _describe_error(report)
    if report.get("error"):
        return _describe_error(report)
    if code == EXIT_REFUSED:
        return _describe_refusal(report)
    if code == EXIT_ROLLED_BACK:
        return _describe_rollback(report)
    if code not in (EXIT_DONE, EXIT_DIFFERS):
        return "dns-notrack ended with exit code %d" % code
    return None


# A network that loses 30 % of the packets in each direction seldom leaves more pairs silent, nor three times as many as a moment before.
FEWEST_SILENT_PAIRS = 4
CLEARLY_MORE = 3
QUERIES_OF_A_PAIR = 2


def _lost_places(before, after):
    """A sentence for every place that got answers before and gets none now, or far fewer; what only one of the two could ask says nothing."""
    known = {(place.get("from"), place.get("service")): place for place in before}
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


def _change(command, profile, path, node, wait, timeout, test, origin=None):
    options = ["--wait", str(wait)]
    if test is None:
        test = __opts__.get("test", False)
    if test:
        options.append("--check")
    result = _run(command, options, profile, path, node, timeout, origin=origin)
    result["changed"] = result["retcode"] == EXIT_DIFFERS if test else bool(result["report"].get("changed"))
    return result


def apply(profile=None, path=None, node=None, wait=5, timeout=DEFAULT_TIMEOUT, test=None, origin=None):
    """
    Make this minion hold the rules of a profile

    profile
        The profile as a dictionary.
    path
        Profile file or directory on the minion, or a list of them; ``/etc/dns-notrack/profile.yaml`` without either.
    node
        Name to look up in the profile's ``nodes`` instead of the host name.
    wait
        Seconds to wait for the xtables lock.
    timeout
        Seconds after which the runner is stopped.
    test
        Only say what would change.
    origin
        What a mistake in ``profile`` is told to be in, such as the pillar's key.

    ``changed`` in what it returns tells whether rules were changed, or would be.

    CLI Example:

    .. code-block:: bash

        salt '*' dns_notrack.apply path=/etc/dns-notrack/profile.yaml
        salt '*' dns_notrack.apply profile='{version: 1, services: [10.96.0.10], podCIDRs: [10.244.0.0/16]}' test=True
    """
    return _change("apply", profile, path, node, wait, timeout, test, origin)


def remove(profile=None, path=None, node=None, wait=5, timeout=DEFAULT_TIMEOUT, test=None):
    """
    Take all rules of dns-notrack away from this minion; the arguments are those of :py:func:`apply`

    CLI Example:

    .. code-block:: bash

        salt '*' dns_notrack.remove
    """
    return _change("remove", profile, path, node, wait, timeout, test)


def retire(profile=None, path=None, node=None, wait=5, timeout=DEFAULT_TIMEOUT, undo=False, test=None):
    """
    Take the rules out before this minion leaves IPVS, show that DNS answers tracked, and keep the timer from applying them

    undo
        End it: the timer applies the profile again. So does :py:func:`apply`.

    The other arguments are those of :py:func:`apply`. ``changed`` in what it returns tells whether this minion was not retired before, or still
    had rules; with ``undo`` whether it was. It is a failure where places lose answers without the rules, which then stand again.

    CLI Example:

    .. code-block:: bash

        salt '*' dns_notrack.retire
        salt '*' dns_notrack.retire undo=True
    """
    before = bool(_run("status", [], profile, path, node, timeout)["report"].get("retired"))
    if __opts__.get("test", False) if test is None else test:
        result = _run("status" if undo else "remove", [] if undo else ["--check"], profile, path, node, timeout)
        result["changed"] = before if undo else not before or result["retcode"] == EXIT_DIFFERS
        return result
    result = _run("retire", ["--wait", str(wait)] + (["--undo"] if undo else []), profile, path, node, timeout)
    result["changed"] = bool(result["report"].get("changed")) or before != bool(result["report"].get("retired"))
    return result


def status(profile=None, path=None, node=None, timeout=DEFAULT_TIMEOUT):
    """
    Compare this minion with a profile; changes nothing

    CLI Example:

    .. code-block:: bash

        salt '*' dns_notrack.status
    """
    return _run("status", [], profile, path, node, timeout)


def trial(profile=None, path=None, node=None, timeout=DEFAULT_TIMEOUT, test=None):
    """
    Try the rules of a profile with packets of the trial's own, from every pod of this minion, and leave it as it was

    This writes: for about a second the raw table holds the rules, narrowed to client ports that only the trial uses. With ``test`` it makes
    none and returns what :py:func:`status` does. A trial that says no is an answer, no failure: ``report.trial.outcome`` has it.

    CLI Example:

    .. code-block:: bash

        salt '*' dns_notrack.trial
    """
    if __opts__.get("test", False) if test is None else test:
        return _run("status", [], profile, path, node, timeout)
    return _run("trial", [], profile, path, node, timeout,
                lambda code, report: None if code == EXIT_REFUSED and not report.get("error") else _failure_of(code, report))


def probe(profile=None, path=None, node=None, count=20, before=None, keep=False, timeout=DEFAULT_TIMEOUT):
    """
    Ask the DNS service from this minion and up to three of its pods; changes nothing but what ``keep`` says

    count
        Pairs of queries from each place, at 10 a second.
    before
        The ``places`` that an earlier call on this minion returned, or ``kept`` for those that ``keep`` wrote down. It is a failure where a
        place got answers then and gets none now, or where clearly more of its queries stay without an answer.
    keep
        Write the answers down in the minion's cache. It is a failure where no place got any.

    ``places`` in what it returns has the counts by place and service.

    CLI Example:

    .. code-block:: bash

        salt 'witness-*' dns_notrack.probe keep=True
        salt 'witness-*' dns_notrack.probe before=kept
    """
    kept = os.path.join(__opts__["cachedir"], "dns_notrack_places.json")
    if before == "kept":
        before = _read_places(kept)

    def failure_of(_code, report):
        places = _places(report)
        if report.get("error"):
            return _describe_error(report)
        if before is None and not any(place.get("answered", 0) > 0 for place in places):
            return "No place on %s gets an answer from the DNS service, so nothing could be told from here later." % report.get("node")
        lost = _lost_places(before or [], places)
        return "%s lost answers: %s" % (report.get("node"), "; ".join(lost)) if lost else None

    result = _run("probe", ["--count", str(count)], profile, path, node, timeout, failure_of)
    result["places"] = _places(result["report"])
    if keep and not result["failure"]:
        with open(kept, "w", encoding="utf-8") as stream:
            json.dump(result["places"], stream)
    return result


def _places(report):
    return (report.get("probe") or {}).get("before") or []


def _read_places(name):
    try:
        with open(name, encoding="utf-8") as stream:
            return json.load(stream)
    except (OSError, ValueError) as problem:
        raise CommandExecutionError("No answers were kept on this minion before: call dns_notrack.probe with keep=True first (%s)." % problem) from problem
