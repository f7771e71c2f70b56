#pragma once

#include "gui/model/row_state.h"

#include <QObject>
#include <QTimer>

namespace notrack::gui
{

/// Tells the desktop when nodes get worse: one notification for what happens within two seconds, so that a lost cluster does not
/// flood the screen.
class Notifier : public QObject
{
    Q_OBJECT

public:
    explicit Notifier(QObject* parent = nullptr);

    void setEnabled(bool enabled) { m_enabled = enabled; }
    void add(const QString& node, RowState now);

signals:
    /// What was told to the desktop.
    void notified(const QString& title, const QString& text);

private:
    void tell();

    QStringList m_lines;
    int m_more = 0;
    QTimer m_gather;
    bool m_enabled = true;
};

} // namespace notrack::gui
