#include "gui/view/appearance.h"

#include <QApplication>
#include <QLabel>

namespace notrack::gui
{

namespace
{

QPalette makePalette(const QColor& window, const QColor& base, const QColor& text, const QColor& faint, const QColor& accent)
{
    QPalette palette(window);
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, isDark(palette) ? base.lighter(118) : base.darker(103));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::ToolTipBase, base);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::PlaceholderText, faint);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, accent.lighter(isDark(palette) ? 140 : 100));
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, faint);
    }
    return palette;
}

} // namespace

void setAppearance(Appearance appearance)
{
    switch (appearance) {
    case Appearance::System:
        QApplication::setPalette(QPalette());
        return;
    case Appearance::Light:
        QApplication::setPalette(
            makePalette(QColor(0xf3, 0xf4, 0xf5), Qt::white, QColor(0x1c, 0x1e, 0x21), QColor(0x6a, 0x70, 0x78), QColor(0x1f, 0x5f, 0xa8)));
        return;
    case Appearance::Dark:
        QApplication::setPalette(makePalette(QColor(0x2b, 0x2d, 0x31), QColor(0x1e, 0x1f, 0x22), QColor(0xe4, 0xe6, 0xea),
                                             QColor(0x9a, 0xa0, 0xa8), QColor(0x2f, 0x6f, 0xb8)));
        return;
    }
}

bool isDark(const QPalette& palette)
{
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

QLabel* makePlainLabel(const QString& text)
{
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    return label;
}

QColor addedColor(const QPalette& palette)
{
    return isDark(palette) ? QColor(0x6f, 0xd0, 0x8c) : QColor(0x1a, 0x6e, 0x35);
}

QColor removedColor(const QPalette& palette)
{
    return isDark(palette) ? QColor(0xff, 0x8f, 0x87) : QColor(0xb3, 0x1d, 0x28);
}

QColor firstLineColor(const QPalette& palette)
{
    return isDark(palette) ? QColor(0x6c, 0xb2, 0xff) : QColor(0x1f, 0x5f, 0xa8);
}

QColor secondLineColor(const QPalette& palette)
{
    return isDark(palette) ? QColor(0xff, 0xa6, 0x57) : QColor(0xb8, 0x52, 0x00);
}

QColor noticeGround(const QPalette& palette)
{
    return isDark(palette) ? QColor(0x4d, 0x3b, 0x0c) : QColor(0xff, 0xf0, 0xc8);
}

} // namespace notrack::gui
