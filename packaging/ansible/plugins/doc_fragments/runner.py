# Copyright: the dns-notrack authors
# GNU General Public License v2.0 or later, so v3.0 as well (see https://www.gnu.org/licenses/old-licenses/gpl-2.0.txt)

from __future__ import absolute_import, division, print_function

__metaclass__ = type


class ModuleDocFragment:
    """What the modules have in common."""

    DOCUMENTATION = r"""
options:
  profile:
    description:
      - The profile as a dictionary, with the keys of dns-notrack-profile(5).
      - It is used for this task only. To let the systemd timer keep it, write it to C(/etc/dns-notrack/profile.yaml)
        as the role C(notrack.dns.node) does, and give that I(path).
    type: dict
  path:
    description:
      - Profile files on the node, or directories of C(*.yaml) files; several are read as one profile.
      - Without I(profile) and I(path) the runner reads C(/etc/dns-notrack/profile.yaml).
    type: list
    elements: path
  node:
    description:
      - Name to look up in the profile's C(nodes) list. The default is the node's host name.
    type: str
  runner:
    description:
      - The program, as a path or a name to look for.
    type: path
    default: dns-notrack
  timeout:
    description:
      - Seconds after which the runner is stopped. It includes waiting for a lock, the trial and the DNS probes around a change.
    type: int
    default: 60
requirements:
  - dns-notrack 0.1.0 or newer on the node
author:
  - The dns-notrack authors (@dns-notrack)
"""
