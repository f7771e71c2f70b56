#include "gui/view/remedy_bar.h"

#include "gui/view/appearance.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace notrack::gui
{

RemedyBar::RemedyBar(QWidget* parent) : QWidget(parent), m_cause(makePlainLabel()), m_command(new QLineEdit), m_commandRow(new QWidget)
{
    m_cause->setWordWrap(true);
    m_cause->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_command->setReadOnly(true);
    m_command->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_command->setAccessibleName(tr("Command to type"));
    auto* copy = new QPushButton(tr("Cop&y"));
    copy->setObjectName(QStringLiteral("copyCommand"));
    copy->setToolTip(tr("Copies the command; the viewer never runs it"));
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_command->text()); });
    auto* row = new QHBoxLayout(m_commandRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_command, 1);
    row->addWidget(copy);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_cause);
    layout->addWidget(m_commandRow);
    setVisible(false);
}

void RemedyBar::setRemedy(const Remedy& remedy)
{
    if (remedy == m_shown) {
        return; // a selection in it stays
    }
    m_shown = remedy;
    m_cause->setText(remedy.cause);
    m_command->setText(remedy.command);
    m_command->setCursorPosition(0);
    m_command->setToolTip(remedy.command.toHtmlEscaped());
    m_commandRow->setVisible(!remedy.command.isEmpty());
    setVisible(!remedy.cause.isEmpty());
}

} // namespace notrack::gui
