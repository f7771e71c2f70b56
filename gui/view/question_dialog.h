#pragma once

#include "gui/remote/askpass.h"

#include <QDialog>

class QLineEdit;

namespace notrack::gui
{

/// Asks the person what ssh wants to know. The text comes from ssh and the node and is shown as plain text.
class QuestionDialog : public QDialog
{
    Q_OBJECT

public:
    QuestionDialog(const Question& question, QWidget* parent);

    /// What ssh gets to read when the dialog was accepted.
    QString answer() const;

private:
    QuestionKind m_kind;
    QLineEdit* m_secret;
};

} // namespace notrack::gui
