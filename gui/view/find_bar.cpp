#include "gui/view/find_bar.h"

#include "gui/view/appearance.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

namespace notrack::gui
{

FindBar::FindBar(QWidget* parent) : QWidget(parent), m_words(new QLineEdit), m_outcome(makePlainLabel())
{
    m_words->setPlaceholderText(tr("Find in this page"));
    m_words->setAccessibleName(tr("Find in this page"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_words, 1);
    layout->addWidget(m_outcome);
    const auto add = [&](const QString& text, auto act) {
        auto* button = new QToolButton;
        button->setText(text);
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
        connect(button, &QToolButton::clicked, this, act);
        layout->addWidget(button);
    };
    add(tr("Previous"), [this] { findNext(Direction::Backward); });
    add(tr("Next"), [this] { findNext(Direction::Forward); });
    add(tr("Close"), [this] { close(); });
    connect(m_words, &QLineEdit::textEdited, this, [this] { findNext(Direction::Forward); });
    connect(m_words, &QLineEdit::returnPressed, this, [this] { findNext(Direction::Forward); });
    hide();
}

void FindBar::open()
{
    show();
    m_words->selectAll();
    m_words->setFocus();
}

void FindBar::findNext(Direction direction)
{
    if (m_words->text().isEmpty()) {
        m_outcome->clear();
        return;
    }
    emit asked(m_words->text(), direction);
}

void FindBar::showFound(bool found)
{
    m_outcome->setText(found ? QString() : tr("not on this page"));
}

void FindBar::close()
{
    hide();
    emit closed();
}

/// Escape is a shortcut of the window, too: here it closes the bar.
bool FindBar::event(QEvent* event)
{
    const bool shortcut = event->type() == QEvent::ShortcutOverride;
    if ((shortcut || event->type() == QEvent::KeyPress) && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        if (!shortcut) {
            close();
        }
        return true;
    }
    return QWidget::event(event);
}

} // namespace notrack::gui
