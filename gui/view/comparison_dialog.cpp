#include "gui/view/comparison_dialog.h"

#include "gui/model/keyed_tree_model.h"
#include "gui/model/node_comparison.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/fleet_delegate.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QTimer>
#include <QVBoxLayout>

namespace notrack::gui
{

ComparisonDialog::ComparisonDialog(const NodeRecord& left, const NodeRecord& right, QWidget* parent)
    : QDialog(parent), m_tree(new FittedTree({0, 28, 28}))
{
    constexpr int what = 0;
    const QString first = safeLine(left.entry.name, 60);
    const QString second = safeLine(right.entry.name, 60);
    setWindowTitle(tr("%1 beside %2").arg(first, second));
    auto* rows = new KeyedTreeModel({tr("What"), first, second}, this);
    m_tree->setModel(rows);
    m_tree->setItemDelegate(new WrappedDelegate(m_tree, what)); // rules of a chain begin and end alike: all of each is seen
    m_tree->setUniformRowHeights(false);
    m_tree->setWordWrap(true);
    connect(m_tree->header(), &QHeaderView::sectionResized, this,
            [this] { QTimer::singleShot(0, m_tree, &QTreeView::doItemsLayout); }); // rows are as high as their texts are wide
    m_tree->setAlternatingRowColors(true);
    m_tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_tree->setAccessibleName(tr("What differs"));
    rows->setRows(buildComparisonRows(left, right));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_tree, 1);
    layout->addWidget(buttons);
    resize(760, 520);
}

} // namespace notrack::gui
