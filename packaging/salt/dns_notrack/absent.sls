{%- from "dns_notrack/map.jinja" import dns_notrack with context %}

include:
  - dns_notrack.withdrawn

no dns-notrack package:
  pkg.purged:
    - name: {{ 'dns-notrack' if dns_notrack.package.endswith(('.deb', '.rpm')) else dns_notrack.package }}
    - require:
      - dns_notrack: no dns-notrack rules
