#include "gui/view/node_page.h"

#include "gui/model/remedy.h"
#include "gui/remote/captures.h"
#include "gui/view/appearance.h"
#include "gui/view/conntrack_page.h"
#include "gui/view/doctor_page.h"
#include "gui/view/find_bar.h"
#include "gui/view/icons.h"
#include "gui/view/notice_bar.h"
#include "gui/view/remedy_bar.h"
#include "gui/view/text_page.h"
#include "gui/view/timeline_page.h"
#include "gui/view/tree_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QVBoxLayout>

namespace notrack::gui
{

namespace
{

constexpr int iconSize = 22;
constexpr int findingTab = 2;

/// Why the pages do not show what is so now, for as long as they do not.
QString ageNotice(const NodeRecord& record)
{
    const QString moment = QLocale().toString(record.arrived.toLocalTime(), QLocale::ShortFormat);
    switch (record.freshness) {
    case Freshness::None:
    case Freshness::Fresh:
        return {};
    case Freshness::Stale:
        return NodePage::tr("Not live: this is what the node said %1 ago, at %2. Rates are left out.").arg(record.age(steadyNow()), moment);
    case Freshness::Captured:
        return (record.entry.captured->redacted ? NodePage::tr("A redacted capture of %1, %2: its addresses and names are made up.")
                                                : NodePage::tr("A capture of %1, %2: nothing here is live, and the node is not asked."))
            .arg(moment, safeLine(record.entry.captured->path));
    }
    return {};
}

} // namespace

NodePage::NodePage(const Timeline& timeline, QWidget* parent)
    : QWidget(parent), m_icon(makePlainLabel()), m_title(makePlainLabel()), m_note(makePlainLabel()), m_age(new NoticeBar),
      m_remedy(new RemedyBar), m_action(new QPushButton), m_tabs(new QTabWidget), m_find(new FindBar), m_doctor(new DoctorPage)
{
    QFont bold = font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_note->setWordWrap(true);
    m_title->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* header = new QHBoxLayout;
    header->addWidget(m_icon);
    header->addWidget(m_title);
    header->addWidget(m_note, 1);
    header->addWidget(m_action);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(header);
    layout->addWidget(m_remedy);
    layout->addWidget(m_age);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(m_find);
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Pages of the node"));
    addPages(timeline);
    connect(m_tabs, &QTabWidget::currentChanged, this, &NodePage::pageChanged);
    connect(m_find, &FindBar::asked, this,
            [this](const QString& words, Direction direction) { m_find->showFound(current().find(words, direction)); });
    connect(m_find, &FindBar::closed, this, [this] { m_tabs->currentWidget()->setFocus(); });
    connect(m_action, &QPushButton::clicked, this, &NodePage::ask);
    connect(m_doctor, &DoctorPage::asked, this, &NodePage::doctorAsked);
    connect(m_doctor, &DoctorPage::cancelled, this, &NodePage::doctorCancelled);
    show(nullptr);
}

void NodePage::ask()
{
    switch (m_asks) {
    case Asks::Reconnect:
        return emit reconnectAsked();
    case Asks::Interactive:
        return emit interactiveAsked();
    case Asks::AcceptName:
        return emit nameAccepted();
    }
}

void NodePage::addPages(const Timeline& timeline)
{
    const auto add = [this](Page* page, const QString& title) {
        m_tabs->addTab(&page->widget(), title);
        m_pages.push_back(page);
    };
    add(new RulePage, tr("&Rules"));
    add(new DiffPage, tr("&Difference"));
    add(new FindingPage, tr("F&indings"));
    add(new ServicePage, tr("I&PVS"));
    add(new ConntrackPage, tr("&Conntrack"));
    add(new TrialPage, tr("Tri&al"));
    add(m_doctor, tr("Doc&tor"));
    add(new ProfilePage, tr("Pr&ofile"));
    add(new ReportPage, tr("R&eport"));
    add(new TimelinePage(timeline), tr("Ti&meline"));
    add(new LogPage, tr("&Log"));
}

void NodePage::openDoctor()
{
    m_tabs->setCurrentWidget(m_doctor);
    m_doctor->setFocus();
}

Page& NodePage::current() const
{
    return *m_pages.at(static_cast<std::size_t>(m_tabs->currentIndex()));
}

void NodePage::show(const NodeRecord* record)
{
    showHeader(record);
    m_tabs->setEnabled(record != nullptr);
    static const NodeRecord nothing;
    current().show(record != nullptr ? *record : nothing);
}

void NodePage::showHeader(const NodeRecord* record)
{
    m_action->setVisible(false);
    m_remedy->setRemedy(record != nullptr ? remedy(*record, m_settings) : Remedy());
    if (record == nullptr) {
        m_age->setText({});
        m_icon->clear();
        m_title->setText(tr("No node chosen"));
        m_note->setText(tr("Choose a node in the table above to see its rules."));
        return;
    }
    const RowState state = record->state();
    m_icon->setPixmap(stateIcon(state).pixmap(iconSize, iconSize));
    m_title->setText(tr("%1: %2").arg(safeLine(record->entry.name), record->stateText()));
    m_note->setText(record->note(steadyNow()));
    m_age->setText(ageNotice(*record));
    const bool asks = record->link.phase == LinkPhase::NeedsPerson && record->link.problem != LinkProblem::HostKeyChanged;
    if (record->link.problem == LinkProblem::Renamed) {
        m_asks = Asks::AcceptName;
        m_action->setText(tr("Accept the new name"));
    } else {
        m_asks = asks ? Asks::Interactive : Asks::Reconnect;
        m_action->setText(asks ? tr("Connect and ask…") : tr("Reconnect now"));
    }
    m_action->setVisible(record->link.phase == LinkPhase::NeedsPerson || record->link.phase == LinkPhase::Waiting ||
                         record->link.phase == LinkPhase::Paused);
    const int findings = record->findingCount();
    m_tabs->setTabText(findingTab, findings == 0 ? tr("F&indings") : tr("F&indings (%1)").arg(findings));
}

QString NodePage::pageText() const
{
    return current().text();
}

} // namespace notrack::gui
