#pragma once

#include "gui/model/keyed_tree_model.h"
#include "gui/view/fitted_tree.h"
#include "gui/view/page.h"

#include <QStringList>

#include <vector>

namespace notrack::gui
{

/// A page that is a tree of rows with a key each, so that selection and scrolling survive the next report.
class TreePage : public FittedTree, public Page
{
public:
    QWidget& widget() override { return *this; }
    QString text() const override { return FittedTree::text(); }
    bool find(const QString& words, Direction direction) override { return FittedTree::find(words, direction); }

protected:
    /// `widths` as in FittedTree.
    TreePage(const QStringList& titles, const QString& name, std::vector<int> widths);

    KeyedTreeModel& rows() { return m_rows; }

private:
    KeyedTreeModel m_rows;
};

/// Every rule with its counters and their trend.
class RulePage : public TreePage
{
    Q_OBJECT

public:
    RulePage();
    void show(const NodeRecord& record) override;
};

/// What speaks against the profile, with evidence and advice.
class FindingPage : public TreePage
{
    Q_OBJECT

public:
    FindingPage();
    void show(const NodeRecord& record) override;

protected:
    void resizeEvent(QResizeEvent* event) override;
};

/// The virtual services at the profile's addresses, and their real servers.
class ServicePage : public TreePage
{
    Q_OBJECT

public:
    ServicePage();
    void show(const NodeRecord& record) override;
};

/// The last trial on the node: what each place got from each service, tracked and untracked.
class TrialPage : public TreePage
{
    Q_OBJECT

public:
    TrialPage();
    void show(const NodeRecord& record) override;
};

/// Profile, backend, probes and timings, one a row.
class ProfilePage : public TreePage
{
    Q_OBJECT

public:
    ProfilePage();
    void show(const NodeRecord& record) override;
};

/// Connection tracking's figures; its chart is the conntrack page's.
class FigureTree : public TreePage
{
    Q_OBJECT

public:
    FigureTree();
    void show(const NodeRecord& record) override;
};

} // namespace notrack::gui
