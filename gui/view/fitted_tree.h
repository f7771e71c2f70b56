#pragma once

#include <QTreeView>

namespace notrack::gui
{

/// A tree one of whose columns takes the room that the others leave, but never less than `leastRoom` characters: in a narrow
/// window it scrolls.
class FittedTree : public QTreeView
{
    Q_OBJECT

public:
    static constexpr int leastRoom = 36;

    /// `widths` in characters; 0 is the column that is fitted.
    explicit FittedTree(std::vector<int> widths, QWidget* parent = nullptr);

    void setModel(QAbstractItemModel* model) override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    std::vector<int> m_widths;
};

} // namespace notrack::gui
