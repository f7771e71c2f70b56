#!/usr/bin/python
# Copyright: the dns-notrack authors
# GNU General Public License v2.0 or later, so v3.0 as well (see https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt)

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: profile
short_description: Apply or remove the NOTRACK rules of a DNS profile on a node
description:
  - Makes a node with IPVS hold the rules of a dns-notrack profile, which keep DNS traffic out of connection tracking, or takes
    them away.
  - The runner C(dns-notrack) on the node decides everything. It refuses where the rules would break DNS, and takes a change
    back when DNS stops answering; both make the task fail with the reason. Before it writes it tries the rules with packets of its own.
  - Rules that are already there are left alone, so their counters go on.
version_added: 0.1.0
extends_documentation_fragment: notrack.dns.runner
options:
  state:
    description:
      - C(present) makes the node hold exactly the profile's rules, C(absent) takes all rules of dns-notrack away.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - Seconds to wait for the xtables lock while another program changes rules.
    type: float
    default: 5
attributes:
  action_group:
    description: The group that C(module_defaults) takes for all modules.
    membership: [notrack.dns.dns]
    support: full
  check_mode:
    description: Says what would change, and fails where the change would be refused.
    support: full
  diff_mode:
    description: Shows the rules before and after, in the syntax of iptables-save.
    support: full
seealso:
  - module: notrack.dns.profile_info
  - module: notrack.dns.probe_info
"""

EXAMPLES = r"""
- name: Apply a profile that is part of the play
  notrack.dns.profile:
    profile:
      version: 1
      services: [10.96.0.10]
      podCIDRs: [10.244.0.0/16]
  become: true

- name: Apply the profile that is on the node
  notrack.dns.profile:
    path: /etc/dns-notrack/profile.yaml
    wait: 30
  become: true

- name: Take the rules away
  notrack.dns.profile:
    state: absent
  become: true
"""

RETURN = r"""
runner_missing:
  description: True where the task failed because there is no runner on the node.
  returned: when the runner is not installed
  type: bool
report:
  description: The runner's report of this node, as described by C(dns-notrack schema report).
  returned: always, once the runner could be run
  type: dict
  sample:
    state: in-sync
    backend: iptables
    findings: []
trial:
  description: The last trial on this node in this boot, as I(report) has it. A change makes one first; a check makes none.
  returned: when there was one
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.notrack.dns.plugins.module_utils.runner import EXIT_DIFFERS, Runner, failure_of, last_trial, profile_argument_spec, split_diff


def main():
    arguments = profile_argument_spec()
    arguments.update(state=dict(type="str", choices=["present", "absent"], default="present"), wait=dict(type="float", default=5))
    module = AnsibleModule(argument_spec=arguments, mutually_exclusive=[("profile", "path")], supports_check_mode=True)

    options = ["--wait", str(module.params["wait"])]
    if module.check_mode:
        options.append("--check")
    code, report = Runner(module).run("apply" if module.params["state"] == "present" else "remove", options)

    changed = code == EXIT_DIFFERS if module.check_mode else report.get("changed", False)
    failure = failure_of(code, report)
    result = dict(changed=changed, report=report, **last_trial(report))
    if failure:
        module.fail_json(msg=failure, rc=code, **dict(result, changed=False))
    if module._diff:
        result["diff"] = split_diff(report.get("diff") or "") if changed else []
    module.exit_json(**result)


if __name__ == "__main__":
    main()
