#pragma once

#include "gui/view/direction.h"

#include <QTreeView>

namespace notrack::gui
{

/// A tree one of whose columns takes the room that the others leave, but never less than `leastRoom` characters: in a narrow
/// window it scrolls. Rows are open when they appear, and stay as the person leaves them; an empty tree says why.
class FittedTree : public QTreeView
{
    Q_OBJECT

public:
    static constexpr int leastRoom = 36;

    /// `widths` in characters; 0 is the column that is fitted.
    explicit FittedTree(std::vector<int> widths, QWidget* parent = nullptr);

    void setModel(QAbstractItemModel* model) override;
    /// What to read where rows would be while there are none.
    void setPlaceholder(const QString& text);
    const QString& placeholder() const { return m_placeholder; }
    /// The selected rows in the order they are seen, cells with tabs between them; without a selection all of them, indented.
    QString text() const;
    /// Makes the next row current that has `words` in one of its cells, from the current one on and round; no case.
    bool find(const QString& words, Direction direction);

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void openRows(const QModelIndex& parent, int first, int last);

    std::vector<int> m_widths;
    QString m_placeholder;
};

} // namespace notrack::gui
