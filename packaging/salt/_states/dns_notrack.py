# Copyright: the dns-notrack authors
# GNU General Public License v2.0 or later (see https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt)
"""
Keep a minion's NOTRACK rules for DNS as a profile describes them

.. code-block:: yaml

    dns without connection tracking:
      dns_notrack.present:
        - path: /etc/dns-notrack/profile.yaml
"""

try:
    from salt.exceptions import CommandExecutionError
except ImportError:  # outside Salt: whatever the execution module raises
    CommandExecutionError = Exception

__virtualname__ = "dns_notrack"


def __virtual__():
    if "dns_notrack.apply" in __salt__:
        return __virtualname__
    return False, "the execution module dns_notrack is not there: run saltutil.sync_modules"


def present(name, profile=None, path=None, node=None, wait=5, timeout=60):
    """
    Make the minion hold the rules of a profile

    name
        Any text; it is shown with the result.

    The other arguments are those of the execution module's ``apply``.
    """
    return _change(name, "dns_notrack.apply", "the profile's rules", profile, path, node, wait, timeout)


def absent(name, profile=None, path=None, node=None, wait=5, timeout=60):
    """
    Take all rules of dns-notrack away from the minion
    """
    return _change(name, "dns_notrack.remove", "the absence of rules", profile, path, node, wait, timeout)


def _change(name, function, wanted, profile, path, node, wait, timeout):
    state = {"name": name, "changes": {}, "result": False, "comment": ""}
    try:
        done = __salt__[function](profile=profile, path=path, node=node, wait=wait, timeout=timeout, test=__opts__["test"])
    except CommandExecutionError as problem:
        state["comment"] = str(problem)
        return state
    if done["failure"]:
        state["comment"] = done["failure"]
        return state
    if done["changed"]:
        state["changes"] = {"diff": done["report"].get("diff", "")}
        state["result"] = None if __opts__["test"] else True
        state["comment"] = "The node would change to " + wanted if __opts__["test"] else "The node was changed to " + wanted
        return state
    state["result"] = True
    state["comment"] = "The node already has " + wanted
    return state
