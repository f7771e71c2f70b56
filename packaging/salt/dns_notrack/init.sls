{%- from "dns_notrack/map.jinja" import dns_notrack with context %}
{%- set profile = salt['pillar.get']('dns_notrack:profile', {}) %}
{%- set options = salt['pillar.get']('dns_notrack:options', '') %}

{%- if not profile %}

dns-notrack pillar:
  test.fail_without_changes:
    - name: The pillar dns_notrack:profile is missing; pillar.example shows one.

{%- else %}

dns-notrack package:
  pkg.installed:
{%- if dns_notrack.package.endswith(('.deb', '.rpm')) %}
    - sources:
      - dns-notrack: {{ dns_notrack.package }}
{%- else %}
    - name: {{ dns_notrack.package }}
{%- endif %}

# The rules first, the file after them: the timer never meets a profile that this minion refused.
dns-notrack rules:
  dns_notrack.present:
    - profile: {{ profile | json }}
    - origin: pillar dns_notrack:profile
    - wait: {{ salt['pillar.get']('dns_notrack:wait', 5) }}
    - require:
      - pkg: dns-notrack package

dns-notrack profile:
  file.serialize:
    - name: /etc/dns-notrack/profile.yaml
    - dataset: {{ profile | json }}
    - formatter: yaml
    - makedirs: True
    - mode: '0644'
    - require:
      - dns_notrack: dns-notrack rules

{%- if options %}

dns-notrack options:
  file.managed:
    - name: {{ dns_notrack.options_file }}
    - contents: {{ ('DNS_NOTRACK_OPTIONS="' ~ options ~ '"') | json }}
    - mode: '0644'
    - require:
      - pkg: dns-notrack package
{%- endif %}

dns-notrack timer:
  service.running:
    - name: dns-notrack.timer
    - enable: True
    - require:
      - file: dns-notrack profile
{%- endif %}
