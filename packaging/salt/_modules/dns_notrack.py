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
    writes = words[1] in ("apply", "remove") and "--check" not in words
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


def _run(command, options, profile, path, node, timeout):
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
    failure = _failure_of(answer["retcode"], report)
    if failure:
        __context__["retcode"] = answer["retcode"]
    return {"retcode": answer["retcode"], "report": report, "failure": failure}


def _write_profile(folder, profile):
    """JSON is YAML, and indented it has lines that a message can name."""
    name = os.path.join(folder, "profile.yaml")
    with open(name, "w", encoding="utf-8") as stream:
        json.dump(profile, stream, indent=2, sort_keys=True)
        stream.write("\n")
    return name


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
    lines = ["Rolled back: DNS stopped answering after the rules were applied, so they were taken back."]
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


def _change(command, profile, path, node, wait, timeout, test):
    options = ["--wait", str(wait)]
    if test is None:
        test = __opts__.get("test", False)
    if test:
        options.append("--check")
    result = _run(command, options, profile, path, node, timeout)
    result["changed"] = result["retcode"] == EXIT_DIFFERS if test else bool(result["report"].get("changed"))
    return result


def apply(profile=None, path=None, node=None, wait=5, timeout=DEFAULT_TIMEOUT, test=None):
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

    ``changed`` in what it returns tells whether rules were changed, or would be.

    CLI Example:

    .. code-block:: bash

        salt '*' dns_notrack.apply path=/etc/dns-notrack/profile.yaml
        salt '*' dns_notrack.apply profile='{version: 1, services: [10.96.0.10], podCIDRs: [10.244.0.0/16]}' test=True
    """
    return _change("apply", profile, path, node, wait, timeout, test)


def remove(profile=None, path=None, node=None, wait=5, timeout=DEFAULT_TIMEOUT, test=None):
    """
    Take all rules of dns-notrack away from this minion; the arguments are those of :py:func:`apply`

    CLI Example:

    .. code-block:: bash

        salt '*' dns_notrack.remove
    """
    return _change("remove", profile, path, node, wait, timeout, test)


def status(profile=None, path=None, node=None, timeout=DEFAULT_TIMEOUT):
    """
    Compare this minion with a profile; changes nothing

    CLI Example:

    .. code-block:: bash

        salt '*' dns_notrack.status
    """
    return _run("status", [], profile, path, node, timeout)
