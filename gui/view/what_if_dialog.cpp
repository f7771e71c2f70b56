#include "gui/view/what_if_dialog.h"

#include "gui/model/what_if_rows.h"
#include "gui/remote/link_state.h"
#include "gui/view/appearance.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/fleet_delegate.h"
#include "gui/view/notice_bar.h"

#include <QDialogButtonBox>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QTimer>
#include <QVBoxLayout>

namespace notrack::gui
{

WhatIfDialog::WhatIfDialog(WhatIf* whatIf, const QString& profile, QWidget* parent)
    : QDialog(parent), m_whatIf(whatIf), m_rows(whatIfTitles()), m_tree(new FittedTree({28, 18, 0})), m_summary(makePlainLabel()),
      m_fault(new NoticeBar)
{
    constexpr int why = 2;
    m_whatIf->setParent(this);
    setWindowTitle(tr("%1 on captures").arg(safeLine(QFileInfo(profile).fileName(), 60)));
    m_tree->setModel(&m_rows);
    m_tree->setItemDelegate(new WrappedDelegate(m_tree, why));
    m_tree->setUniformRowHeights(false);
    m_tree->setWordWrap(true);
    connect(m_tree->header(), &QHeaderView::sectionResized, this,
            [this] { QTimer::singleShot(0, m_tree, &QTreeView::doItemsLayout); }); // rows are as high as their texts are wide
    m_tree->setAlternatingRowColors(true);
    m_tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_tree->setAccessibleName(tr("What the profile would do"));
    m_summary->setWordWrap(true);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_whatIf, &WhatIf::changed, this, &WhatIfDialog::refresh);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_fault);
    layout->addWidget(m_summary);
    layout->addWidget(m_tree, 1);
    layout->addWidget(buttons);
    resize(760, 520);
    refresh();
}

QString WhatIfDialog::summary() const
{
    return m_summary->text();
}

void WhatIfDialog::refresh()
{
    m_fault->setText(safeLine(m_whatIf->fault()));
    m_summary->setText(whatIfSummary(m_whatIf->answers()));
    std::vector<WhatIfAnswer> answers = m_whatIf->answers();
    if (!m_whatIf->fault().isEmpty()) {
        std::erase_if(answers, [](const WhatIfAnswer& answer) { return !answer.known; }); // nothing more will come
    }
    m_rows.setRows(buildWhatIfRows(answers));
}

} // namespace notrack::gui
