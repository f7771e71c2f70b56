#pragma once

#include "gui/model/node_record.h"
#include "gui/view/direction.h"

#include <QString>

class QWidget;

namespace notrack::gui
{

/// One page about a node.
class Page
{
public:
    Page() = default;
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;
    virtual ~Page() = default;

    virtual QWidget& widget() = 0;
    /// Brings the page up to date. The record is not kept; one without a name stands for no node.
    virtual void show(const NodeRecord& record) = 0;
    /// What a person copies: what is selected, all without a selection.
    virtual QString text() const = 0;
    /// Goes to the next place that has the words, round the end; gives whether there is one.
    virtual bool find(const QString& words, Direction direction) = 0;

protected:
    /// `reason` why there is nothing to see, or that no report has come yet.
    static QString emptyText(const NodeRecord& record, const QString& reason);
};

} // namespace notrack::gui
