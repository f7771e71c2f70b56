#pragma once

#include "gui/view/text_page.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace notrack::gui
{

/// The doctor's words.
class DoctorText : public TextPage
{
    Q_OBJECT

public:
    DoctorText();
    void show(const NodeRecord& record) override;
};

/// What `doctor` says of the node, which it is asked for by a button only.
class DoctorPage : public QWidget, public Page
{
    Q_OBJECT

public:
    DoctorPage();

    QWidget& widget() override { return *this; }
    void show(const NodeRecord& record) override;
    QString text() const override { return m_text->text(); }
    bool find(const QString& words, Direction direction) override { return m_text->find(words, direction); }

signals:
    void asked();
    void cancelled();

private:
    void click();

    QLabel* m_said; ///< when, or how far it is
    QProgressBar* m_progress;
    QPushButton* m_button;
    DoctorText* m_text;
    bool m_underWay = false;
};

} // namespace notrack::gui
