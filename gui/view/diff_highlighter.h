#pragma once

#include <QPalette>
#include <QSyntaxHighlighter>

namespace notrack::gui
{

/// Colours the lines of a unified diff; the signs at their beginning say the same.
class DiffHighlighter : public QSyntaxHighlighter
{
    Q_OBJECT

public:
    using QSyntaxHighlighter::QSyntaxHighlighter;

    void setPalette(const QPalette& palette);

protected:
    void highlightBlock(const QString& text) override;

private:
    QPalette m_palette;
};

} // namespace notrack::gui
