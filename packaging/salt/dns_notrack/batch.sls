# For state.orchestrate on the master: one batch, with witnesses outside of it. The pillar names both as lists of minions:
# salt-run state.orchestrate dns_notrack.batch pillar='{"batch": ["node-1"], "witnesses": ["node-7", "node-9"], "profile": {...}}'
{%- set batch = salt['pillar.get']('batch') %}
{%- set witnesses = salt['pillar.get']('witnesses') %}
{%- set profile = salt['pillar.get']('profile') | json %}

ask the witnesses before:
  salt.function:
    - name: dns_notrack.probe
    - tgt: {{ witnesses | json }}
    - tgt_type: list
    - kwarg:
        profile: {{ profile }}
        keep: true
    - failhard: true

apply to the batch:
  salt.state:
    - tgt: {{ batch | json }}
    - tgt_type: list
    - sls: dns_notrack
    - pillar:
        dns_notrack:
          profile: {{ profile }}

# Also where a minion of the batch failed: what the others cost has to be seen all the same.
ask the witnesses after:
  salt.function:
    - name: dns_notrack.probe
    - tgt: {{ witnesses | json }}
    - tgt_type: list
    - kwarg:
        profile: {{ profile }}
        before: kept

take the batch back:
  salt.state:
    - tgt: {{ batch | json }}
    - tgt_type: list
    - sls: dns_notrack.withdrawn
    - onfail:
      - salt: ask the witnesses after
