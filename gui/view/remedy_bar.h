#pragma once

#include "gui/model/remedy.h"

#include <QWidget>

class QLabel;
class QLineEdit;

namespace notrack::gui
{

/// What to do about a node: a sentence, and a command with a button that copies it. It is never run from here.
class RemedyBar : public QWidget
{
    Q_OBJECT

public:
    explicit RemedyBar(QWidget* parent = nullptr);

    /// Without a cause the bar goes.
    void setRemedy(const Remedy& remedy);

private:
    QLabel* m_cause;
    QLineEdit* m_command;
    QWidget* m_commandRow;
    Remedy m_shown;
};

} // namespace notrack::gui
