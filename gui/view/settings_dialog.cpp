#include "gui/view/settings_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QRegularExpression>
#include <QSpinBox>

namespace notrack::gui
{

QString toGroupLines(const QHash<QString, QString>& map)
{
    QStringList lines;
    for (auto entry = map.begin(); entry != map.end(); ++entry) {
        lines.append(entry.key() + QStringLiteral(" = ") + entry.value());
    }
    lines.sort();
    return lines.join(QLatin1Char('\n'));
}

QHash<QString, QString> fromGroupLines(const QString& text)
{
    QHash<QString, QString> map;
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (const QString& line : lines) {
        const QString group = line.section(QLatin1Char('='), 0, 0).trimmed();
        const QString value = line.section(QLatin1Char('='), 1).trimmed();
        if (!group.isEmpty() && !value.isEmpty()) {
            map.insert(group, value);
        }
    }
    return map;
}

QString toCommandLine(const QStringList& words)
{
    static const QRegularExpression special(QStringLiteral("[\\s\"]"));
    QStringList quoted;
    for (QString word : words) {
        if (word.contains(special)) {
            word = QLatin1Char('"') + word.replace(QLatin1Char('"'), QStringLiteral("\"\"\"")) + QLatin1Char('"');
        }
        quoted.append(word);
    }
    return quoted.join(QLatin1Char(' '));
}

SettingsDialog::SettingsDialog(const Preferences& preferences, QWidget* parent) : QDialog(parent), m_before(preferences)
{
    const ConnectionSettings& connection = preferences.connection;
    setWindowTitle(tr("Settings"));
    auto* form = new QFormLayout(this);
    m_interval = new QComboBox;
    for (const int seconds : intervals) {
        m_interval->addItem(QString::number(seconds), seconds);
    }
    m_interval->setCurrentIndex(m_interval->findData(nearestInterval(connection.interval)));
    m_interval->setToolTip(tr("Those that the package's sudoers lets members of dns-notrack-monitor use"));
    form->addRow(tr("&Seconds between two reports:"), m_interval);
    m_runner = new QLineEdit(connection.runner);
    m_runner->setMinimumWidth(fontMetrics().horizontalAdvance(QLatin1Char('0')) * 50);
    form->addRow(tr("&Runner on the nodes:"), m_runner);
    m_runnerByGroup = new QPlainTextEdit(toGroupLines(connection.runnerByGroup));
    m_runnerByGroup->setPlaceholderText(tr("edge = sudo -n /usr/sbin/dns-notrack"));
    form->addRow(tr("Runner by &group:"), m_runnerByGroup);
    m_sshArguments = new QLineEdit(toCommandLine(connection.sshArguments));
    m_sshArguments->setToolTip(tr("Put before the viewer's own arguments, so they win"));
    form->addRow(tr("&Arguments for ssh:"), m_sshArguments);
    m_sshArgumentsByGroup = new QPlainTextEdit(toGroupLines(connection.sshArgumentsByGroup));
    m_sshArgumentsByGroup->setPlaceholderText(tr("edge = -J bastion"));
    form->addRow(tr("Arguments by gr&oup:"), m_sshArgumentsByGroup);
    for (QPlainTextEdit* lines : {m_runnerByGroup, m_sshArgumentsByGroup}) {
        lines->setTabChangesFocus(true);
        lines->setFixedHeight(fontMetrics().height() * 4);
    }
    m_startLimit = addNumber(tr("Connections &made at one time:"), connection.startLimit, 1, 64);
    m_streamLimit = addNumber(tr("Nodes before &polling in turn:"), connection.streamLimit, 0, 2000);
    m_pollPool = addNumber(tr("Po&lls at one time:"), connection.pollPool, 1, 128);
    m_notify = new QCheckBox(tr("&Notify when a node gets worse"));
    m_notify->setChecked(preferences.notify);
    form->addRow(m_notify);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    form->addRow(buttons);
}

QSpinBox* SettingsDialog::addNumber(const QString& label, int value, int smallest, int largest)
{
    auto* box = new QSpinBox;
    box->setRange(smallest, largest);
    box->setValue(value);
    static_cast<QFormLayout*>(layout())->addRow(label, box);
    return box;
}

Preferences SettingsDialog::preferences() const
{
    Preferences changed = m_before;
    changed.connection.interval = m_interval->currentData().toInt();
    changed.connection.runner = m_runner->text().trimmed();
    changed.connection.runnerByGroup = fromGroupLines(m_runnerByGroup->toPlainText());
    changed.connection.sshArguments = QProcess::splitCommand(m_sshArguments->text());
    changed.connection.sshArgumentsByGroup = fromGroupLines(m_sshArgumentsByGroup->toPlainText());
    changed.connection.startLimit = m_startLimit->value();
    changed.connection.streamLimit = m_streamLimit->value();
    changed.connection.pollPool = m_pollPool->value();
    changed.notify = m_notify->isChecked();
    return changed;
}

} // namespace notrack::gui
