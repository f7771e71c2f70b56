#pragma once

#include "gui/remote/node_sources.h"

#include <QDialog>

class QLineEdit;
class QPushButton;
class QTreeWidget;

namespace notrack::gui
{

/// The nodes of a source with a check box each, before the first of them is contacted.
class PreviewDialog : public QDialog
{
    Q_OBJECT

public:
    PreviewDialog(const SourcePreview& preview, QWidget* parent);

    /// Names of the nodes that are not checked.
    QStringList leftOut() const;
    QTreeWidget* nodes() const { return m_nodes; }

protected:
    /// Return by habit contacts nobody: it acts on the button that has the focus alone.
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void addNodes(const SourcePreview& preview);
    /// Fusion draws the frame of a check box from the colour of the window, which a dark one hides.
    void frameCheckBoxes();
    void filter(const QString& words);
    /// Of the rows that are seen.
    void checkShown(Qt::CheckState state);
    void count();

    QLineEdit* m_words;
    QTreeWidget* m_nodes;
    QPushButton* m_accept = nullptr;
};

} // namespace notrack::gui
