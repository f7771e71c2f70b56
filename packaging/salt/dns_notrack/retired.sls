# Before kube-proxy leaves IPVS mode: no rules, and a timer that applies none, until the formula itself is applied again.
dns-notrack retired:
  dns_notrack.retired:
    - wait: {{ salt['pillar.get']('dns_notrack:wait', 5) }}
    - onlyif: test -e /etc/dns-notrack/profile.yaml
