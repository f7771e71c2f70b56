#include "gui/view/empty_page.h"

#include "gui/view/appearance.h"
#include "gui/view/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace notrack::gui
{

EmptyPage::EmptyPage(QWidget* parent) : QWidget(parent)
{
    constexpr int iconSize = 96;
    constexpr int textWidth = 620;
    auto* icon = new QLabel;
    icon->setPixmap(applicationIcon().pixmap(iconSize, iconSize));
    icon->setAlignment(Qt::AlignCenter);
    QLabel* title = makePlainLabel(tr("Which nodes do you want to watch?"));
    QFont large = title->font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    title->setFont(large);
    title->setAlignment(Qt::AlignCenter);
    QLabel* text = makePlainLabel(
        tr("This program shows whether the DNS NOTRACK rules of every node are what its profile asks for. It reads over your own "
           "ssh and never changes a node. Each node needs the runner dns-notrack."));
    text->setWordWrap(true);
    text->setAlignment(Qt::AlignCenter);
    text->setFixedWidth(textWidth);
    text->setMinimumHeight(text->heightForWidth(textWidth));
    auto* open = new QPushButton(tr("&Open an inventory…"));
    open->setDefault(true);
    auto* ssh = new QPushButton(tr("Hosts of my &ssh configuration"));
    auto* node = new QPushButton(tr("&Add a node…"));
    auto* local = new QPushButton(tr("&This machine"));
    auto* captures = new QPushButton(tr("&Captures of nodes…"));
    connect(open, &QPushButton::clicked, this, &EmptyPage::inventoryAsked);
    connect(ssh, &QPushButton::clicked, this, &EmptyPage::sshConfigAsked);
    connect(node, &QPushButton::clicked, this, &EmptyPage::nodeAsked);
    connect(local, &QPushButton::clicked, this, &EmptyPage::localAsked);
    connect(captures, &QPushButton::clicked, this, &EmptyPage::capturesAsked);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    for (QPushButton* button : {open, ssh, node, local, captures}) {
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(18);
    layout->addStretch(2);
    layout->addWidget(icon);
    layout->addWidget(title);
    layout->addWidget(text, 0, Qt::AlignHCenter);
    layout->addLayout(buttons);
    layout->addStretch(3);
}

} // namespace notrack::gui
