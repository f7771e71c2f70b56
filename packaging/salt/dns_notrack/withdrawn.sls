# The minion as it was before the formula came, but for the package.
no dns-notrack timer:
  service.dead:
    - name: dns-notrack.timer
    - enable: False

no dns-notrack rules:
  dns_notrack.absent:
    - onlyif: command -v dns-notrack
    - require:
      - service: no dns-notrack timer

no dns-notrack profile:
  file.absent:
    - name: /etc/dns-notrack/profile.yaml
    - require:
      - dns_notrack: no dns-notrack rules
