#pragma once

#include "core/report/report.h"
#include "gui/view/page.h"

#include <QPlainTextEdit>

#include <memory>

namespace notrack::gui
{

class DiffHighlighter;

/// A page that is text, in a font of fixed width.
class TextPage : public QPlainTextEdit, public Page
{
public:
    QWidget& widget() override { return *this; }
    QString text() const override;
    bool find(const QString& words, Direction direction) override;

protected:
    explicit TextPage(const QString& name);

    /// Changes only the lines that differ, and keeps the selection and the place that was scrolled to.
    void replace(const QString& text);

private:
    void patch(qsizetype place, qsizetype length, const QString& text);
};

/// What a commit would change, coloured.
class DiffPage : public TextPage
{
    Q_OBJECT

public:
    DiffPage();
    void show(const NodeRecord& record) override;

protected:
    void changeEvent(QEvent* event) override;

private:
    DiffHighlighter* m_highlighter;
};

/// The report as it came, indented. The text is made in a thread of the pool.
class ReportPage : public TextPage
{
    Q_OBJECT

public:
    ReportPage();
    void show(const NodeRecord& record) override;

private:
    std::shared_ptr<const Report> m_shown; ///< what is seen, or will be once its text is made
};

/// What the connection said.
class LogPage : public TextPage
{
    Q_OBJECT

public:
    LogPage();
    void show(const NodeRecord& record) override;
};

} // namespace notrack::gui
