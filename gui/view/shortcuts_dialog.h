#pragma once

#include <QDialog>
#include <QList>

class QAction;

namespace notrack::gui
{

/// The list of all shortcuts, made from the actions themselves.
class ShortcutsDialog : public QDialog
{
    Q_OBJECT

public:
    ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent);
};

} // namespace notrack::gui
