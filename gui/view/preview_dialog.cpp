#include "gui/view/preview_dialog.h"

#include "gui/remote/link_state.h"
#include "gui/view/appearance.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace notrack::gui
{

namespace
{

constexpr int nameRole = Qt::UserRole;

/// "user@host:port", as far as the source says it.
QString wayText(const NodeEntry& node)
{
    const QString host = node.user.isEmpty() ? node.host : node.user + QLatin1Char('@') + node.host;
    return safeLine(node.port == 0 ? host : host + QLatin1Char(':') + QString::number(node.port));
}

QString textOf(const SourcePreview& preview)
{
    const QString path = safeLine(preview.path);
    const auto count = static_cast<int>(preview.nodes.size());
    if (preview.kind == SourceKind::SshConfig) {
        return PreviewDialog::tr("%1 names hosts of all kinds. Check those that are nodes: ssh is started for no other.").arg(path);
    }
    return preview.held ? PreviewDialog::tr("%1 names %n node(s). None was contacted yet: ssh is started for those that are checked.",
                                            nullptr, count)
                              .arg(path)
                        : PreviewDialog::tr("%1 names %n node(s). ssh is started for those that are checked.", nullptr, count).arg(path);
}

} // namespace

PreviewDialog::PreviewDialog(const SourcePreview& preview, QWidget* parent)
    : QDialog(parent), m_words(new QLineEdit), m_nodes(new QTreeWidget)
{
    setWindowTitle(tr("Which nodes may be contacted?"));
    QLabel* text = makePlainLabel(textOf(preview));
    text->setWordWrap(true);
    m_words->setPlaceholderText(tr("Filter by words"));
    m_words->setAccessibleName(tr("Filter by words"));
    m_words->setClearButtonEnabled(true);
    auto* all = new QPushButton(tr("Check &all shown"));
    auto* none = new QPushButton(tr("Check &none shown"));
    all->setObjectName(QStringLiteral("all"));
    none->setObjectName(QStringLiteral("none"));
    for (QPushButton* button : {all, none}) {
        button->setAutoDefault(false);
    }
    auto* row = new QHBoxLayout;
    row->addWidget(m_words, 1);
    row->addWidget(all);
    row->addWidget(none);
    auto* buttons = new QDialogButtonBox;
    m_accept = buttons->addButton(QString(), QDialogButtonBox::AcceptRole);
    m_accept->setObjectName(QStringLiteral("accept"));
    buttons->addButton(tr("Not now"), QDialogButtonBox::RejectRole);
    addNodes(preview);
    frameCheckBoxes();
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(text);
    layout->addLayout(row);
    layout->addWidget(m_nodes, 1);
    layout->addWidget(buttons);
    connect(m_words, &QLineEdit::textChanged, this, &PreviewDialog::filter);
    connect(all, &QPushButton::clicked, this, [this] { checkShown(Qt::Checked); });
    connect(none, &QPushButton::clicked, this, [this] { checkShown(Qt::Unchecked); });
    connect(m_nodes, &QTreeWidget::itemChanged, this, &PreviewDialog::count);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    count();
    resize(720, 520);
    m_words->setFocus();
}

void PreviewDialog::keyPressEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Return && event->key() != Qt::Key_Enter) {
        QDialog::keyPressEvent(event);
    }
}

void PreviewDialog::changeEvent(QEvent* event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        frameCheckBoxes();
    }
}

void PreviewDialog::frameCheckBoxes()
{
    QPalette colors = palette();
    colors.setColor(QPalette::Window, colors.color(QPalette::WindowText));
    m_nodes->setPalette(colors);
}

void PreviewDialog::addNodes(const SourcePreview& preview)
{
    m_nodes->setHeaderLabels({tr("Node"), tr("Address"), tr("Groups")});
    m_nodes->setRootIsDecorated(false);
    m_nodes->setUniformRowHeights(true);
    m_nodes->setAlternatingRowColors(true);
    m_nodes->setAccessibleName(tr("Nodes of the source"));
    const QSet<QString> leftOut(preview.leftOut.begin(), preview.leftOut.end());
    const bool checkedAtFirst = !preview.held || preview.kind != SourceKind::SshConfig;
    QList<QTreeWidgetItem*> items;
    for (const NodeEntry& node : preview.nodes) {
        auto* item = new QTreeWidgetItem({safeLine(node.name), wayText(node), node.groups.join(QStringLiteral(", "))});
        item->setData(0, nameRole, node.name);
        item->setCheckState(0, checkedAtFirst && !leftOut.contains(node.name) ? Qt::Checked : Qt::Unchecked);
        items.append(item);
    }
    m_nodes->addTopLevelItems(items);
    const int unit = fontMetrics().horizontalAdvance(QLatin1Char('0'));
    m_nodes->header()->resizeSection(0, 34 * unit);
    m_nodes->header()->resizeSection(1, 30 * unit);
}

void PreviewDialog::filter(const QString& words)
{
    for (int row = 0; row < m_nodes->topLevelItemCount(); ++row) {
        QTreeWidgetItem* item = m_nodes->topLevelItem(row);
        bool has = false;
        for (int column = 0; column < m_nodes->columnCount(); ++column) {
            has = has || item->text(column).contains(words, Qt::CaseInsensitive);
        }
        item->setHidden(!has);
    }
}

void PreviewDialog::checkShown(Qt::CheckState state)
{
    {
        const QSignalBlocker blocker(m_nodes);
        for (int row = 0; row < m_nodes->topLevelItemCount(); ++row) {
            if (QTreeWidgetItem* item = m_nodes->topLevelItem(row); !item->isHidden()) {
                item->setCheckState(0, state);
            }
        }
    }
    m_nodes->viewport()->update();
    count();
}

void PreviewDialog::count()
{
    const auto checked = static_cast<int>(m_nodes->topLevelItemCount() - leftOut().size());
    m_accept->setText(tr("&Contact %n node(s)", nullptr, checked));
}

QStringList PreviewDialog::leftOut() const
{
    QStringList names;
    for (int row = 0; row < m_nodes->topLevelItemCount(); ++row) {
        const QTreeWidgetItem* item = m_nodes->topLevelItem(row);
        if (item->checkState(0) != Qt::Checked) {
            names.append(item->data(0, nameRole).toString());
        }
    }
    return names;
}

} // namespace notrack::gui
