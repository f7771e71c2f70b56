#pragma once

#include "gui/view/preferences.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;

namespace notrack::gui
{

/// Everything that can be set, on one page.
class SettingsDialog : public QDialog
{
    Q_OBJECT

public:
    SettingsDialog(const Preferences& preferences, QWidget* parent);

    /// The preferences that were given, with what was changed.
    Preferences preferences() const;

private:
    QSpinBox* addNumber(const QString& label, int value, int smallest, int largest);

    Preferences m_before;
    QComboBox* m_interval;
    QLineEdit* m_runner;
    QPlainTextEdit* m_runnerByGroup;
    QLineEdit* m_sshArguments;
    QPlainTextEdit* m_sshArgumentsByGroup;
    QSpinBox* m_startLimit;
    QSpinBox* m_streamLimit;
    QSpinBox* m_pollPool;
    QCheckBox* m_notify;
};

/// "group = value" lines, sorted, for editing; and back. Lines without '=' are passed over.
QString toGroupLines(const QHash<QString, QString>& map);
QHash<QString, QString> fromGroupLines(const QString& text);

/// The words as QProcess::splitCommand() would give them back.
QString toCommandLine(const QStringList& words);

} // namespace notrack::gui
