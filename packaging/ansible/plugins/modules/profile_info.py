#!/usr/bin/python
# Copyright: the dns-notrack authors
# GNU General Public License v2.0 or later, so v3.0 as well (see https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt)

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: profile_info
short_description: Compare a node with a DNS profile
description:
  - Reports how a node stands to a dns-notrack profile, with the counters of every rule, and what speaks against the profile there.
  - Changes nothing, not even by loading a kernel module, unless I(trial) is set.
version_added: 0.1.0
extends_documentation_fragment: notrack.dns.runner
options:
  trial:
    description:
      - Try the profile's rules with packets of the trial's own, from every pod of the node, and leave the node as it was.
      - This writes. For about a second the raw table holds the rules, narrowed to client ports that only the trial uses. So a check
        makes none, skips the task, and returns what it would without this option.
      - A trial that says no is an answer, no failure. I(trial.outcome) has it.
    type: bool
    default: false
attributes:
  action_group:
    description: The group that C(module_defaults) takes for all modules.
    membership: [notrack.dns.dns]
    support: full
  check_mode:
    description: Without I(trial) the module never changes anything; with it, a check leaves the trial out.
    support: full
seealso:
  - module: notrack.dns.profile
  - module: notrack.dns.probe_info
"""

EXAMPLES = r"""
- name: Apply a profile, and say how the node stands to it
  module_defaults:
    group/notrack.dns.dns:
      path: /etc/dns-notrack
      node: edge-7
  become: true
  block:
    - notrack.dns.profile:
    - notrack.dns.profile_info:

- name: Ask how the node stands
  notrack.dns.profile_info:
  become: true
  register: dns

- name: Show nodes where the rules would break DNS
  ansible.builtin.debug:
    var: dns.report.findings
  when: dns.report.state == 'unsafe'

- name: Try the rules without applying them
  notrack.dns.profile_info:
    trial: true
  become: true
  register: dns
  failed_when: dns is failed or dns.trial.outcome | default('passed') == 'lost'
"""

RETURN = r"""
runner_missing:
  description: True where the task failed because there is no runner on the node.
  returned: when the runner is not installed
  type: bool
in_sync:
  description: Whether the node holds exactly the profile's rules.
  returned: success
  type: bool
report:
  description: The runner's report of this node, as described by C(dns-notrack schema report).
  returned: always, once the runner could be run
  type: dict
trial:
  description: The last trial on this node in this boot, which with I(trial) is the one just made.
  returned: when there was one
  type: dict
  sample:
    outcome: lost
    at: "2026-11-26T14:00:00Z"
    why: "pod-a: tracked 8 of 8, untracked 0 of 8 (10.96.0.10:53/udp)"
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.notrack.dns.plugins.module_utils.runner import EXIT_REFUSED, Runner, failure_of, last_trial, profile_argument_spec


def main():
    arguments = profile_argument_spec()
    arguments.update(trial=dict(type="bool", default=False))
    module = AnsibleModule(argument_spec=arguments, mutually_exclusive=[("profile", "path")], supports_check_mode=True)
    left_out = module.params["trial"] and module.check_mode
    code, report = Runner(module).run("trial" if module.params["trial"] and not module.check_mode else "status", [])
    failure = failure_of(code, report) if report.get("error") or code != EXIT_REFUSED else None
    if failure:
        module.fail_json(msg=failure, rc=code, report=report)
    result = dict(changed=False, in_sync=report.get("state") == "in-sync", report=report, **last_trial(report))
    if left_out:
        result.update(skipped=True, msg="A trial writes for a moment, so a check makes none.")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
