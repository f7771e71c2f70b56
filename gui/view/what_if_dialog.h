#pragma once

#include "gui/model/keyed_tree_model.h"
#include "gui/remote/what_if.h"

#include <QDialog>

class QLabel;

namespace notrack::gui
{

class FittedTree;
class NoticeBar;

/// What a profile would do to captured nodes, as it becomes known.
class WhatIfDialog : public QDialog
{
    Q_OBJECT

public:
    /// Takes ownership of `whatIf`.
    WhatIfDialog(WhatIf* whatIf, const QString& profile, QWidget* parent);

    FittedTree* tree() const { return m_tree; }
    QString summary() const;
    NoticeBar* fault() const { return m_fault; }

private:
    void refresh();

    WhatIf* m_whatIf;
    KeyedTreeModel m_rows;
    FittedTree* m_tree;
    QLabel* m_summary;
    NoticeBar* m_fault;
};

} // namespace notrack::gui
