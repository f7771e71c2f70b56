#include "gui/view/notice_bar.h"

#include "gui/view/appearance.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
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
    setAutoFillBackground(true);
    setVisible(false);
    paintGround();
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

void NoticeBar::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::ParentChange || event->type() == QEvent::ApplicationPaletteChange) {
        paintGround();
    }
}

void NoticeBar::paintGround()
{
    const QPalette around = parentWidget() != nullptr ? parentWidget()->palette() : palette();
    QPalette own = around;
    own.setColor(QPalette::Window, noticeGround(around));
    setPalette(own);
}

} // namespace notrack::gui
