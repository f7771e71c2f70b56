#include "gui/view/question_dialog.h"

#include "gui/model/node_pages.h"
#include "gui/view/appearance.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace notrack::gui
{

QuestionDialog::QuestionDialog(const Question& question, QWidget* parent) : QDialog(parent), m_kind(question.kind), m_secret(new QLineEdit)
{
    constexpr qsizetype longestText = 4096;
    setWindowTitle(tr("ssh asks: %1").arg(safeLine(question.node, 100)));
    QLabel* text = makePlainLabel(safeText(question.text.left(longestText)));
    text->setWordWrap(true);
    text->setMinimumWidth(fontMetrics().horizontalAdvance(QLatin1Char('0')) * 60);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_secret->setEchoMode(QLineEdit::Password);
    m_secret->setAccessibleName(tr("Answer to ssh"));
    m_secret->setVisible(m_kind == QuestionKind::Secret);
    auto* buttons = new QDialogButtonBox;
    QWidget* first = buttons;
    if (m_kind == QuestionKind::Notice) {
        buttons->addButton(QDialogButtonBox::Cancel);
    } else {
        const bool confirm = m_kind == QuestionKind::Confirm;
        QPushButton* accept = buttons->addButton(confirm ? tr("&Yes, continue") : tr("&Answer"), QDialogButtonBox::AcceptRole);
        QPushButton* refuse = buttons->addButton(confirm ? tr("&No") : tr("Cancel"), QDialogButtonBox::RejectRole);
        accept->setObjectName(QStringLiteral("accept"));
        // A key must not be trusted by a careless Return.
        accept->setAutoDefault(!confirm);
        (confirm ? refuse : accept)->setDefault(true);
        first = confirm ? refuse : static_cast<QWidget*>(m_secret);
    }
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(makePlainLabel(tr("For node %1:").arg(safeLine(question.node, 100))));
    layout->addWidget(text);
    layout->addWidget(m_secret);
    layout->addWidget(buttons);
    first->setFocus();
}

QString QuestionDialog::answer() const
{
    return m_kind == QuestionKind::Secret ? m_secret->text() : QStringLiteral("yes");
}

} // namespace notrack::gui
