# Copyright: the dns-notrack authors
# GNU General Public License v2.0 or later (see https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt)
"""
Apply, remove and inspect the NOTRACK rules of a DNS profile on a minion with IPVS

The runner ``dns-notrack`` decides everything; these functions call it and hand its report on.

.. code-block:: bash

    salt '*' dns_notrack.status
    salt '*' dns_notrack.apply test=True
"""

import json
import os
import shutil
import tempfile

try:
    from salt.exceptions import CommandExecutionError
except ImportError:  # outside Salt, where nothing but the loader's conventions is there

    class CommandExecutionError(Exception):
        """Raised where the runner could not do its work."""


SCHEMA = "dns-notrack/report/v1"
OLDEST_RUNNER = "0.1.0"
DEFAULT_TIMEOUT = 60

EXIT_REFUSED = 3
EXIT_ROLLED_BACK = 4
EXIT_USAGE = 64
EXIT_NOT_PERMITTED = 77

NEEDS_ROOT = "dns-notrack needs root: run the minion as root, or with a sudo_user that may become root."

__virtualname__ = "dns_notrack"


def __virtual__():
    if os.name != "posix":
        return False, "dns_notrack works on Linux only"
    return __virtualname__


def _runner():
    for path in (__salt__["cmd.which"]("dns-notrack"), "/usr/sbin/dns-notrack", "/usr/local/sbin/dns-notrack"):
        if path and os.access(path, os.X_OK):
            return path
    raise CommandExecutionError("dns-notrack is not installed on this minion: install the package dns-notrack; the state dns_notrack does.")


def _call(words, timeout):
    try:
        return __salt__["cmd.run_all"](words, python_shell=False, ignore_retcode=True, timeout=timeout, redirect_stderr=False, env={"LC_ALL": "C"})
    except CommandExecutionError as problem:
        raise CommandExecutionError("dns-notrack cannot be run: %s" % problem)


def _too_old(runner, errors):
    version = _call([runner, "version"], DEFAULT_TIMEOUT).get("stdout", "").strip() or "of unknown version"
    return "dns-notrack on this minion does not understand this module: it is '%s', and %s or newer is needed. Upgrade the package dns-notrack. (%s)" % (
        version, OLDEST_RUNNER, errors or "its report has another format")


def _read_report(runner, answer, timeout):
    code, output, errors = answer["retcode"], answer.get("stdout", ""), answer.get("stderr", "").strip()
    if "Timed out after" in output + errors or code == 124:
        raise CommandExecutionError("dns-notrack gave no answer within %s s and was stopped." % timeout)
    if code < 0:
        raise CommandExecutionError("dns-notrack was ended by signal %d before its report was complete (%d bytes of it arrived)." % (-code, len(output)))
    if code == EXIT_USAGE:
        raise CommandExecutionError(_too_old(runner, errors))
    try:
        report = json.loads(output)
    except ValueError:
        report = None
    if isinstance(report, dict) and report.get("schema") == SCHEMA:
        return report
    if report is not None:
        raise CommandExecutionError(_too_old(runner, errors))
    if code == EXIT_NOT_PERMITTED:
        raise CommandExecutionError("%s (%s)" % (NEEDS_ROOT, errors))
    raise CommandExecutionError("dns-notrack ended with exit code %d and without a complete report (%d bytes of it arrived)%s" % (
        code, len(output), ": " + errors if errors else "."))


def _run(command, options, profile, path, node, timeout):
    if profile is not None and path is not None:
        raise CommandExecutionError("give either a profile or a path, not both")
    runner = _runner()
    words = [runner, command, "--output", "json"] + options
    folder = None
    try:
        if profile is not None:
            folder = tempfile.mkdtemp(prefix="dns-notrack-")
            name = os.path.join(folder, "profile.yaml")
            with open(name, "w", encoding="utf-8") as stream:
                json.dump(profile, stream, indent=2, sort_keys=True)
                stream.write("\n")
            words += ["--profile", name]
        for name in [path] if isinstance(path, str) else path or []:
            words += ["--profile", name]
        if node:
            words += ["--node", node]
        answer = _call(words, timeout)
        report = _read_report(runner, answer, timeout)
    finally:
        if folder is not None:
            shutil.rmtree(folder)
    failure = _failure_of(answer["retcode"], report)
    return {"retcode": answer["retcode"], "report": report, "failure": failure}


def _describe_finding(finding):
    lines = ["%s: %s" % (finding.get("id"), finding.get("summary"))]
    lines += ["  found: %s" % evidence for evidence in finding.get("evidence") or []]
    lines += ["  do: %s" % advice for advice in finding.get("advice") or []]
    return "\n".join(lines)


def _failure_of(code, report):
    """The sentence for what went wrong; None where nothing did."""
    error = report.get("error")
    if error:
        if error.get("kind") == "not-permitted":
            return "%s (%s)" % (NEEDS_ROOT, error.get("message"))
        return ": ".join(part for part in (error.get("where"), error.get("message")) if part) or "dns-notrack failed"
    findings = report.get("findings") or []
    if code == EXIT_REFUSED:
        fatal = [finding for finding in findings if finding.get("severity") == "fatal" and not finding.get("waived")]
        return "\n".join(["Refused: the rules would break DNS on this node, so nothing was changed."] + [_describe_finding(finding) for finding in fatal])
    if code == EXIT_ROLLED_BACK:
        lost = ["  %s -> %s: %s of %s queries answered (%s)" % (result.get("from"), result.get("service"), result.get("answered"), result.get("asked"),
                                                               result.get("problem") or "no answer")
                for result in (report.get("probe") or {}).get("after") or [] if result.get("answered", 0) < result.get("asked", 0)]
        return "\n".join(["Rolled back: DNS stopped answering after the rules were applied, so they were taken back."] + lost)
    return None if code in (0, 2) else "dns-notrack ended with exit code %d" % code


def _change(command, profile, path, node, wait, timeout, test):
    options = ["--wait", str(wait)]
    if test is None:
        test = __opts__.get("test", False)
    if test:
        options.append("--check")
    result = _run(command, options, profile, path, node, timeout)
    result["changed"] = result["retcode"] == 2 if test else bool(result["report"].get("changed"))
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

    Returns ``changed``, ``failure`` (None or a sentence) and the runner's ``report``.

    CLI Example:

    .. code-block:: bash

        salt '*' dns_notrack.apply path=/etc/dns-notrack/profile.yaml
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
