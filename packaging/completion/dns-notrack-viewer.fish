# fish completion for dns-notrack-viewer(1)
complete -c dns-notrack-viewer -f -a 'local (__fish_print_hostnames)'
complete -c dns-notrack-viewer -l inventory -r -F -d 'Ansible inventory, or a file with one node a line'
complete -c dns-notrack-viewer -l capture -r -F -d 'Capture of a node, or a folder of them'
complete -c dns-notrack-viewer -l ssh-config -d 'Watch the hosts of ~/.ssh/config'
complete -c dns-notrack-viewer -l interval -x -d 'Seconds between two reports of a node'
complete -c dns-notrack-viewer -l runner -x -d 'The runner on the nodes'
complete -c dns-notrack-viewer -l ssh-arguments -x -d 'Put before the arguments for ssh of the viewer'
complete -c dns-notrack-viewer -l appearance -x -a 'system light dark' -d Colours
complete -c dns-notrack-viewer -l help -d 'Show help'
complete -c dns-notrack-viewer -l version -d 'Print the version'
