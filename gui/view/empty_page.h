#pragma once

#include <QWidget>

namespace notrack::gui
{

/// What a first start shows: what this program does and how to get nodes into it.
class EmptyPage : public QWidget
{
    Q_OBJECT

public:
    explicit EmptyPage(QWidget* parent = nullptr);

signals:
    void inventoryAsked();
    void sshConfigAsked();
    void nodeAsked();
    void capturesAsked();
    void localAsked();
};

} // namespace notrack::gui
