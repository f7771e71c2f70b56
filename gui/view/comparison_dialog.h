#pragma once

#include "gui/model/node_record.h"

#include <QDialog>

namespace notrack::gui
{

class FittedTree;

/// Two nodes beside each other, as they were when it was opened.
class ComparisonDialog : public QDialog
{
    Q_OBJECT

public:
    ComparisonDialog(const NodeRecord& left, const NodeRecord& right, QWidget* parent);

    FittedTree* tree() const { return m_tree; }

private:
    FittedTree* m_tree;
};

} // namespace notrack::gui
