#pragma once

#include <QFrame>

class QLabel;

namespace notrack::gui
{

/// One thing that a person should know, on a ground of its own, for as long as it is so. Its text can be selected.
class NoticeBar : public QFrame
{
    Q_OBJECT

public:
    /// `action` the button's text; empty for no button.
    explicit NoticeBar(const QString& action = {}, QWidget* parent = nullptr);

    /// Empty: nothing is to be known, and the bar goes.
    void setText(const QString& text);
    QString text() const;

signals:
    void actionAsked();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* m_label;
};

} // namespace notrack::gui
