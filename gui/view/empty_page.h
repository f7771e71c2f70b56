#pragma once

#include <QWidget>

class QLabel;

namespace notrack::gui
{

/// What a first start shows: what this program does and how to get nodes into it.
class EmptyPage : public QWidget
{
    Q_OBJECT

public:
    explicit EmptyPage(QWidget* parent = nullptr);

    /// What kept the last source from giving nodes; empty for nothing.
    void setProblem(const QString& problem);

signals:
    void inventoryAsked();
    void sshConfigAsked();
    void nodeAsked();
    void localAsked();

private:
    QLabel* m_problem;
};

} // namespace notrack::gui
