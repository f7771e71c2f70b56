<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en_US">
<context>
    <name>Captures</name>
    <message>
        <source>%1: is no file</source>
        <translation>%1: ist keine Datei</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>it was taken without a profile, so nobody has judged it yet; try a profile on it</source>
        <translation>es wurde ohne Profil gemacht, noch niemand hat es beurteilt; erproben Sie ein Profil daran</translation>
    </message>
    <message>
        <source>what was said of it cannot be read: %1</source>
        <translation>was darüber gesagt wurde, ist nicht lesbar: %1</translation>
    </message>
    <message>
        <source>%1: no capture: %2</source>
        <translation>%1: kein Abbild: %2</translation>
    </message>
    <message>
        <source>captures</source>
        <translation>Abbilder</translation>
    </message>
    <message>
        <source>%1: holds no captures (*.json)</source>
        <translation>%1: enthält keine Abbilder (*.json)</translation>
    </message>
    <message>
        <source>%1: the first %2 captures are shown</source>
        <translation>%1: die ersten %2 Abbilder werden gezeigt</translation>
    </message>
</context>
<context>
    <name>Causes</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>no group</source>
        <translation>keine Gruppe</translation>
    </message>
    <message>
        <source>no report yet</source>
        <translation>noch kein Bericht</translation>
    </message>
    <message>
        <source>%1, waived</source>
        <translation>%1, hingenommen</translation>
    </message>
    <message>
        <source>no findings</source>
        <translation>keine Befunde</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keines</translation>
    </message>
    <message>
        <source>no time</source>
        <translation>keine Uhrzeit</translation>
    </message>
    <message>
        <source>State and reason</source>
        <translation>Zustand und Grund</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>Profil</translation>
    </message>
    <message>
        <source>Version of the runner</source>
        <translation>Version des Runners</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>Backend</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Uhr</translation>
    </message>
    <message>
        <source>Group of the inventory</source>
        <translation>Gruppe des Inventars</translation>
    </message>
    <message>
        <source>What they have in common</source>
        <translation>Was sie gemeinsam haben</translation>
    </message>
    <message>
        <source>Nodes</source>
        <translation>Knoten</translation>
    </message>
    <message numerus="yes">
        <source>%n node(s)</source>
        <translation>
            <numerusform>%n Knoten</numerusform>
            <numerusform>%n Knoten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n node(s), unlike most</source>
        <translation>
            <numerusform>%n Knoten, anders als die meisten</numerusform>
            <numerusform>%n Knoten, anders als die meisten</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CommandLine</name>
    <message>
        <source>Shows the DNS NOTRACK rules of every node, read over ssh. It never changes a node.
Without sources it shows the nodes of the last time.</source>
        <translation>Zeigt die DNS-NOTRACK-Regeln aller Knoten, über ssh gelesen. Ändert nie einen Knoten.
Ohne Quellen zeigt er die Knoten vom letzten Mal.</translation>
    </message>
    <message>
        <source>Nodes to watch: host, user@host:port, or &quot;local&quot;.</source>
        <translation>Zu beobachtende Knoten: host, user@host:port oder „local“.</translation>
    </message>
    <message>
        <source>Ansible inventory, or a file with a host a line; may be repeated.</source>
        <translation>Ansible-Inventar oder eine Datei mit einem Rechner je Zeile; mehrmals möglich.</translation>
    </message>
    <message>
        <source>path</source>
        <translation>Pfad</translation>
    </message>
    <message>
        <source>Watch the hosts of ~/.ssh/config.</source>
        <translation>Die Rechner aus ~/.ssh/config beobachten.</translation>
    </message>
    <message>
        <source>Seconds between two reports of a node: 1, 2, 5, 10, 30, 60 or 300.</source>
        <translation>Sekunden zwischen zwei Berichten eines Knotens: 1, 2, 5, 10, 30, 60 oder 300.</translation>
    </message>
    <message>
        <source>seconds</source>
        <translation>Sekunden</translation>
    </message>
    <message>
        <source>Command of the runner on the nodes.</source>
        <translation>Befehl des Runners auf den Knoten.</translation>
    </message>
    <message>
        <source>command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Arguments for ssh, before the viewer&apos;s own.</source>
        <translation>Argumente für ssh, vor den eigenen des Programms.</translation>
    </message>
    <message>
        <source>arguments</source>
        <translation>Argumente</translation>
    </message>
    <message>
        <source>system, light or dark.</source>
        <translation>system, light oder dark.</translation>
    </message>
    <message>
        <source>name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>--interval takes 1, 2, 5, 10, 30, 60 or 300</source>
        <translation>--interval nimmt 1, 2, 5, 10, 30, 60 oder 300</translation>
    </message>
    <message>
        <source>--appearance takes system, light or dark</source>
        <translation>--appearance nimmt system, light oder dark</translation>
    </message>
    <message>
        <source>A capture of a node, or a folder of them; may be repeated.</source>
        <translation>Ein Abbild eines Knotens oder ein Ordner davon; darf wiederholt werden.</translation>
    </message>
</context>
<context>
    <name>ConntrackRows</name>
    <message>
        <source>Connection tracking</source>
        <translation>Verbindungsverfolgung</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>A second</source>
        <translation>Je Sekunde</translation>
    </message>
    <message>
        <source>Entries</source>
        <translation>Einträge</translation>
    </message>
    <message>
        <source>Most entries</source>
        <translation>Höchstens</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>Belegt</translation>
    </message>
    <message>
        <source>Insert failed</source>
        <translation>Eintrag gescheitert</translation>
    </message>
    <message>
        <source>Dropped</source>
        <translation>Verworfen</translation>
    </message>
    <message>
        <source>Dropped early</source>
        <translation>Früh verworfen</translation>
    </message>
    <message>
        <source>Clashes resolved</source>
        <translation>Gelöste Konflikte</translation>
    </message>
    <message>
        <source>%1 in %2 h</source>
        <translation>%1 in %2 h</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Insert failed before the rules</source>
        <translation>Eintrag gescheitert vor den Regeln</translation>
    </message>
    <message>
        <source>Insert failed since</source>
        <translation>Eintrag gescheitert seither</translation>
    </message>
    <message>
        <source>Dropped before the rules</source>
        <translation>Verworfen vor den Regeln</translation>
    </message>
    <message>
        <source>Dropped since</source>
        <translation>Verworfen seither</translation>
    </message>
    <message>
        <source>Insert failed lately</source>
        <translation>Eintrag gescheitert zuletzt</translation>
    </message>
    <message>
        <source>Dropped lately</source>
        <translation>Verworfen zuletzt</translation>
    </message>
    <message>
        <source>Packets that the rules counted</source>
        <translation>Von den Regeln gezählte Pakete</translation>
    </message>
    <message>
        <source>Entries of DNS without the rules</source>
        <translation>Einträge von DNS ohne die Regeln</translation>
    </message>
    <message>
        <source>Entries of tunnels without the rules</source>
        <translation>Einträge von Tunneln ohne die Regeln</translation>
    </message>
    <message>
        <source>Entries of DNS with the rules</source>
        <translation>Einträge von DNS mit den Regeln</translation>
    </message>
    <message>
        <source>Entries of tunnels with the rules</source>
        <translation>Einträge von Tunneln mit den Regeln</translation>
    </message>
</context>
<context>
    <name>DoctorVisits</name>
    <message>
        <source>%1. The packaged sudoers lets members of dns-notrack-monitor run it, with a runner that begins with &quot;sudo -n&quot; in the settings.</source>
        <translation>%1. Das mitgelieferte sudoers erlaubt es Mitgliedern von dns-notrack-monitor, mit einem Runner in den Einstellungen, der mit „sudo -n“ beginnt.</translation>
    </message>
    <message>
        <source>what it printed is no report: %1</source>
        <translation>was er ausgab, ist kein Bericht: %1</translation>
    </message>
</context>
<context>
    <name>DocumentReader</name>
    <message>
        <source>it sent more than 16 MiB in a second</source>
        <translation>er hat mehr als 16 MiB in einer Sekunde gesandt</translation>
    </message>
    <message>
        <source>it sent a line of more than 1 MiB</source>
        <translation>er hat eine Zeile von mehr als 1 MiB gesandt</translation>
    </message>
    <message>
        <source>it sent 64 KiB of other text and no report</source>
        <translation>er hat 64 KiB anderen Text und keinen Bericht gesandt</translation>
    </message>
</context>
<context>
    <name>FleetFigure</name>
    <message numerus="yes">
        <source>%1 queries/s kept out of conntrack on %n node(s), %2 insert failures/s</source>
        <translation>
            <numerusform>%1 Anfragen/s an der Verbindungsverfolgung vorbei auf %n Knoten, %2 gescheiterte Einträge/s</numerusform>
            <numerusform>%1 Anfragen/s an der Verbindungsverfolgung vorbei auf %n Knoten, %2 gescheiterte Einträge/s</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Inventory</name>
    <message>
        <source>ansible-inventory gave no JSON: %1</source>
        <translation>ansible-inventory hat kein JSON geliefert: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1: is no regular file</source>
        <translation>%1: ist keine gewöhnliche Datei</translation>
    </message>
    <message>
        <source>%1: too large for an inventory</source>
        <translation>%1: zu groß für ein Inventar</translation>
    </message>
    <message>
        <source>%1: is a program; only ansible-inventory runs those, and it is not installed or could not</source>
        <translation>%1: ist ein Programm; solche führt nur ansible-inventory aus, und das fehlt oder konnte es nicht</translation>
    </message>
    <message>
        <source>a YAML inventory is a map of groups</source>
        <translation>ein YAML-Inventar ist eine Zuordnung von Gruppen</translation>
    </message>
    <message>
        <source>line %1, column %2: %3</source>
        <translation>Zeile %1, Spalte %2: %3</translation>
    </message>
    <message>
        <source>%1: is passed over; only ansible-inventory reads it, and it is not installed or could not</source>
        <translation>%1: wird übergangen; das liest nur ansible-inventory, und das fehlt oder konnte es nicht</translation>
    </message>
    <message>
        <source>%1: is TOML; only ansible-inventory reads that, and it is not installed or could not</source>
        <translation>%1: ist TOML; das liest nur ansible-inventory, und das fehlt oder konnte es nicht</translation>
    </message>
    <message>
        <source>quotes are left open</source>
        <translation>Anführungszeichen werden nicht geschlossen</translation>
    </message>
    <message>
        <source>key=value is expected, not &apos;%1&apos;</source>
        <translation>erwartet wird schlüssel=wert, nicht „%1“</translation>
    </message>
    <message>
        <source>&apos;%1&apos; is no host, nor a range of hosts</source>
        <translation>„%1“ ist kein Rechner und kein Bereich von Rechnern</translation>
    </message>
    <message>
        <source>the name of a group is expected, not &apos;%1&apos;</source>
        <translation>erwartet wird der Name einer Gruppe, nicht „%1“</translation>
    </message>
    <message>
        <source>there is no group &apos;%1&apos;</source>
        <translation>es gibt keine Gruppe „%1“</translation>
    </message>
    <message>
        <source>the groups &apos;%1&apos; and &apos;%2&apos; hold each other</source>
        <translation>die Gruppen „%1“ und „%2“ enthalten einander</translation>
    </message>
    <message>
        <source>&apos;%1&apos; is no kind of section; there are hosts, children and vars</source>
        <translation>„%1“ ist keine Art von Abschnitt; es gibt hosts, children und vars</translation>
    </message>
    <message>
        <source>&apos;%1&apos; is no section</source>
        <translation>„%1“ ist kein Abschnitt</translation>
    </message>
    <message>
        <source>line %1: %2</source>
        <translation>Zeile %1: %2</translation>
    </message>
    <message>
        <source>a map takes from itself</source>
        <translation>eine Map übernimmt von sich selbst</translation>
    </message>
    <message>
        <source>&apos;%1&apos; must be a map</source>
        <translation>„%1“ muss eine Map sein</translation>
    </message>
    <message>
        <source>&apos;%1&apos; is a number; quotes make a host of it</source>
        <translation>„%1“ ist eine Zahl; in Anführungszeichen wird ein Rechner daraus</translation>
    </message>
    <message>
        <source>the groups are nested too deep</source>
        <translation>die Gruppen sind zu tief verschachtelt</translation>
    </message>
    <message>
        <source>this tells Ansible&apos;s inventory plugin %1 what to ask; only ansible-inventory can</source>
        <translation>das sagt Ansibles Inventar-Plugin %1, was es fragen soll; das kann nur ansible-inventory</translation>
    </message>
</context>
<context>
    <name>InventoryTree</name>
    <message>
        <source>its port must be a number from 1 to 65535</source>
        <translation>sein Port muss eine Zahl von 1 bis 65535 sein</translation>
    </message>
    <message>
        <source>Ansible reaches it by %1, not by ssh</source>
        <translation>Ansible erreicht ihn über %1, nicht über ssh</translation>
    </message>
    <message>
        <source>its %1 is a template, which only Ansible fills in</source>
        <translation>sein %1 ist eine Vorlage, die nur Ansible ausfüllt</translation>
    </message>
    <message>
        <source>too many hosts, groups or variables</source>
        <translation>zu viele Rechner, Gruppen oder Variablen</translation>
    </message>
</context>
<context>
    <name>LinkState</name>
    <message>
        <source>the host key is not the known one: somebody may be listening, or the node was installed anew; check it, then remove the old key with ssh-keygen -R</source>
        <translation>der Rechnerschlüssel ist nicht der bekannte: vielleicht hört jemand mit, oder der Knoten wurde neu aufgesetzt; prüfen, dann den alten mit ssh-keygen -R entfernen</translation>
    </message>
    <message>
        <source>the runner does not know this command line</source>
        <translation>der Runner kennt diese Befehlszeile nicht</translation>
    </message>
    <message>
        <source>the runner refuses its profile</source>
        <translation>der Runner weist sein Profil zurück</translation>
    </message>
    <message>
        <source>the runner finds no usable backend</source>
        <translation>der Runner findet kein brauchbares Backend</translation>
    </message>
    <message>
        <source>the runner found the rules locked</source>
        <translation>der Runner fand die Regeln gesperrt</translation>
    </message>
    <message>
        <source>the connection was lost</source>
        <translation>die Verbindung ging verloren</translation>
    </message>
    <message>
        <source>ssh could not connect</source>
        <translation>ssh konnte keine Verbindung aufbauen</translation>
    </message>
    <message>
        <source>the runner is not there: %1</source>
        <translation>der Runner ist nicht da: %1</translation>
    </message>
    <message>
        <source>the runner may not read the rules: %1</source>
        <translation>der Runner darf die Regeln nicht lesen: %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>the runner ended with exit code %1</source>
        <translation>der Runner endete mit Code %1</translation>
    </message>
    <message>
        <source>the runner ended with exit code %1: %2</source>
        <translation>der Runner endete mit Code %1: %2</translation>
    </message>
</context>
<context>
    <name>NodeComparison</name>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>Profil</translation>
    </message>
    <message>
        <source>Digest</source>
        <translation>Prüfsumme</translation>
    </message>
    <message>
        <source>Override</source>
        <translation>Abweichung für den Knoten</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>Backend</translation>
    </message>
    <message>
        <source>Version of the runner</source>
        <translation>Version des Runners</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Uhr</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 an %2</translation>
    </message>
    <message>
        <source>%1, weight %2</source>
        <translation>%1, Gewicht %2</translation>
    </message>
    <message>
        <source>alike</source>
        <translation>gleich</translation>
    </message>
    <message numerus="yes">
        <source>%n differ(s)</source>
        <translation>
            <numerusform>%n verschieden</numerusform>
            <numerusform>%n verschieden</numerusform>
        </translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>Regeln</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>Befunde</translation>
    </message>
    <message>
        <source>IPVS</source>
        <translation>IPVS</translation>
    </message>
</context>
<context>
    <name>NodeEntry</name>
    <message>
        <source>it is empty</source>
        <translation>er ist leer</translation>
    </message>
    <message>
        <source>it begins with &apos;-&apos;, which ssh would take for an option</source>
        <translation>er beginnt mit „-“, was ssh für eine Option hielte</translation>
    </message>
    <message>
        <source>it is longer than 255 characters</source>
        <translation>er ist länger als 255 Zeichen</translation>
    </message>
    <message>
        <source>it holds a space, a control character or another character that no host has</source>
        <translation>er enthält ein Leer-, Steuer- oder anderes Zeichen, das kein Rechnername hat</translation>
    </message>
    <message>
        <source>%1: the port must be a number from 1 to 65535</source>
        <translation>%1: der Port muss eine Zahl von 1 bis 65535 sein</translation>
    </message>
    <message>
        <source>%1: refused, %2</source>
        <translation>%1: abgelehnt, %2</translation>
    </message>
    <message>
        <source>arguments for ssh: %1 is passed over, since an inventory runs nothing on this desk; put it into ~/.ssh/config</source>
        <translation>Argumente für ssh: %1 wird übergangen, da ein Inventar auf diesem Rechner nichts ausführt; es gehört in ~/.ssh/config</translation>
    </message>
    <message>
        <source>%1 and %2 are the same machine, %3: it is counted twice</source>
        <translation>%1 und %2 sind derselbe Rechner, %3: er wird doppelt gezählt</translation>
    </message>
</context>
<context>
    <name>NodePage</name>
    <message>
        <source>No report of this node has come yet. The log says how far it is.</source>
        <translation>Von diesem Knoten kam noch kein Bericht. Das Protokoll sagt, wie weit er ist.</translation>
    </message>
</context>
<context>
    <name>NodePages</name>
    <message>
        <source>ok</source>
        <translation>in Ordnung</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>unexpected</source>
        <translation>unerwartet</translation>
    </message>
    <message>
        <source>misplaced</source>
        <translation>am falschen Platz</translation>
    </message>
    <message>
        <source>found as %1</source>
        <translation>als %1 gefunden</translation>
    </message>
    <message>
        <source>%1, at %2</source>
        <translation>%1, Platz %2</translation>
    </message>
    <message>
        <source>information</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>breaks DNS</source>
        <translation>bricht DNS</translation>
    </message>
    <message>
        <source>no real servers</source>
        <translation>keine echten Server</translation>
    </message>
    <message>
        <source>%1 asks %2</source>
        <translation>%1 fragt %2</translation>
    </message>
    <message>
        <source>%1 of %2 answered</source>
        <translation>%1 von %2 beantwortet</translation>
    </message>
    <message>
        <source>, %1 ms</source>
        <translation>, %1 ms</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>Regel</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Packets</source>
        <translation>Pakete</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>Packets/s</source>
        <translation>Pakete/s</translation>
    </message>
    <message>
        <source>Bytes/s</source>
        <translation>Bytes/s</translation>
    </message>
    <message>
        <source>Lately</source>
        <translation>Zuletzt</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>Severity</source>
        <translation>Schwere</translation>
    </message>
    <message>
        <source>%1, waived</source>
        <translation>%1, hingenommen</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>Was gefunden wurde</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>Was zu tun ist</translation>
    </message>
    <message>
        <source>Service and servers</source>
        <translation>Dienst und Server</translation>
    </message>
    <message>
        <source>Scheduler, forwarding</source>
        <translation>Verteilung, Weiterleitung</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>Active</source>
        <translation>Aktiv</translation>
    </message>
    <message>
        <source>Inactive</source>
        <translation>Inaktiv</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Property</source>
        <translation>Eigenschaft</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>Profil</translation>
    </message>
    <message>
        <source>Digest</source>
        <translation>Prüfsumme</translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>Nachgewiesen</translation>
    </message>
    <message>
        <source>by %1 at %2 from %3</source>
        <translation>durch %1 am %2 von %3</translation>
    </message>
    <message>
        <source>not yet</source>
        <translation>noch nicht</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>Backend</translation>
    </message>
    <message>
        <source>Why this backend</source>
        <translation>Warum dieses Backend</translation>
    </message>
    <message>
        <source>Node calls itself</source>
        <translation>Knoten nennt sich</translation>
    </message>
    <message>
        <source>Time on the node</source>
        <translation>Uhrzeit des Knotens</translation>
    </message>
    <message>
        <source>Version of the runner</source>
        <translation>Version des Runners</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Time for %1</source>
        <translation>Zeit für %1</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>… cut after %1 KiB; an export of the reports has all of it</source>
        <translation>… nach %1 KiB abgeschnitten; ein Export der Berichte enthält alles</translation>
    </message>
    <message>
        <source>Retired</source>
        <translation>Außer Dienst</translation>
    </message>
    <message>
        <source>since %1, by dns-notrack retire: no unattended run applies anything</source>
        <translation>seit %1, durch dns-notrack retire: kein selbsttätiger Lauf wendet etwas an</translation>
    </message>
</context>
<context>
    <name>NodeRecord</name>
    <message>
        <source>not verified</source>
        <translation>nicht nachgewiesen</translation>
    </message>
    <message>
        <source>verified</source>
        <translation>nachgewiesen</translation>
    </message>
    <message>
        <source>no proof asked</source>
        <translation>kein Nachweis verlangt</translation>
    </message>
    <message>
        <source>proof waived</source>
        <translation>Nachweis erlassen</translation>
    </message>
    <message>
        <source>rules that differ: %1</source>
        <translation>abweichende Regeln: %1</translation>
    </message>
    <message>
        <source>not verified: nobody has shown yet that DNS works with these rules</source>
        <translation>nicht nachgewiesen: niemand hat bisher gezeigt, dass DNS mit diesen Regeln geht</translation>
    </message>
    <message>
        <source>%1, was %2</source>
        <translation>%1, war %2</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>no report for %1</source>
        <translation>seit %1 kein Bericht</translation>
    </message>
    <message>
        <source>waits for its turn</source>
        <translation>wartet, bis er an der Reihe ist</translation>
    </message>
    <message>
        <source>%1; waits for its turn</source>
        <translation>%1; wartet, bis er an der Reihe ist</translation>
    </message>
    <message>
        <source>%1; trying again</source>
        <translation>%1; neuer Versuch</translation>
    </message>
    <message>
        <source>%1; next try in %2</source>
        <translation>%1; nächster Versuch in %2</translation>
    </message>
    <message>
        <source>%1, gap</source>
        <translation>%1, Lücke</translation>
    </message>
    <message numerus="yes">
        <source>%1 (%n time(s) since %2)</source>
        <translation>
            <numerusform>%1 (%n-mal seit %2)</numerusform>
            <numerusform>%1 (%n-mal seit %2)</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1, captured</source>
        <translation>%1, Abbild</translation>
    </message>
    <message>
        <source>retired since %1</source>
        <translation>außer Dienst seit %1</translation>
    </message>
</context>
<context>
    <name>OddOnes</name>
    <message>
        <source>right</source>
        <translation>richtig</translation>
    </message>
    <message>
        <source>%1 behind</source>
        <translation>geht %1 nach</translation>
    </message>
    <message>
        <source>%1 ahead</source>
        <translation>geht %1 vor</translation>
    </message>
    <message>
        <source>another profile than most nodes</source>
        <translation>ein anderes Profil als die meisten Knoten</translation>
    </message>
    <message>
        <source>runner %1, most have %2</source>
        <translation>Runner %1, die meisten haben %2</translation>
    </message>
    <message>
        <source>%1, most use %2</source>
        <translation>%1, die meisten nehmen %2</translation>
    </message>
    <message>
        <source>its clock is %1</source>
        <translation>seine Uhr %1</translation>
    </message>
</context>
<context>
    <name>Remedy</name>
    <message>
        <source>Nobody on this desk has accepted the node&apos;s host key yet. Compare its fingerprint before you do.</source>
        <translation>An diesem Platz hat noch niemand den Schlüssel dieses Knotens angenommen. Erst den Fingerabdruck vergleichen.</translation>
    </message>
    <message>
        <source>The agent offers more keys than the node lets ssh try.</source>
        <translation>Der Agent bietet mehr Schlüssel an, als der Knoten ssh versuchen lässt.</translation>
    </message>
    <message>
        <source>The node takes no key that ssh has without asking. A key with a passphrase belongs in the agent.</source>
        <translation>Der Knoten nimmt keinen Schlüssel, den ssh ohne Frage hat. Einer mit Passphrase gehört in den Agenten.</translation>
    </message>
    <message>
        <source>The node takes no key that ssh has without asking.</source>
        <translation>Der Knoten nimmt keinen Schlüssel, den ssh ohne Frage hat.</translation>
    </message>
    <message>
        <source>The node has no runner where the settings look for it. Install the package there:</source>
        <translation>Der Knoten hat keinen Runner, wo die Einstellungen ihn suchen. Dort das Paket installieren:</translation>
    </message>
    <message>
        <source>The account may not read the rules. Members of dns-notrack-monitor may, with a runner that begins with &quot;sudo -n&quot; in the settings:</source>
        <translation>Das Konto darf die Regeln nicht lesen. Mitglieder von dns-notrack-monitor dürfen es, mit einem Runner, der in den Einstellungen mit „sudo -n“ beginnt:</translation>
    </message>
    <message>
        <source>The runner does not know this command line: it is of another version.</source>
        <translation>Der Runner kennt diese Befehlszeile nicht: er hat eine andere Version.</translation>
    </message>
    <message>
        <source>The node&apos;s profile is refused.</source>
        <translation>Das Profil des Knotens wird zurückgewiesen.</translation>
    </message>
    <message>
        <source>The node&apos;s kernel offers no table that rules could be in.</source>
        <translation>Der Kernel des Knotens bietet keine Tabelle, in der Regeln stehen könnten.</translation>
    </message>
    <message>
        <source>Somebody holds the lock of the rules.</source>
        <translation>Jemand hält die Sperre der Regeln.</translation>
    </message>
    <message>
        <source>sudo does not let the account run the runner without a password: it is not in dns-notrack-monitor, or sudoers does not name this interval.</source>
        <translation>sudo lässt das Konto den Runner nicht ohne Passwort ausführen: es ist nicht in dns-notrack-monitor, oder sudoers nennt diesen Abstand nicht.</translation>
    </message>
    <message>
        <source>The runner ended.</source>
        <translation>Der Runner endete.</translation>
    </message>
    <message>
        <source>The rules are not what the profile asks for. This shows what an apply would change:</source>
        <translation>Die Regeln sind nicht, was das Profil verlangt. Dies zeigt, was ein apply ändern würde:</translation>
    </message>
    <message>
        <source>The node has no rules of the profile. This shows what an apply would make:</source>
        <translation>Der Knoten hat keine Regeln des Profils. Dies zeigt, was ein apply anlegen würde:</translation>
    </message>
    <message>
        <source>DNS breaks on this node with these rules.</source>
        <translation>DNS bricht auf diesem Knoten mit diesen Regeln.</translation>
    </message>
    <message>
        <source>DNS breaks on this node with these rules. %1</source>
        <translation>DNS bricht auf diesem Knoten mit diesen Regeln. %1</translation>
    </message>
    <message>
        <source>A change could not be taken back: DNS may be down on this node.</source>
        <translation>Eine Änderung ließ sich nicht zurücknehmen: DNS kann auf diesem Knoten ausgefallen sein.</translation>
    </message>
    <message>
        <source>The runner could not read the node.</source>
        <translation>Der Runner konnte den Knoten nicht lesen.</translation>
    </message>
    <message>
        <source>The host key is not the known one: somebody may be listening, or the node was installed anew. Ask who runs it; then forget the old key:</source>
        <translation>Der Rechnerschlüssel ist nicht der bekannte: vielleicht hört jemand mit, oder der Knoten wurde neu aufgesetzt. Den Betreiber fragen; dann den alten vergessen:</translation>
    </message>
    <message>
        <source>This is a fault of this desk, not of the node.</source>
        <translation>Das ist ein Fehler dieses Rechners, nicht des Knotens.</translation>
    </message>
    <message>
        <source>The runner could not be started on this machine.</source>
        <translation>Der Runner ließ sich auf diesem Rechner nicht starten.</translation>
    </message>
    <message>
        <source>ssh cannot get through. This shows where it stops:</source>
        <translation>ssh kommt nicht durch. Dies zeigt, wo es hängt:</translation>
    </message>
    <message>
        <source>The node bears another name than before. Where it was renamed or installed anew, accept the new name.</source>
        <translation>Der Knoten trägt einen anderen Namen als zuvor. Wurde er umbenannt oder neu aufgesetzt, den neuen Namen annehmen.</translation>
    </message>
    <message>
        <source>What the node sends is no report that can be trusted.</source>
        <translation>Was der Knoten sendet, ist kein Bericht, dem man trauen kann.</translation>
    </message>
    <message>
        <source>The connection stands, and no report comes: the runner hangs, or the node is too busy for it.</source>
        <translation>Die Verbindung steht, und kein Bericht kommt: der Runner hängt, oder der Knoten ist überlastet.</translation>
    </message>
    <message>
        <source>The capture holds no verdict. With a profile it can be judged on this machine:</source>
        <translation>Das Abbild enthält kein Urteil. Mit einem Profil lässt es sich auf diesem Rechner beurteilen:</translation>
    </message>
    <message>
        <source>This shows on this machine what an apply would have changed there:</source>
        <translation>Das zeigt auf diesem Rechner, was ein Apply dort geändert hätte:</translation>
    </message>
    <message>
        <source>The node is retired: its rules were taken out before it leaves IPVS. This ends it:</source>
        <translation>Der Knoten ist außer Dienst: Seine Regeln wurden entfernt, bevor er IPVS verlässt. Das beendet es:</translation>
    </message>
</context>
<context>
    <name>RowState</name>
    <message>
        <source>in sync</source>
        <translation>im Soll</translation>
    </message>
    <message>
        <source>drifted</source>
        <translation>abgewichen</translation>
    </message>
    <message>
        <source>absent</source>
        <translation>ohne Regeln</translation>
    </message>
    <message>
        <source>unsafe</source>
        <translation>unsicher</translation>
    </message>
    <message>
        <source>error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>unreachable</source>
        <translation>nicht erreichbar</translation>
    </message>
    <message>
        <source>needs you</source>
        <translation>braucht Sie</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>verbindet</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>stale</source>
        <translation>veraltet</translation>
    </message>
    <message numerus="yes">
        <source>%n in sync</source>
        <translation>
            <numerusform>%n im Soll</numerusform>
            <numerusform>%n im Soll</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n drifted</source>
        <translation>
            <numerusform>%n abgewichen</numerusform>
            <numerusform>%n abgewichen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n absent</source>
        <translation>
            <numerusform>%n ohne Regeln</numerusform>
            <numerusform>%n ohne Regeln</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unsafe</source>
        <translation>
            <numerusform>%n unsicher</numerusform>
            <numerusform>%n unsicher</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n error(s)</source>
        <translation>
            <numerusform>%n Fehler</numerusform>
            <numerusform>%n Fehler</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unreachable</source>
        <translation>
            <numerusform>%n nicht erreichbar</numerusform>
            <numerusform>%n nicht erreichbar</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n need(s) you</source>
        <translation>
            <numerusform>%n braucht Sie</numerusform>
            <numerusform>%n brauchen Sie</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n connecting</source>
        <translation>
            <numerusform>%n verbindet</numerusform>
            <numerusform>%n verbinden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n paused</source>
        <translation>
            <numerusform>%n angehalten</numerusform>
            <numerusform>%n angehalten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stale</source>
        <translation>
            <numerusform>%n veraltet</numerusform>
            <numerusform>%n veraltet</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SshArguments</name>
    <message>
        <source>a template</source>
        <translation>eine Vorlage</translation>
    </message>
</context>
<context>
    <name>TimelineRows</name>
    <message>
        <source>viewer ended</source>
        <translation>Programm beendet</translation>
    </message>
    <message>
        <source>viewer began</source>
        <translation>Programm gestartet</translation>
    </message>
    <message>
        <source>%1, before %2</source>
        <translation>%1, zuvor %2</translation>
    </message>
    <message numerus="yes">
        <source>to and fro, %n change(s) since %1</source>
        <translation>
            <numerusform>hin und her, %n Wechsel seit %1</numerusform>
            <numerusform>hin und her, %n Wechsel seit %1</numerusform>
        </translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
</context>
<context>
    <name>TrialRows</name>
    <message>
        <source>passed</source>
        <translation>bestanden</translation>
    </message>
    <message>
        <source>answers were lost</source>
        <translation>Antworten gingen verloren</translation>
    </message>
    <message>
        <source>DNS is silent, tracked as well</source>
        <translation>DNS schweigt, auch verfolgt</translation>
    </message>
    <message>
        <source>nobody could be asked</source>
        <translation>niemand konnte gefragt werden</translation>
    </message>
    <message>
        <source>the queries passed by the rules</source>
        <translation>die Anfragen gingen an den Regeln vorbei</translation>
    </message>
    <message>
        <source>could not be made</source>
        <translation>konnte nicht gemacht werden</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>%1, %2 ms</source>
        <translation>%1, %2 ms</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Ort</translation>
    </message>
    <message>
        <source>Service</source>
        <translation>Dienst</translation>
    </message>
    <message>
        <source>Tracked</source>
        <translation>Verfolgt</translation>
    </message>
    <message>
        <source>Untracked</source>
        <translation>Unverfolgt</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>Verloren</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Anmerkung</translation>
    </message>
    <message numerus="yes">
        <source>%n place(s) and service(s) take their turn in a later trial</source>
        <translation>
            <numerusform>%n Ort mit Dienst kommt in einem späteren Versuch an die Reihe</numerusform>
            <numerusform>%n Orte mit Diensten kommen in einem späteren Versuch an die Reihe</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WhatIfRows</name>
    <message>
        <source>would refuse</source>
        <translation>würde abgelehnt</translation>
    </message>
    <message>
        <source>cannot be judged</source>
        <translation>nicht zu beurteilen</translation>
    </message>
    <message>
        <source>would change</source>
        <translation>würde geändert</translation>
    </message>
    <message>
        <source>nothing to change</source>
        <translation>nichts zu ändern</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>lines that come: %1; that go: %2</source>
        <translation>Zeilen, die kommen: %1; die gehen: %2</translation>
    </message>
    <message>
        <source>waived</source>
        <translation>erlassen</translation>
    </message>
    <message>
        <source>breaks DNS</source>
        <translation>bricht DNS</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Urteil</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n capture(s) judged</source>
        <translation>
            <numerusform>%1 von %n Abbild beurteilt</numerusform>
            <numerusform>%1 von %n Abbildern beurteilt</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>there is no display: neither WAYLAND_DISPLAY nor DISPLAY is set</source>
        <translation>es gibt keine Anzeige: weder WAYLAND_DISPLAY noch DISPLAY ist gesetzt</translation>
    </message>
    <message>
        <source>DNS NOTRACK viewer</source>
        <translation>DNS-NOTRACK-Betrachter</translation>
    </message>
</context>
<context>
    <name>notrack::gui::CaptureSaver</name>
    <message>
        <source>What the node printed is no capture: %1</source>
        <translation>Was der Knoten ausgab, ist kein Abbild: %1</translation>
    </message>
    <message>
        <source>No capture was taken: %1</source>
        <translation>Es wurde kein Abbild gemacht: %1</translation>
    </message>
    <message>
        <source>Saved %1. It shows the whole firewall of the node.</source>
        <translation>%1 gespeichert. Es zeigt die ganze Firewall des Knotens.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1. A capture shows the whole firewall, so sudoers lets nobody take one unless the node&apos;s administrator adds the line for dns-notrack-capture that stands in /etc/sudoers.d/dns-notrack.</source>
        <translation>%1. Ein Abbild zeigt die ganze Firewall, deshalb lässt sudoers es niemanden machen, solange der Verwalter des Knotens nicht die Zeile für dns-notrack-capture einsetzt, die in /etc/sudoers.d/dns-notrack steht.</translation>
    </message>
    <message>
        <source>Taking a capture of %1…</source>
        <translation>Abbild von %1 wird gemacht…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>notrack::gui::CausePage</name>
    <message>
        <source>&amp;Put together by:</source>
        <translation>&amp;Zusammenfassen nach:</translation>
    </message>
    <message>
        <source>Nodes by what they have in common</source>
        <translation>Knoten nach dem, was sie gemeinsam haben</translation>
    </message>
</context>
<context>
    <name>notrack::gui::ComparisonDialog</name>
    <message>
        <source>%1 beside %2</source>
        <translation>%1 neben %2</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>Was sich unterscheidet</translation>
    </message>
</context>
<context>
    <name>notrack::gui::DiffPage</name>
    <message>
        <source>Difference</source>
        <translation>Unterschied</translation>
    </message>
    <message>
        <source>The kernel holds what the profile asks for.</source>
        <translation>Der Kernel enthält, was das Profil verlangt.</translation>
    </message>
</context>
<context>
    <name>notrack::gui::DoctorPage</name>
    <message>
        <source>The doctor is asked</source>
        <translation>Der Doctor wird gefragt</translation>
    </message>
    <message>
        <source>Waits for its turn</source>
        <translation>Wartet, bis er an der Reihe ist</translation>
    </message>
    <message>
        <source>Asking since %1; this takes some seconds</source>
        <translation>Gefragt seit %1; das dauert einige Sekunden</translation>
    </message>
    <message>
        <source>Asked at %1</source>
        <translation>Gefragt: %1</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Ask the doctor</source>
        <translation>Doctor fragen</translation>
    </message>
</context>
<context>
    <name>notrack::gui::DoctorText</name>
    <message>
        <source>Doctor</source>
        <translation>Doctor</translation>
    </message>
    <message>
        <source>The doctor says what stands against the rules on this node, what is lost there and why, and what to do next. It reads, asks DNS a few times, and changes nothing.</source>
        <translation>Der Doctor sagt, was auf diesem Knoten gegen die Regeln spricht, was dort verloren geht und warum, und was als Nächstes zu tun ist. Er liest, fragt DNS einige Male und ändert nichts.</translation>
    </message>
    <message>
        <source>The doctor could not be asked: %1</source>
        <translation>Der Doctor konnte nicht gefragt werden: %1</translation>
    </message>
</context>
<context>
    <name>notrack::gui::EmptyPage</name>
    <message>
        <source>Which nodes do you want to watch?</source>
        <translation>Welche Knoten wollen Sie beobachten?</translation>
    </message>
    <message>
        <source>This program shows whether the DNS NOTRACK rules of every node are what its profile asks for. It reads over your own ssh and never changes a node. Each node needs the runner dns-notrack.</source>
        <translation>Dieses Programm zeigt, ob die DNS-NOTRACK-Regeln jedes Knotens sind, was sein Profil verlangt. Es liest über Ihr eigenes ssh und ändert nie einen Knoten. Jeder Knoten braucht den Runner dns-notrack.</translation>
    </message>
    <message>
        <source>&amp;Open an inventory…</source>
        <translation>Inventar ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Hosts of my &amp;ssh configuration</source>
        <translation>Rechner meiner &amp;ssh-Konfiguration</translation>
    </message>
    <message>
        <source>&amp;Add a node…</source>
        <translation>&amp;Knoten hinzufügen …</translation>
    </message>
    <message>
        <source>&amp;This machine</source>
        <translation>&amp;Dieser Rechner</translation>
    </message>
    <message>
        <source>&amp;Captures of nodes…</source>
        <translation>A&amp;bbilder von Knoten…</translation>
    </message>
</context>
<context>
    <name>notrack::gui::FigureBar</name>
    <message>
        <source>Queries a second of the last hour</source>
        <translation>Anfragen je Sekunde der letzten Stunde</translation>
    </message>
    <message>
        <source>Choose the node whose table is the fullest</source>
        <translation>Den Knoten mit der vollsten Tabelle wählen</translation>
    </message>
    <message>
        <source>fullest table %1, %2</source>
        <translation>vollste Tabelle %1, %2</translation>
    </message>
</context>
<context>
    <name>notrack::gui::FigureTree</name>
    <message>
        <source>Connection tracking</source>
        <translation>Verbindungsverfolgung</translation>
    </message>
</context>
<context>
    <name>notrack::gui::FindBar</name>
    <message>
        <source>Find in this page</source>
        <translation>Auf dieser Seite suchen</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>not on this page</source>
        <translation>nicht auf dieser Seite</translation>
    </message>
</context>
<context>
    <name>notrack::gui::FindingPage</name>
    <message>
        <source>Findings</source>
        <translation>Befunde</translation>
    </message>
    <message>
        <source>Nothing about this node speaks against the profile.</source>
        <translation>An diesem Knoten spricht nichts gegen das Profil.</translation>
    </message>
</context>
<context>
    <name>notrack::gui::FittedTree</name>
    <message>
        <source>&amp;Copy the selected rows</source>
        <translation>Gewählte Zeilen &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy &amp;all rows</source>
        <translation>&amp;Alle Zeilen kopieren</translation>
    </message>
    <message>
        <source>&amp;Select all rows</source>
        <translation>Alle Zeilen &amp;wählen</translation>
    </message>
</context>
<context>
    <name>notrack::gui::FleetConnection</name>
    <message>
        <source>a report was dropped: the viewer is behind</source>
        <translation>ein Bericht wurde verworfen: das Programm kommt nicht nach</translation>
    </message>
</context>
<context>
    <name>notrack::gui::FleetModel</name>
    <message>
        <source>The viewer did not run all the time from then on: the node may have been in other states meanwhile.</source>
        <translation>Das Programm lief seitdem nicht durchgehend: der Knoten kann inzwischen in anderen Zuständen gewesen sein.</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>Gruppen</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>Profil</translation>
    </message>
    <message>
        <source>Untracked/s</source>
        <translation>Unverfolgt/s</translation>
    </message>
    <message>
        <source>Insert failed/s</source>
        <translation>Gescheitert/s</translation>
    </message>
    <message>
        <source>Conntrack</source>
        <translation>Conntrack</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>Befunde</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>Seit</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Anmerkung</translation>
    </message>
    <message>
        <source>Name in the inventory</source>
        <translation>Name im Inventar</translation>
    </message>
    <message>
        <source>Groups of the inventory</source>
        <translation>Gruppen des Inventars</translation>
    </message>
    <message>
        <source>How the rules in the kernel stand to the profile</source>
        <translation>Wie die Regeln im Kernel zum Profil stehen</translation>
    </message>
    <message>
        <source>Name of the profile on the node</source>
        <translation>Name des Profils auf dem Knoten</translation>
    </message>
    <message>
        <source>Packets a second that NOTRACK rules matched; with scope any, one packet may match in both hooks</source>
        <translation>Pakete je Sekunde, auf die NOTRACK-Regeln passten; bei scope any kann ein Paket an beiden Stellen passen</translation>
    </message>
    <message>
        <source>Connection tracking entries a second that could not be inserted: lost packets</source>
        <translation>Einträge der Verbindungsverfolgung je Sekunde, die nicht angelegt werden konnten: verlorene Pakete</translation>
    </message>
    <message>
        <source>Entries of the connection tracking table in use</source>
        <translation>Belegte Einträge der Tabelle der Verbindungsverfolgung</translation>
    </message>
    <message>
        <source>Findings that are not waived</source>
        <translation>Befunde, die nicht hingenommen sind</translation>
    </message>
    <message>
        <source>When the node came into its state</source>
        <translation>Wann der Knoten in seinen Zustand kam</translation>
    </message>
    <message>
        <source>Age of the last report</source>
        <translation>Alter des letzten Berichts</translation>
    </message>
    <message>
        <source>Why the state is what it is</source>
        <translation>Warum der Zustand so ist</translation>
    </message>
</context>
<context>
    <name>notrack::gui::FleetPage</name>
    <message>
        <source>Filter by words</source>
        <translation>Nach Wörtern filtern</translation>
    </message>
    <message>
        <source>Filter by group</source>
        <translation>Nach Gruppe filtern</translation>
    </message>
    <message>
        <source>Nodes by state</source>
        <translation>Knoten nach Zustand</translation>
    </message>
    <message>
        <source>Views of the nodes</source>
        <translation>Ansichten der Knoten</translation>
    </message>
    <message>
        <source>No&amp;des</source>
        <translation>&amp;Knoten</translation>
    </message>
    <message>
        <source>Nodes</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>All groups</source>
        <translation>Alle Gruppen</translation>
    </message>
    <message numerus="yes">
        <source>The filters let none of %n nodes through: show all</source>
        <translation>
            <numerusform>Die Filter lassen den einen Knoten nicht durch: alle zeigen</numerusform>
            <numerusform>Die Filter lassen keinen von %n Knoten durch: alle zeigen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>notrack::gui::FleetTimeline</name>
    <message>
        <source>Timeline of the nodes</source>
        <translation>Verlauf der Knoten</translation>
    </message>
</context>
<context>
    <name>notrack::gui::HistoryChart</name>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>vor %1</translation>
    </message>
    <message>
        <source>History of connection tracking</source>
        <translation>Verlauf der Verbindungsverfolgung</translation>
    </message>
    <message>
        <source>No data yet</source>
        <translation>Noch keine Daten</translation>
    </message>
    <message>
        <source>In use %1, insert failed %2 a second, untracked %3 packets a second</source>
        <translation>Belegt %1, gescheitert %2 je Sekunde, unverfolgt %3 Pakete je Sekunde</translation>
    </message>
    <message>
        <source>The chart begins with the second report.</source>
        <translation>Das Diagramm beginnt mit dem zweiten Bericht.</translation>
    </message>
    <message>
        <source>connection tracking in use</source>
        <translation>Verbindungsverfolgung belegt</translation>
    </message>
    <message>
        <source>untracked/s</source>
        <translation>unverfolgt/s</translation>
    </message>
    <message>
        <source>insert failed/s</source>
        <translation>gescheitert/s</translation>
    </message>
    <message>
        <source>dropped/s</source>
        <translation>verworfen/s</translation>
    </message>
</context>
<context>
    <name>notrack::gui::InventoryLoad</name>
    <message>
        <source>%1: ansible-inventory was not done after 30 seconds</source>
        <translation>%1: ansible-inventory war nach 30 Sekunden nicht fertig</translation>
    </message>
    <message>
        <source>%1: ansible-inventory failed</source>
        <translation>%1: ansible-inventory ist gescheitert</translation>
    </message>
</context>
<context>
    <name>notrack::gui::LogPage</name>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
</context>
<context>
    <name>notrack::gui::MainWindow</name>
    <message>
        <source>Read &amp;again</source>
        <translation>&amp;Erneut lesen</translation>
    </message>
    <message>
        <source>DNS NOTRACK viewer</source>
        <translation>DNS-NOTRACK-Betrachter</translation>
    </message>
    <message>
        <source>Ti&amp;meline of all</source>
        <translation>&amp;Verlauf aller</translation>
    </message>
    <message>
        <source>Reading the inventory…</source>
        <translation>Das Inventar wird gelesen …</translation>
    </message>
    <message>
        <source>Nodes read: %1</source>
        <translation>Gelesene Knoten: %1</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>A fault of this machine, not of the nodes: %1</source>
        <translation>Ein Fehler dieses Rechners, nicht der Knoten: %1</translation>
    </message>
    <message>
        <source>Open an Ansible inventory or a list of hosts</source>
        <translation>Ein Ansible-Inventar oder eine Liste von Rechnern öffnen</translation>
    </message>
    <message>
        <source>Add a node</source>
        <translation>Knoten hinzufügen</translation>
    </message>
    <message>
        <source>Host, user@host or user@host:port:</source>
        <translation>Host, user@host oder user@host:port:</translation>
    </message>
    <message>
        <source>Watched in this run only: its nodes come from the command line.</source>
        <translation>Nur in diesem Lauf beobachtet: dessen Knoten kommen von der Befehlszeile.</translation>
    </message>
    <message>
        <source>Nodes of an inventory or an ssh configuration are removed there, or by closing all nodes.</source>
        <translation>Knoten eines Inventars oder einer ssh-Konfiguration werden dort entfernt oder durch Schließen aller Knoten.</translation>
    </message>
    <message>
        <source>Saved %1</source>
        <translation>%1 gesichert</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open an inventory…</source>
        <translation>Inventar ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Add hosts of my &amp;ssh configuration</source>
        <translation>Rechner meiner &amp;ssh-Konfiguration hinzufügen</translation>
    </message>
    <message>
        <source>&amp;Add a node…</source>
        <translation>&amp;Knoten hinzufügen …</translation>
    </message>
    <message>
        <source>Add this &amp;machine</source>
        <translation>Diesen &amp;Rechner hinzufügen</translation>
    </message>
    <message>
        <source>&amp;Read the inventory again</source>
        <translation>Inventar erneut &amp;lesen</translation>
    </message>
    <message>
        <source>&amp;Close all nodes</source>
        <translation>Alle Knoten &amp;schließen</translation>
    </message>
    <message>
        <source>Export the &amp;table as CSV…</source>
        <translation>&amp;Tabelle als CSV exportieren …</translation>
    </message>
    <message>
        <source>Export the table</source>
        <translation>Tabelle exportieren</translation>
    </message>
    <message>
        <source>Export all reports</source>
        <translation>Alle Berichte exportieren</translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation>&amp;Einstellungen …</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Nodes</source>
        <translation>&amp;Knoten</translation>
    </message>
    <message>
        <source>&amp;Reconnect</source>
        <translation>&amp;Neu verbinden</translation>
    </message>
    <message>
        <source>Connect and &amp;ask…</source>
        <translation>Verbinden und &amp;fragen …</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>An&amp;halten</translation>
    </message>
    <message>
        <source>&amp;Copy as text</source>
        <translation>Als Text &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy an ansible-play&amp;book command</source>
        <translation>Einen ansible-play&amp;book-Befehl kopieren</translation>
    </message>
    <message>
        <source>Re&amp;move from the list</source>
        <translation>Aus der Liste &amp;entfernen</translation>
    </message>
    <message>
        <source>Select a&amp;ll</source>
        <translation>&amp;Alle wählen</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Find in the page, filter the table</source>
        <translation>Auf der Seite &amp;suchen, die Tabelle filtern</translation>
    </message>
    <message>
        <source>Find &amp;next</source>
        <translation>&amp;Weitersuchen</translation>
    </message>
    <message>
        <source>Find pre&amp;vious</source>
        <translation>&amp;Rückwärts suchen</translation>
    </message>
    <message>
        <source>Filter by &amp;group</source>
        <translation>Nach &amp;Gruppe filtern</translation>
    </message>
    <message>
        <source>&amp;Show all nodes</source>
        <translation>&amp;Alle Knoten zeigen</translation>
    </message>
    <message>
        <source>Filter by s&amp;tate</source>
        <translation>Nach &amp;Zustand filtern</translation>
    </message>
    <message>
        <source>Only %1</source>
        <translation>Nur %1</translation>
    </message>
    <message>
        <source>Go to the &amp;table</source>
        <translation>Zur &amp;Tabelle gehen</translation>
    </message>
    <message>
        <source>Go to the &amp;node</source>
        <translation>Zum &amp;Knoten gehen</translation>
    </message>
    <message>
        <source>S&amp;ort by</source>
        <translation>&amp;Ordnen nach</translation>
    </message>
    <message>
        <source>&amp;Columns</source>
        <translation>S&amp;palten</translation>
    </message>
    <message>
        <source>&amp;Appearance</source>
        <translation>&amp;Erscheinung</translation>
    </message>
    <message>
        <source>As the &amp;desktop</source>
        <translation>Wie der &amp;Schreibtisch</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>Da&amp;rk</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>&amp;About</source>
        <translation>Ü&amp;ber</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Über</translation>
    </message>
    <message>
        <source>DNS NOTRACK viewer %1

Shows the DNS NOTRACK rules of every node. It reads and never changes a node.
GPL-2.0-or-later</source>
        <translation>DNS-NOTRACK-Betrachter %1

Zeigt die DNS-NOTRACK-Regeln aller Knoten. Er liest und ändert nie einen Knoten.
GPL-2.0-or-later</translation>
    </message>
    <message>
        <source>Ca&amp;uses</source>
        <translation>&amp;Ursachen</translation>
    </message>
    <message>
        <source>Select two nodes in the table to compare them.</source>
        <translation>In der Tabelle zwei Knoten wählen, um sie zu vergleichen.</translation>
    </message>
    <message>
        <source>Compare t&amp;wo nodes</source>
        <translation>&amp;Zwei Knoten vergleichen</translation>
    </message>
    <message>
        <source>Ask the &amp;doctor</source>
        <translation>&amp;Doctor fragen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Open ca&amp;ptures…</source>
        <translation>A&amp;bbilder öffnen…</translation>
    </message>
    <message>
        <source>Open a &amp;folder of captures…</source>
        <translation>&amp;Ordner mit Abbildern öffnen…</translation>
    </message>
    <message>
        <source>Export all reports as &amp;JSON…</source>
        <translation>Alle Berichte als &amp;JSON exportieren…</translation>
    </message>
    <message>
        <source>Sa&amp;ve a capture…</source>
        <translation>Abbild &amp;speichern…</translation>
    </message>
    <message>
        <source>&amp;Try a profile on captures…</source>
        <translation>&amp;Profil an Abbildern erproben…</translation>
    </message>
    <message>
        <source>Open captures of nodes</source>
        <translation>Abbilder von Knoten öffnen</translation>
    </message>
    <message>
        <source>Captures (*.json);;All files (*)</source>
        <translation>Abbilder (*.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Open a folder of captures</source>
        <translation>Ordner mit Abbildern öffnen</translation>
    </message>
    <message>
        <source>Choose a node that is watched to take a capture of it.</source>
        <translation>Wählen Sie einen beobachteten Knoten, um ein Abbild von ihm zu machen.</translation>
    </message>
    <message>
        <source>Save a capture of %1</source>
        <translation>Abbild von %1 speichern</translation>
    </message>
    <message>
        <source>Open captures first: a profile is tried on them, never on a node.</source>
        <translation>Öffnen Sie zuerst Abbilder: ein Profil wird an ihnen erprobt, nie an einem Knoten.</translation>
    </message>
    <message>
        <source>Try a profile on captures</source>
        <translation>Profil an Abbildern erproben</translation>
    </message>
    <message>
        <source>Profiles (*.yaml *.yml);;All files (*)</source>
        <translation>Profile (*.yaml *.yml);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Auswählen…</translation>
    </message>
    <message>
        <source>C&amp;hoose the nodes of sources…</source>
        <translation>Knoten der &amp;Quellen auswählen…</translation>
    </message>
    <message>
        <source>There is no ssh configuration here and no inventory of more than 20 nodes.</source>
        <translation>Hier gibt es weder eine SSH-Konfiguration noch ein Inventar mit mehr als 20 Knoten.</translation>
    </message>
    <message numerus="yes">
        <source>%n node(s) of %1 wait until you have chosen which of them may be contacted.</source>
        <translation>
            <numerusform>%n Knoten aus %1 wartet, bis Sie gewählt haben, ob er angesprochen werden darf.</numerusform>
            <numerusform>%n Knoten aus %1 warten, bis Sie gewählt haben, welche davon angesprochen werden dürfen.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>notrack::gui::NodePage</name>
    <message>
        <source>&amp;Rules</source>
        <translation>&amp;Regeln</translation>
    </message>
    <message>
        <source>&amp;Difference</source>
        <translation>&amp;Unterschied</translation>
    </message>
    <message>
        <source>F&amp;indings</source>
        <translation>Be&amp;funde</translation>
    </message>
    <message>
        <source>I&amp;PVS</source>
        <translation>I&amp;PVS</translation>
    </message>
    <message>
        <source>&amp;Conntrack</source>
        <translation>&amp;Conntrack</translation>
    </message>
    <message>
        <source>Pr&amp;ofile</source>
        <translation>Pr&amp;ofil</translation>
    </message>
    <message>
        <source>Ti&amp;meline</source>
        <translation>&amp;Verlauf</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>Pro&amp;tokoll</translation>
    </message>
    <message>
        <source>No node chosen</source>
        <translation>Kein Knoten gewählt</translation>
    </message>
    <message>
        <source>Choose a node in the table above to see its rules.</source>
        <translation>Oben in der Tabelle einen Knoten wählen, um seine Regeln zu sehen.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Not live: this is what the node said %1 ago, at %2. Rates are left out.</source>
        <translation>Nicht aktuell: das sagte der Knoten vor %1, um %2. Raten fehlen.</translation>
    </message>
    <message>
        <source>Accept the new name</source>
        <translation>Den neuen Namen annehmen</translation>
    </message>
    <message>
        <source>Connect and ask…</source>
        <translation>Verbinden und fragen …</translation>
    </message>
    <message>
        <source>Reconnect now</source>
        <translation>Jetzt neu verbinden</translation>
    </message>
    <message>
        <source>F&amp;indings (%1)</source>
        <translation>Be&amp;funde (%1)</translation>
    </message>
    <message>
        <source>Pages of the node</source>
        <translation>Seiten des Knotens</translation>
    </message>
    <message>
        <source>Tri&amp;al</source>
        <translation>V&amp;ersuch</translation>
    </message>
    <message>
        <source>Doc&amp;tor</source>
        <translation>Doc&amp;tor</translation>
    </message>
    <message>
        <source>R&amp;eport</source>
        <translation>&amp;Bericht</translation>
    </message>
    <message>
        <source>A redacted capture of %1, %2: its addresses and names are made up.</source>
        <translation>Ein geschwärztes Abbild vom %1, %2: Adressen und Namen darin sind erfunden.</translation>
    </message>
    <message>
        <source>A capture of %1, %2: nothing here is live, and the node is not asked.</source>
        <translation>Ein Abbild vom %1, %2: nichts hier ist live, und der Knoten wird nicht gefragt.</translation>
    </message>
</context>
<context>
    <name>notrack::gui::NodeSession</name>
    <message>
        <source>connecting</source>
        <translation>verbindet</translation>
    </message>
    <message>
        <source>connecting; ssh may ask</source>
        <translation>verbindet; ssh darf fragen</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>it says that it is &quot;%1&quot;, and was &quot;%2&quot; before</source>
        <translation>er sagt, er sei „%1“, und war zuvor „%2“</translation>
    </message>
    <message>
        <source>it says that it is &quot;%1&quot;, which is another node</source>
        <translation>er sagt, er sei „%1“, was ein anderer Knoten ist</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>verbunden</translation>
    </message>
    <message>
        <source>it went silent</source>
        <translation>er verstummte</translation>
    </message>
    <message>
        <source>no report came in time</source>
        <translation>es kam nicht rechtzeitig ein Bericht</translation>
    </message>
</context>
<context>
    <name>notrack::gui::Notifier</name>
    <message>
        <source>%1 is %2</source>
        <translation>%1 ist %2</translation>
    </message>
    <message>
        <source>Nodes that got worse: %1</source>
        <translation>Verschlechterte Knoten: %1</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>und %1 weitere</translation>
    </message>
</context>
<context>
    <name>notrack::gui::PreviewDialog</name>
    <message>
        <source>Which nodes may be contacted?</source>
        <translation>Welche Knoten dürfen angesprochen werden?</translation>
    </message>
    <message>
        <source>%1 names hosts of all kinds. Check those that are nodes: ssh is started for no other.</source>
        <translation>%1 nennt Rechner aller Art. Haken Sie die an, die Knoten sind: für keinen anderen wird ssh gestartet.</translation>
    </message>
    <message numerus="yes">
        <source>%1 names %n node(s). None was contacted yet: ssh is started for those that are checked.</source>
        <translation>
            <numerusform>%1 nennt %n Knoten. Er wurde noch nicht angesprochen: ssh wird für die angehakten gestartet.</numerusform>
            <numerusform>%1 nennt %n Knoten. Noch keiner wurde angesprochen: ssh wird für die angehakten gestartet.</numerusform>
        </translation>
    </message>
    <message>
        <source>Filter by words</source>
        <translation>Nach Wörtern filtern</translation>
    </message>
    <message>
        <source>Check &amp;all shown</source>
        <translation>&amp;Alle gezeigten anhaken</translation>
    </message>
    <message>
        <source>Check &amp;none shown</source>
        <translation>&amp;Keinen gezeigten anhaken</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Jetzt nicht</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>Gruppen</translation>
    </message>
    <message>
        <source>Nodes of the source</source>
        <translation>Knoten der Quelle</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Contact %n node(s)</source>
        <translation>
            <numerusform>%n Knoten an&amp;sprechen</numerusform>
            <numerusform>%n Knoten an&amp;sprechen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 names %n node(s). ssh is started for those that are checked.</source>
        <translation>
            <numerusform>%1 nennt %n Knoten. ssh wird für die angehakten gestartet.</numerusform>
            <numerusform>%1 nennt %n Knoten. ssh wird für die angehakten gestartet.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>notrack::gui::ProcessChannel</name>
    <message>
        <source>%1 could not be started: %2</source>
        <translation>%1 ließ sich nicht starten: %2</translation>
    </message>
    <message>
        <source>%1 was ended by a signal</source>
        <translation>%1 wurde durch ein Signal beendet</translation>
    </message>
</context>
<context>
    <name>notrack::gui::ProfilePage</name>
    <message>
        <source>Profile</source>
        <translation>Profil</translation>
    </message>
</context>
<context>
    <name>notrack::gui::QuestionDialog</name>
    <message>
        <source>ssh asks: %1</source>
        <translation>ssh fragt: %1</translation>
    </message>
    <message>
        <source>Answer to ssh</source>
        <translation>Antwort für ssh</translation>
    </message>
    <message>
        <source>&amp;Yes, continue</source>
        <translation>&amp;Ja, weiter</translation>
    </message>
    <message>
        <source>&amp;Answer</source>
        <translation>&amp;Antworten</translation>
    </message>
    <message>
        <source>&amp;No</source>
        <translation>&amp;Nein</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>For node %1:</source>
        <translation>Für den Knoten %1:</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>Kind of key</source>
        <translation>Art des Schlüssels</translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation>Fingerabdruck</translation>
    </message>
    <message>
        <source>Known already as</source>
        <translation>Schon bekannt als</translation>
    </message>
    <message>
        <source>The host&apos;s key</source>
        <translation>Schlüssel des Rechners</translation>
    </message>
    <message>
        <source>ssh does not know this host&apos;s key yet. Compare the fingerprint with the one that the host&apos;s administrator names (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub on the host).</source>
        <translation>ssh kennt den Schlüssel dieses Rechners noch nicht. Vergleichen Sie den Fingerabdruck mit dem, den der Verwalter des Rechners nennt (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub auf dem Rechner).</translation>
    </message>
</context>
<context>
    <name>notrack::gui::RemedyBar</name>
    <message>
        <source>Command to type</source>
        <translation>Einzugebender Befehl</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Copies the command; the viewer never runs it</source>
        <translation>Kopiert den Befehl; das Programm führt ihn nie aus</translation>
    </message>
</context>
<context>
    <name>notrack::gui::ReportPage</name>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
</context>
<context>
    <name>notrack::gui::RulePage</name>
    <message>
        <source>Rules</source>
        <translation>Regeln</translation>
    </message>
    <message>
        <source>The profile asks for no rules, and there are none.</source>
        <translation>Das Profil verlangt keine Regeln, und es gibt keine.</translation>
    </message>
</context>
<context>
    <name>notrack::gui::RunnerCall</name>
    <message>
        <source>it was not done after 5 minutes</source>
        <translation>nach 5 Minuten war es nicht fertig</translation>
    </message>
    <message>
        <source>it printed more than %1 MiB</source>
        <translation>es gab mehr als %1 MiB aus</translation>
    </message>
</context>
<context>
    <name>notrack::gui::ServicePage</name>
    <message>
        <source>IPVS</source>
        <translation>IPVS</translation>
    </message>
    <message>
        <source>IPVS has no virtual service at the addresses of the profile.</source>
        <translation>IPVS hat keinen virtuellen Dienst an den Adressen des Profils.</translation>
    </message>
</context>
<context>
    <name>notrack::gui::SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Those that the package&apos;s sudoers lets members of dns-notrack-monitor use</source>
        <translation>Was das sudoers des Pakets den Mitgliedern von dns-notrack-monitor erlaubt</translation>
    </message>
    <message>
        <source>&amp;Seconds between two reports:</source>
        <translation>&amp;Sekunden zwischen zwei Berichten:</translation>
    </message>
    <message>
        <source>&amp;Runner on the nodes:</source>
        <translation>&amp;Runner auf den Knoten:</translation>
    </message>
    <message>
        <source>edge = sudo -n /usr/sbin/dns-notrack</source>
        <translation>edge = sudo -n /usr/sbin/dns-notrack</translation>
    </message>
    <message>
        <source>Runner by &amp;group:</source>
        <translation>Runner je &amp;Gruppe:</translation>
    </message>
    <message>
        <source>Put before the viewer&apos;s own arguments, so they win</source>
        <translation>Stehen vor den eigenen Argumenten des Programms und gewinnen</translation>
    </message>
    <message>
        <source>&amp;Arguments for ssh:</source>
        <translation>&amp;Argumente für ssh:</translation>
    </message>
    <message>
        <source>edge = -J bastion</source>
        <translation>edge = -J bastion</translation>
    </message>
    <message>
        <source>Arguments by gr&amp;oup:</source>
        <translation>Argumente je Gr&amp;uppe:</translation>
    </message>
    <message>
        <source>Connections &amp;made at one time:</source>
        <translation>Gleichzeitig auf&amp;gebaute Verbindungen:</translation>
    </message>
    <message>
        <source>Nodes before &amp;polling in turn:</source>
        <translation>Knoten, bevor reihum ab&amp;gefragt wird:</translation>
    </message>
    <message>
        <source>Po&amp;lls at one time:</source>
        <translation>G&amp;leichzeitige Abfragen:</translation>
    </message>
    <message>
        <source>&amp;Notify when a node gets worse</source>
        <translation>&amp;Melden, wenn ein Knoten schlechter wird</translation>
    </message>
</context>
<context>
    <name>notrack::gui::ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Alt and the underlined letter</source>
        <translation>Alt und der unterstrichene Buchstabe</translation>
    </message>
    <message>
        <source>a page of the node, a menu, a button</source>
        <translation>eine Seite des Knotens, ein Menü, ein Knopf</translation>
    </message>
</context>
<context>
    <name>notrack::gui::SourceLoader</name>
    <message>
        <source>%1: names no nodes any more</source>
        <translation>%1: nennt keine Knoten mehr</translation>
    </message>
    <message>
        <source>%1: its nodes of %2 are shown; close all nodes and open it again to take it as it is</source>
        <translation>%1: die Knoten von %2 werden gezeigt; alle Knoten schließen und erneut öffnen, um ihn zu nehmen, wie er ist</translation>
    </message>
</context>
<context>
    <name>notrack::gui::SummaryBar</name>
    <message>
        <source>Show only nodes in this state; several may be pressed</source>
        <translation>Nur Knoten in diesem Zustand zeigen; mehrere sind möglich</translation>
    </message>
    <message>
        <source>Nodes: %1</source>
        <translation>Knoten: %1</translation>
    </message>
    <message>
        <source>Nodes: %1 of %2</source>
        <translation>Knoten: %1 von %2</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n was</source>
        <translation>
            <numerusform>%1, %n war es</numerusform>
            <numerusform>%1, %n waren es</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>notrack::gui::TimelinePage</name>
    <message>
        <source>Timeline</source>
        <translation>Verlauf</translation>
    </message>
</context>
<context>
    <name>notrack::gui::TrialPage</name>
    <message>
        <source>Trial</source>
        <translation>Versuch</translation>
    </message>
    <message>
        <source>No trial was made on this node since it started: an apply makes one, or &quot;dns-notrack trial&quot; on the node.</source>
        <translation>Auf diesem Knoten wurde seit seinem Start kein Versuch gemacht: ein Apply macht einen, oder „dns-notrack trial“ auf dem Knoten.</translation>
    </message>
</context>
<context>
    <name>notrack::gui::WhatIf</name>
    <message>
        <source>This machine has no dns-notrack, which judges captures: install its package here.</source>
        <translation>Dieser Rechner hat kein dns-notrack, das Abbilder beurteilt: installieren Sie hier sein Paket.</translation>
    </message>
</context>
<context>
    <name>notrack::gui::WhatIfDialog</name>
    <message>
        <source>%1 on captures</source>
        <translation>%1 an Abbildern</translation>
    </message>
    <message>
        <source>What the profile would do</source>
        <translation>Was das Profil täte</translation>
    </message>
</context>
</TS>
