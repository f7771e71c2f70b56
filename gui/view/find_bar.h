#pragma once

#include "gui/view/direction.h"

#include <QWidget>

class QLabel;
class QLineEdit;

namespace notrack::gui
{

/// A line below a page that asks for words and goes from one place to the next. Hidden until it is opened; Escape closes it.
class FindBar : public QWidget
{
    Q_OBJECT

public:
    explicit FindBar(QWidget* parent = nullptr);

    void open();
    /// Looks again for the words of before.
    void findNext(Direction direction);
    void showFound(bool found);

signals:
    void asked(const QString& words, notrack::gui::Direction direction);
    void closed();

protected:
    bool event(QEvent* event) override;

private:
    void close();

    QLineEdit* m_words;
    QLabel* m_outcome;
};

} // namespace notrack::gui
