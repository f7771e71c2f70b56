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
  - Changes nothing, not even by loading a kernel module.
version_added: 0.1.0
extends_documentation_fragment: notrack.dns.runner
attributes:
  action_group:
    description: The group that C(module_defaults) takes for both modules.
    membership: [notrack.dns.dns]
    support: full
  check_mode:
    description: The module never changes anything.
    support: full
seealso:
  - module: notrack.dns.profile
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
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.notrack.dns.plugins.module_utils.runner import EXIT_DONE, Runner, failure_of, profile_argument_spec


def main():
    module = AnsibleModule(argument_spec=profile_argument_spec(), mutually_exclusive=[("profile", "path")], supports_check_mode=True)
    code, report = Runner(module).run("status", [])
    failure = failure_of(code, report)
    if failure:
        module.fail_json(msg=failure, rc=code, report=report)
    module.exit_json(changed=False, in_sync=code == EXIT_DONE, report=report)


if __name__ == "__main__":
    main()
