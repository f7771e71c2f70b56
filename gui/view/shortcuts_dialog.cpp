#include "gui/view/shortcuts_dialog.h"

#include "gui/view/appearance.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>

namespace notrack::gui
{

ShortcutsDialog::ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent) : QDialog(parent)
{
    setWindowTitle(tr("Keyboard shortcuts"));
    auto* layout = new QFormLayout(this);
    layout->setHorizontalSpacing(32);
    for (const QAction* action : actions) {
        if (!action->shortcut().isEmpty()) {
            layout->addRow(makePlainLabel(action->shortcut().toString(QKeySequence::NativeText)),
                           makePlainLabel(action->text().remove(QLatin1Char('&'))));
        }
    }
    layout->addRow(makePlainLabel(tr("Alt and the underlined letter")), makePlainLabel(tr("a page of the node, a menu, a button")));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addRow(buttons);
}

} // namespace notrack::gui
