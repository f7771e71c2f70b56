#include "gui/view/question_dialog.h"

#include "gui/model/node_pages.h"
#include "gui/remote/host_key_question.h"
#include "gui/view/appearance.h"

#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

namespace notrack::gui
{

namespace
{

/// What is to be compared, character by character: in a font of fixed width, nothing broken into lines, to select and copy.
QTableWidget* makeKeyTable(const HostKeyQuestion& key)
{
    std::vector<std::pair<QString, QString>> rows{{QuestionDialog::tr("Host"), key.host},
                                                  {QuestionDialog::tr("Kind of key"), key.type},
                                                  {QuestionDialog::tr("Fingerprint"), key.fingerprint}};
    for (const QString& name : key.knownAs) {
        rows.emplace_back(QuestionDialog::tr("Known already as"), name);
    }
    auto* table = new QTableWidget(static_cast<int>(rows.size()), 1);
    const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    for (int row = 0; row < table->rowCount(); ++row) {
        const auto& [title, value] = rows[static_cast<std::size_t>(row)];
        auto* cell = new QTableWidgetItem(safeLine(value));
        cell->setFont(fixed);
        cell->setFlags(Qt::ItemIsSelectable | Qt::ItemIsEnabled);
        table->setItem(row, 0, cell);
        table->setVerticalHeaderItem(row, new QTableWidgetItem(title));
    }
    table->setAccessibleName(QuestionDialog::tr("The host's key"));
    table->horizontalHeader()->setVisible(false);
    table->verticalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->resizeColumnToContents(0);
    table->horizontalHeader()->setStretchLastSection(true);
    table->setTabKeyNavigation(false);
    const int frame = 2 * table->frameWidth();
    table->setMinimumWidth(table->verticalHeader()->sizeHint().width() + table->columnWidth(0) + frame + 8);
    table->setFixedHeight(std::min(table->rowCount(), 8) * table->rowHeight(0) + frame);
    return table;
}

} // namespace

QuestionDialog::QuestionDialog(const Question& question, QWidget* parent) : QDialog(parent), m_kind(question.kind), m_secret(new QLineEdit)
{
    constexpr qsizetype longestText = 4096;
    setWindowTitle(tr("ssh asks: %1").arg(safeLine(question.node, 100)));
    const QString asked = question.text.left(longestText);
    const auto hostKey = question.kind == QuestionKind::Confirm ? readHostKeyQuestion(asked) : std::nullopt;
    QLabel* text =
        makePlainLabel(hostKey ? tr("ssh does not know this host's key yet. Compare the fingerprint with the one that the host's "
                                    "administrator names (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub on the host).") +
                                     (hostKey->remarks.isEmpty() ? QString() : QLatin1Char('\n') + safeText(hostKey->remarks))
                               : safeText(asked));
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
    if (hostKey) {
        layout->addWidget(makeKeyTable(*hostKey));
    }
    layout->addWidget(m_secret);
    layout->addWidget(buttons);
    first->setFocus();
}

QString QuestionDialog::answer() const
{
    return m_kind == QuestionKind::Secret ? m_secret->text() : QStringLiteral("yes");
}

} // namespace notrack::gui
