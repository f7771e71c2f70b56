{%- from "dns_notrack/map.jinja" import dns_notrack with context %}

include:
  - dns_notrack.withdrawn

no dns-notrack package:
  pkg.removed:
    - name: {{ dns_notrack.package }}
    - require:
      - dns_notrack: no dns-notrack rules
