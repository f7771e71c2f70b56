# Copyright: the dns-notrack authors
# GNU General Public License v2.0 or later, so v3.0 as well (see https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt)
"""
Keep a minion's NOTRACK rules for DNS as a profile describes them

.. code-block:: yaml

    dns without connection tracking:
      dns_notrack.present:
        - path: /etc/dns-notrack/profile.yaml
"""

from salt.exceptions import CommandExecutionError, CommandNotFoundError, SaltInvocationError

__virtualname__ = "dns_notrack"


def __virtual__():
    if "dns_notrack.apply" in __salt__:
        return __virtualname__
    return False, "the execution module dns_notrack is not there: run saltutil.sync_modules"


def present(name, profile=None, path=None, node=None, wait=5, timeout=60, origin=None):
    """
    Make the minion hold the rules of a profile

    name
        Any text; it is shown with the result.
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
    origin
        What a mistake in ``profile`` is told to be in, such as the pillar's key.

    The state fails, and the minion keeps the rules that it had, where the runner refuses or takes the change back.
    """
    return _change(name, "dns_notrack.apply", "the profile's rules", profile, path, node, wait, timeout, origin=origin)


def absent(name, profile=None, path=None, node=None, wait=5, timeout=60):
    """
    Take all rules of dns-notrack away from the minion; the arguments are those of :py:func:`present`
    """
    return _change(name, "dns_notrack.remove", "no rules of dns-notrack", profile, path, node, wait, timeout)


def retired(name, profile=None, path=None, node=None, wait=5, timeout=60):
    """
    Take the rules out before the minion leaves IPVS, and keep the timer from applying them; the arguments are those of :py:func:`present`

    The state fails, and the rules stand again, where places lose answers without them. :py:func:`present` ends it.
    """
    return _change(name, "dns_notrack.retire", "no rules, and a timer that leaves it alone", profile, path, node, wait, timeout)


def tried(name, profile=None, path=None, node=None, timeout=60):
    """
    Hold the profile's rules against tracked DNS on client ports of the trial's own, and leave the minion as it was

    The state fails where a pod loses answers, where nothing answers, and where no pod can be asked. It writes for a moment, so a run with
    ``test=True`` makes no trial and says so. The arguments are those of :py:func:`present`.
    """
    state = {"name": name, "changes": {}, "result": False, "comment": ""}
    if __opts__["test"]:
        state.update(result=None, comment="The minion's DNS would be tried with the profile's rules.")
        return state
    try:
        done = __salt__["dns_notrack.trial"](profile=profile, path=path, node=node, timeout=timeout)
    except (CommandExecutionError, SaltInvocationError) as problem:
        state["comment"] = str(problem)
        return state
    trial = done["report"].get("trial") or {}
    state["result"] = not done["failure"] and done["retcode"] == 0
    state["comment"] = done["failure"] or "%s: %s" % (trial.get("outcome", "not tried"), trial.get("why") or "untracked DNS is answered as tracked DNS is")
    return state


def _change(name, function, wanted, profile, path, node, wait, timeout, **more):
    state = {"name": name, "changes": {}, "result": False, "comment": ""}
    test = __opts__["test"]
    try:
        done = __salt__[function](profile=profile, path=path, node=node, wait=wait, timeout=timeout, test=test, **more)
    except CommandNotFoundError as problem:
        state["comment"] = "%s What would change can be told once it is." % problem if test else str(problem)
        state["result"] = None if test else False
        return state
    except (CommandExecutionError, SaltInvocationError) as problem:
        state["comment"] = str(problem)
        return state
    if done["failure"]:
        state["comment"] = done["failure"]
        return state
    if not done["changed"]:
        state["result"] = True
        state["comment"] = "The minion already has %s." % wanted
        return state
    state["changes"] = {"diff": done["report"].get("diff", "")}
    state["result"] = None if test else True
    state["comment"] = "The minion would get %s." % wanted if test else "The minion has %s now." % wanted
    return state
