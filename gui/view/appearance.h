#pragma once

#include <QColor>
#include <QPalette>

class QLabel;
class QString;

namespace notrack::gui
{

/// What the person chose; System follows the desktop.
enum class Appearance { System, Light, Dark };

/// Sets the palette of the whole program; every widget hears of it as PaletteChange.
void setAppearance(Appearance appearance);

/// Qt 6.4 has no word for it: dark is where the window is darker than its text.
bool isDark(const QPalette& palette);

/// A label that never takes its text for markup: what nodes say goes through it.
QLabel* makePlainLabel(const QString& text = {});

/// Colours with enough contrast on the palette's base.
QColor addedColor(const QPalette& palette);
QColor removedColor(const QPalette& palette);
QColor firstLineColor(const QPalette& palette);
QColor secondLineColor(const QPalette& palette);
/// A ground under window text for what a person should notice.
QColor noticeGround(const QPalette& palette);

} // namespace notrack::gui
