#include "gui/model/remedy.h"

#include "gui/remote/captures.h"
#include "gui/remote/ssh_command.h"

#include <QCoreApplication>

#include <algorithm>

namespace notrack::gui
{

namespace
{

struct RemedyText
{
    Q_DECLARE_TR_FUNCTIONS(Remedy)
};

QString shellLine(const QStringList& words)
{
    QStringList quoted;
    for (const QString& word : words) {
        quoted.append(shellQuoted(word));
    }
    return quoted.join(QLatin1Char(' '));
}

/// Builds commands for one node.
class Typing
{
public:
    Typing(const NodeEntry& node, const ConnectionSettings& settings) : m_node(node), m_settings(settings) {}

    /// On the node, with a terminal where sudo may ask; on this desk for the local node.
    QString onNode(const QStringList& words) const
    {
        return m_node.local ? shellLine(words)
                            : shellLine(sshWords({QStringLiteral("-t")})) + QLatin1Char(' ') + shellQuoted(shellLine(words));
    }
    QString runner(const QStringList& words) const { return onNode(QStringList{QStringLiteral("sudo"), runnerProgram()} + words); }
    /// A connection that does nothing but show where it fails.
    QString connection(const QStringList& options) const { return shellLine(sshWords(options)) + QStringLiteral(" true"); }
    QString forgetHostKey() const
    {
        const QString host = m_node.port == 0 ? m_node.host : QStringLiteral("[%1]:%2").arg(m_node.host).arg(m_node.port);
        return shellLine({QStringLiteral("ssh-keygen"), QStringLiteral("-R"), host});
    }
    QString addKey() const { return shellLine({QStringLiteral("ssh-add"), m_node.identityFile}); }
    QString joinGroup() const
    {
        const QString user = m_node.user.isEmpty() ? QStringLiteral("\"$USER\"") : shellQuoted(m_node.user);
        const QString join = QStringLiteral("sudo usermod -aG dns-notrack-monitor ") + user;
        return m_node.local ? join : shellLine(sshWords({QStringLiteral("-t")})) + QLatin1Char(' ') + shellQuoted(join);
    }
    QString installRunner() const
    {
        QString install = QStringLiteral("sudo apt install ./dns-notrack_*.deb");
        if (m_node.local) {
            return install;
        }
        const QString ssh = shellLine(sshWords({}));
        return QStringLiteral("cat dns-notrack_*.deb | ") + ssh + QStringLiteral(" 'cat > /tmp/dns-notrack.deb' && ") +
               shellLine(sshWords({QStringLiteral("-t")})) + QStringLiteral(" 'sudo apt install /tmp/dns-notrack.deb'");
    }
    bool usesSudo() const { return runnerWords().contains(QStringLiteral("sudo")); }

private:
    QStringList runnerWords() const { return runnerFor(m_node, m_settings).split(QLatin1Char(' '), Qt::SkipEmptyParts); }
    QString runnerProgram() const { return runnerWords().isEmpty() ? QStringLiteral("dns-notrack") : runnerWords().constLast(); }
    QStringList sshWords(const QStringList& options) const
    {
        return QStringList{m_settings.sshProgram} + options + waysToNode(m_node, m_settings) + QStringList{m_node.host};
    }

    const NodeEntry& m_node;
    const ConnectionSettings& m_settings;
};

Remedy forAuthentication(const NodeRecord& record, const Typing& type)
{
    const QString& reason = record.link.reason;
    if (reason.contains(QLatin1String("Host key verification failed"))) {
        return {RemedyText::tr("Nobody on this desk has accepted the node's host key yet. Compare its fingerprint before you do."),
                type.connection({})};
    }
    if (reason.contains(QLatin1String("Too many authentication failures"))) {
        return {RemedyText::tr("The agent offers more keys than the node lets ssh try."),
                type.connection({QStringLiteral("-o"), QStringLiteral("IdentitiesOnly=yes")})};
    }
    if (!record.entry.identityFile.isEmpty()) {
        return {RemedyText::tr("The node takes no key that ssh has without asking. A key with a passphrase belongs in the agent."),
                type.addKey()};
    }
    return {RemedyText::tr("The node takes no key that ssh has without asking."), type.connection({QStringLiteral("-v")})};
}

/// By the exit code of the runner, or of the shell and of sudo in its place.
Remedy forRunner(const NodeRecord& record, const Typing& type)
{
    const QString& reason = record.link.reason;
    switch (record.link.exitCode) {
    case 126:
    case 127:
        return {RemedyText::tr("The node has no runner where the settings look for it. Install the package there:"), type.installRunner()};
    case 77:
        return {RemedyText::tr(
                    "The account may not read the rules. Members of dns-notrack-monitor may, with a runner that begins with \"sudo -n\" in "
                    "the settings:"),
                type.joinGroup()};
    case 64:
        return {RemedyText::tr("The runner does not know this command line: it is of another version."),
                type.runner({QStringLiteral("version")})};
    case 65:
        return {RemedyText::tr("The node's profile is refused."),
                type.runner({QStringLiteral("validate"), QStringLiteral("/etc/dns-notrack/profile.yaml")})};
    case 69:
        return {RemedyText::tr("The node's kernel offers no table that rules could be in."), type.runner({QStringLiteral("doctor")})};
    case 75:
        return {RemedyText::tr("Somebody holds the lock of the rules."), type.runner({QStringLiteral("status")})};
    default:
        break;
    }
    if (type.usesSudo() && reason.contains(QLatin1String("sudo"))) {
        return {
            RemedyText::tr(
                "sudo does not let the account run the runner without a password: it is not in dns-notrack-monitor, or sudoers does not "
                "name this interval."),
            type.joinGroup()};
    }
    return {RemedyText::tr("The runner ended."), type.runner({QStringLiteral("status")})};
}

/// What this machine's own runner says of the capture.
Remedy forCapture(const NodeRecord& record)
{
    const QString path = record.entry.captured->path;
    const auto type = [&path](const QStringList& words) {
        return shellLine(QStringList{QStringLiteral("dns-notrack")} + words + QStringList{QStringLiteral("--capture"), path});
    };
    if (!record.report) {
        return {RemedyText::tr("The capture holds no verdict. With a profile it can be judged on this machine:"),
                type({QStringLiteral("doctor"), QStringLiteral("--profile"), QStringLiteral("profile.yaml")})};
    }
    return record.report->state == NodeState::InSync
               ? Remedy{}
               : Remedy{RemedyText::tr("This shows on this machine what an apply would have changed there:"),
                        type({QStringLiteral("apply"), QStringLiteral("--check"), QStringLiteral("--diff")})};
}

Remedy forReport(const NodeRecord& record, const Typing& type)
{
    switch (record.report->state) {
    case NodeState::InSync:
        return {};
    case NodeState::Drifted:
        return {RemedyText::tr("The rules are not what the profile asks for. This shows what an apply would change:"),
                type.runner({QStringLiteral("apply"), QStringLiteral("--check"), QStringLiteral("--diff")})};
    case NodeState::Absent:
        if (!record.report->retired.empty()) {
            return {RemedyText::tr("The node is retired: its rules were taken out before it leaves IPVS. This ends it:"),
                    type.runner({QStringLiteral("retire"), QStringLiteral("--undo")})};
        }
        return {RemedyText::tr("The node has no rules of the profile. This shows what an apply would make:"),
                type.runner({QStringLiteral("apply"), QStringLiteral("--check"), QStringLiteral("--diff")})};
    case NodeState::Unsafe: {
        const auto& findings = record.report->findings;
        const auto fatal = std::find_if(findings.begin(), findings.end(),
                                        [](const Finding& finding) { return finding.severity == Severity::Fatal && !finding.waived; });
        const QString advice = fatal == findings.end() || fatal->advice.empty() ? QString() : safeLine(toQString(fatal->advice.front()));
        return {advice.isEmpty() ? RemedyText::tr("DNS breaks on this node with these rules.")
                                 : RemedyText::tr("DNS breaks on this node with these rules. %1").arg(advice),
                type.runner({QStringLiteral("doctor")})};
    }
    case NodeState::Error:
        return {record.report->error && record.report->error->code == rollbackFailed
                    ? RemedyText::tr("A change could not be taken back: DNS may be down on this node.")
                    : RemedyText::tr("The runner could not read the node."),
                type.runner({QStringLiteral("doctor")})};
    }
    return {};
}

} // namespace

QString shellQuoted(const QString& word)
{
    static const QString plain = QStringLiteral("@%_-+=:,./");
    const bool harmless = !word.isEmpty() && std::all_of(word.begin(), word.end(), [](QChar character) {
        return (character.unicode() < 128 && character.isLetterOrNumber()) || plain.contains(character);
    });
    if (harmless) {
        return word;
    }
    QString quoted = word;
    return QLatin1Char('\'') + quoted.replace(QLatin1Char('\''), QStringLiteral("'\\''")) + QLatin1Char('\'');
}

Remedy remedy(const NodeRecord& record, const ConnectionSettings& settings)
{
    if (record.isCaptured()) {
        return forCapture(record);
    }
    const Typing type(record.entry, settings);
    switch (record.link.problem) {
    case LinkProblem::Authentication:
        return forAuthentication(record, type);
    case LinkProblem::HostKeyChanged:
        return {RemedyText::tr(
                    "The host key is not the known one: somebody may be listening, or the node was installed anew. Ask who runs it; then "
                    "forget the old key:"),
                type.forgetHostKey()};
    case LinkProblem::Desk:
        return {RemedyText::tr("This is a fault of this desk, not of the node."), {}};
    case LinkProblem::Unreachable:
        return record.entry.local
                   ? Remedy{RemedyText::tr("The runner could not be started on this machine."), type.installRunner()}
                   : Remedy{RemedyText::tr("ssh cannot get through. This shows where it stops:"), type.connection({QStringLiteral("-v")})};
    case LinkProblem::Runner:
        return forRunner(record, type);
    case LinkProblem::Renamed:
        return {RemedyText::tr("The node bears another name than before. Where it was renamed or installed anew, accept the new name."),
                {}};
    case LinkProblem::BadReport:
        return {RemedyText::tr("What the node sends is no report that can be trusted."),
                type.runner({QStringLiteral("status"), QStringLiteral("--output"), QStringLiteral("json")})};
    case LinkProblem::None:
        break;
    }
    if (record.state() == RowState::Stale && !record.entry.local) {
        return {RemedyText::tr("The connection stands, and no report comes: the runner hangs, or the node is too busy for it."),
                type.onNode({QStringLiteral("ps"), QStringLiteral("-C"), QStringLiteral("dns-notrack"), QStringLiteral("-o"),
                             QStringLiteral("pid,stat,wchan,etime,args")})};
    }
    return record.isFresh() && record.link.phase == LinkPhase::Live ? forReport(record, type) : Remedy{};
}

QString playbookCommand(const QStringList& inventories, const QStringList& nodes)
{
    QStringList words{QStringLiteral("ansible-playbook")};
    for (const QString& inventory : inventories) {
        words << QStringLiteral("-i") << inventory;
    }
    words << QStringLiteral("--limit") << nodes.join(QLatin1Char(',')) << QStringLiteral("--check") << QStringLiteral("--diff")
          << QStringLiteral("notrack.dns.apply");
    return shellLine(words);
}

} // namespace notrack::gui
