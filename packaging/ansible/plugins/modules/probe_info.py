#!/usr/bin/python
# Copyright: the dns-notrack authors
# GNU General Public License v2.0 or later, so v3.0 as well (see https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt)

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: probe_info
short_description: Ask the DNS service from a node and its pods, and compare with an earlier answer
description:
  - Sends a bounded number of queries to the services of a profile, from the node and from up to three of its pods, and counts answers.
  - With I(before) it fails where a place lost answers since then. The role C(notrack.dns.node) asks its witnesses with it, since a node
    that gets the rules cannot ask as the pods of other nodes do.
  - Changes nothing.
version_added: 0.1.0
extends_documentation_fragment: notrack.dns.runner
options:
  before:
    description:
      - The I(places) that this task returned earlier on the same host.
      - The task fails where a place got answers then and gets none now, or where clearly more of its queries stay without an answer.
    type: list
    elements: dict
  count:
    description:
      - Pairs of queries (A and AAAA) from each place, at 10 a second.
    type: int
    default: 20
attributes:
  action_group:
    description: The group that C(module_defaults) takes for all modules.
    membership: [notrack.dns.dns]
    support: full
  check_mode:
    description: The module never changes anything.
    support: full
seealso:
  - module: notrack.dns.profile
  - module: notrack.dns.profile_info
"""

EXAMPLES = r"""
- name: Ask before a change elsewhere
  notrack.dns.probe_info:
  become: true
  register: dns_before

- name: Ask again after it
  notrack.dns.probe_info:
    before: "{{ dns_before.places }}"
  become: true
"""

RETURN = r"""
runner_missing:
  description: True where the task failed because there is no runner on the node.
  returned: when the runner is not installed
  type: bool
places:
  description: One entry a place and service, with the counts of queries and answers, as C(probe.before) in C(dns-notrack schema report).
  returned: once the runner could be run
  type: list
  elements: dict
  sample:
    - {from: node, service: 10.96.0.10, asked: 40, answered: 40, silent_pairs: 0}
report:
  description: The runner's report of this node, as described by C(dns-notrack schema report).
  returned: always, once the runner could be run
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.notrack.dns.plugins.module_utils.runner import Runner, describe_error, lost_places, profile_argument_spec


def main():
    arguments = profile_argument_spec()
    arguments.update(before=dict(type="list", elements="dict"), count=dict(type="int", default=20))
    module = AnsibleModule(argument_spec=arguments, mutually_exclusive=[("profile", "path")], supports_check_mode=True)
    code, report = Runner(module).run("probe", ["--count", str(module.params["count"])])
    places = (report.get("probe") or {}).get("before") or []
    result = dict(changed=False, places=places, report=report)
    if report.get("error"):
        module.fail_json(msg=describe_error(report), rc=code, **result)
    if not any(place.get("answered", 0) > 0 for place in places) and not module.params["before"]:
        module.fail_json(msg="No place on %s gets an answer from the DNS service, so nothing could be told from here later." % report.get("node"), **result)
    lost = lost_places(module.params["before"] or [], places)
    if lost:
        module.fail_json(msg="%s lost answers: %s" % (report.get("node"), "; ".join(lost)), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
