#include "gui/view/doctor_page.h"

#include "gui/model/node_pages.h"
#include "gui/view/appearance.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace notrack::gui
{

DoctorText::DoctorText() : TextPage(tr("Doctor"))
{
    setLineWrapMode(QPlainTextEdit::WidgetWidth); // its lines are sentences
}

void DoctorText::show(const NodeRecord& record)
{
    switch (record.doctor.phase) {
    case DoctorVisit::Phase::None:
        return replace(
            record.entry.name.isEmpty()
                ? QString()
                : tr("The doctor says what stands against the rules on this node, what is lost there and why, and what to do next. "
                     "It reads, asks DNS a few times, and changes nothing."));
    case DoctorVisit::Phase::Queued:
    case DoctorVisit::Phase::Asking:
        return replace({});
    case DoctorVisit::Phase::Done:
        return replace(safeText(record.doctor.text));
    case DoctorVisit::Phase::Failed:
        return replace(tr("The doctor could not be asked: %1").arg(safeText(record.doctor.text)));
    }
}

DoctorPage::DoctorPage() : m_said(makePlainLabel()), m_progress(new QProgressBar), m_button(new QPushButton), m_text(new DoctorText)
{
    constexpr int margin = 6;
    m_progress->setRange(0, 0); // nobody knows how long
    m_progress->setAccessibleName(tr("The doctor is asked"));
    m_progress->setMaximumWidth(fontMetrics().horizontalAdvance(QLatin1Char('0')) * 16);
    m_progress->setTextVisible(false);
    m_button->setObjectName(QStringLiteral("doctor"));
    auto* row = new QHBoxLayout;
    row->setContentsMargins(margin, margin, margin, 0);
    row->addWidget(m_said);
    row->addWidget(m_progress);
    row->addStretch(1);
    row->addWidget(m_button);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(row);
    layout->addWidget(m_text, 1);
    setFocusProxy(m_text);
    connect(m_button, &QPushButton::clicked, this, &DoctorPage::click);
    show(NodeRecord());
}

void DoctorPage::click()
{
    if (m_underWay) {
        emit cancelled();
    } else {
        emit asked();
    }
}

void DoctorPage::show(const NodeRecord& record)
{
    const DoctorVisit& visit = record.doctor;
    const QString moment = QLocale().toString(visit.at, QLocale::ShortFormat);
    m_underWay = visit.phase == DoctorVisit::Phase::Queued || visit.phase == DoctorVisit::Phase::Asking;
    m_said->setText(visit.phase == DoctorVisit::Phase::None     ? QString()
                    : visit.phase == DoctorVisit::Phase::Queued ? tr("Waits for its turn")
                    : visit.phase == DoctorVisit::Phase::Asking ? tr("Asking since %1; this takes some seconds").arg(moment)
                                                                : tr("Asked at %1").arg(moment));
    m_progress->setVisible(visit.phase == DoctorVisit::Phase::Asking);
    m_button->setText(m_underWay ? tr("Cancel") : tr("Ask the doctor"));
    m_button->setVisible(!record.isCaptured());
    m_text->show(record);
}

} // namespace notrack::gui
