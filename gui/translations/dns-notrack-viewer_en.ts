<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>Causes</name>
    <message numerus="yes">
        <source>%n node(s)</source>
        <translation>
            <numerusform>%n node</numerusform>
            <numerusform>%n nodes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n node(s), unlike most</source>
        <translation>
            <numerusform>%n node, unlike most</numerusform>
            <numerusform>%n nodes, unlike most</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FleetFigure</name>
    <message numerus="yes">
        <source>%1 queries/s kept out of conntrack on %n node(s), %2 insert failures/s</source>
        <translation>
            <numerusform>%1 queries/s kept out of conntrack on %n node, %2 insert failures/s</numerusform>
            <numerusform>%1 queries/s kept out of conntrack on %n nodes, %2 insert failures/s</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NodeComparison</name>
    <message numerus="yes">
        <source>%n differ(s)</source>
        <translation>
            <numerusform>%n differs</numerusform>
            <numerusform>%n differ</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NodeRecord</name>
    <message numerus="yes">
        <source>%1 (%n time(s) since %2)</source>
        <translation>
            <numerusform>%1 (%n time since %2)</numerusform>
            <numerusform>%1 (%n times since %2)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RowState</name>
    <message numerus="yes">
        <source>%n in sync</source>
        <translation>
            <numerusform>%n in sync</numerusform>
            <numerusform>%n in sync</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n drifted</source>
        <translation>
            <numerusform>%n drifted</numerusform>
            <numerusform>%n drifted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n absent</source>
        <translation>
            <numerusform>%n absent</numerusform>
            <numerusform>%n absent</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unsafe</source>
        <translation>
            <numerusform>%n unsafe</numerusform>
            <numerusform>%n unsafe</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n error(s)</source>
        <translation>
            <numerusform>%n error</numerusform>
            <numerusform>%n errors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unreachable</source>
        <translation>
            <numerusform>%n unreachable</numerusform>
            <numerusform>%n unreachable</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n need(s) you</source>
        <translation>
            <numerusform>%n needs you</numerusform>
            <numerusform>%n need you</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n connecting</source>
        <translation>
            <numerusform>%n connecting</numerusform>
            <numerusform>%n connecting</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n paused</source>
        <translation>
            <numerusform>%n paused</numerusform>
            <numerusform>%n paused</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stale</source>
        <translation>
            <numerusform>%n stale</numerusform>
            <numerusform>%n stale</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TimelineRows</name>
    <message numerus="yes">
        <source>to and fro, %n change(s) since %1</source>
        <translation>
            <numerusform>to and fro, %n change since %1</numerusform>
            <numerusform>to and fro, %n changes since %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrialRows</name>
    <message numerus="yes">
        <source>%n place(s) and service(s) take their turn in a later trial</source>
        <translation>
            <numerusform>%n place and service takes its turn in a later trial</numerusform>
            <numerusform>%n places and services take their turn in a later trial</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WhatIfRows</name>
    <message numerus="yes">
        <source>%1 of %n capture(s) judged</source>
        <translation>
            <numerusform>%1 of %n capture judged</numerusform>
            <numerusform>%1 of %n captures judged</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>notrack::gui::FleetPage</name>
    <message numerus="yes">
        <source>The filters let none of %n nodes through: show all</source>
        <translation>
            <numerusform>The filters do not let the one node through: show all</numerusform>
            <numerusform>The filters let none of %n nodes through: show all</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>notrack::gui::MainWindow</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n node(s) of %1 wait until you have chosen which of them may be contacted.</source>
        <translation>
            <numerusform>%n node of %1 waits until you have chosen whether it may be contacted.</numerusform>
            <numerusform>%n nodes of %1 wait until you have chosen which of them may be contacted.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>notrack::gui::PreviewDialog</name>
    <message numerus="yes">
        <source>%1 names %n node(s). None was contacted yet: ssh is started for those that are checked.</source>
        <translation>
            <numerusform>%1 names %n node. It was not contacted yet: ssh is started for it when it is checked.</numerusform>
            <numerusform>%1 names %n nodes. None was contacted yet: ssh is started for those that are checked.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Contact %n node(s)</source>
        <translation>
            <numerusform>&amp;Contact %n node</numerusform>
            <numerusform>&amp;Contact %n nodes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 names %n node(s). ssh is started for those that are checked.</source>
        <translation>
            <numerusform>%1 names %n node. ssh is started for it when it is checked.</numerusform>
            <numerusform>%1 names %n nodes. ssh is started for those that are checked.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>notrack::gui::SummaryBar</name>
    <message numerus="yes">
        <source>%1, %n was</source>
        <translation>
            <numerusform>%1, %n was</numerusform>
            <numerusform>%1, %n were</numerusform>
        </translation>
    </message>
</context>
</TS>
