#include "gui/view/diff_highlighter.h"

#include "gui/view/appearance.h"

namespace notrack::gui
{

void DiffHighlighter::setPalette(const QPalette& palette)
{
    m_palette = palette;
    rehighlight();
}

void DiffHighlighter::highlightBlock(const QString& text)
{
    const int length = static_cast<int>(text.size());
    if (text.startsWith(QLatin1String("@@")) || text.startsWith(QLatin1String("---")) || text.startsWith(QLatin1String("+++"))) {
        setFormat(0, length, firstLineColor(m_palette));
    } else if (text.startsWith(QLatin1Char('+'))) {
        setFormat(0, length, addedColor(m_palette));
    } else if (text.startsWith(QLatin1Char('-'))) {
        setFormat(0, length, removedColor(m_palette));
    }
}

} // namespace notrack::gui
