#include "gui/view/notice_bar.h"

#include "gui/view/appearance.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

namespace notrack::gui
{

NoticeBar::NoticeBar(const QString& action, QWidget* parent) : QFrame(parent), m_label(makePlainLabel())
{
    constexpr int margin = 6;
    m_label->setWordWrap(true);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(margin, margin / 2, margin, margin / 2);
    layout->addWidget(m_label, 1);
    if (!action.isEmpty()) {
        auto* button = new QPushButton(action);
        connect(button, &QPushButton::clicked, this, &NoticeBar::actionAsked);
        layout->addWidget(button, 0, Qt::AlignTop);
    }
    setVisible(false);
}

void NoticeBar::setText(const QString& text)
{
    m_label->setText(text);
    setVisible(!text.isEmpty());
}

QString NoticeBar::text() const
{
    return m_label->text();
}

void NoticeBar::paintEvent(QPaintEvent* /*event*/)
{
    QPainter(this).fillRect(rect(), noticeGround(palette()));
}

} // namespace notrack::gui
