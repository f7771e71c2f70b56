# fish completion for dns-notrack(8)
set -l commands apply remove status doctor why probe trial discover capture validate schema version
complete -c dns-notrack -f
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a apply -d 'Make this node hold the rules of the profile'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a remove -d 'Take all our rules away'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a status -d 'Compare this node with the profile'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a doctor -d 'Tell what speaks against the profile'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a why -d 'Tell what stands between one pod and DNS'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a probe -d 'Ask the DNS service from the node and from pods'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a trial -d 'Try the rules with packets of our own'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a discover -d 'Write a profile from what the node knows'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a capture -d 'Print all that judging this node reads'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a validate -d 'Check profiles and print their rules'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a schema -d 'Print a JSON Schema'
complete -c dns-notrack -n "not __fish_seen_subcommand_from $commands" -a version -d 'Print the version'
complete -c dns-notrack -n '__fish_seen_subcommand_from apply remove status doctor why probe trial capture' -l profile -r -F -d 'Profile file or directory'
complete -c dns-notrack -n '__fish_seen_subcommand_from apply remove status doctor why probe trial discover capture validate' -l node -x -d 'Name to look up in nodes'
complete -c dns-notrack -n '__fish_seen_subcommand_from apply remove doctor why probe trial validate' -l output -x -a 'text json' -d Format
complete -c dns-notrack -n '__fish_seen_subcommand_from status' -l output -x -a 'text json prometheus' -d Format
complete -c dns-notrack -n '__fish_seen_subcommand_from apply remove' -l check -d 'Write nothing'
complete -c dns-notrack -n '__fish_seen_subcommand_from apply remove status' -l diff -d 'Show what changes'
complete -c dns-notrack -n '__fish_seen_subcommand_from apply remove' -l wait -x -d 'Seconds to wait for the lock'
complete -c dns-notrack -n '__fish_seen_subcommand_from apply remove' -l quiet -d 'Print only problems'
complete -c dns-notrack -n '__fish_seen_subcommand_from apply' -l reconcile -d 'As the timer runs it'
complete -c dns-notrack -n '__fish_seen_subcommand_from apply status' -l textfile -r -F -d 'Metrics file'
complete -c dns-notrack -n '__fish_seen_subcommand_from apply status doctor discover' -l capture -r -F -d 'Captures of nodes to judge instead'
complete -c dns-notrack -n '__fish_seen_subcommand_from status' -l watch -x -d 'Report again every SECONDS'
complete -c dns-notrack -n '__fish_seen_subcommand_from schema' -a 'profile report capture'
complete -c dns-notrack -n '__fish_seen_subcommand_from doctor' -l census -d 'Count who fills the conntrack table'
complete -c dns-notrack -n '__fish_seen_subcommand_from validate' -F
complete -c dns-notrack -n '__fish_seen_subcommand_from probe' -l count -x -d 'Pairs of queries from each place'
complete -c dns-notrack -n '__fish_seen_subcommand_from probe' -l rate -x -d 'Pairs a second'
complete -c dns-notrack -n '__fish_seen_subcommand_from trial' -l count -x -d 'Trials, one after the other'
complete -c dns-notrack -n '__fish_seen_subcommand_from trial' -l wait -x -d 'Seconds to wait for the xtables lock'
