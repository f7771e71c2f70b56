#pragma once

#include <QProcess>
#include <QTest>
#include <QWidget>

namespace notrack::gui
{

/// Runs a program that must succeed, without blocking the windows of this process.
inline void run(const QString& program, const QStringList& arguments)
{
    constexpr int patience = 60'000;
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedChannels);
    process.start(program, arguments);
    QTRY_VERIFY_WITH_TIMEOUT(process.state() == QProcess::NotRunning, patience);
    QCOMPARE(process.exitCode(), 0);
}

/// Moves the pointer of the X server to the place in the widget and presses its button: the window manager has its say.
inline void click(const QWidget& widget, QPoint place)
{
    const QPoint point = widget.mapToGlobal(place) * widget.devicePixelRatio();
    run(QStringLiteral("xdotool"), {QStringLiteral("mousemove"), QString::number(point.x()), QString::number(point.y()),
                                    QStringLiteral("click"), QStringLiteral("1")});
    QTest::qWait(100);
}

inline void click(const QWidget& widget)
{
    click(widget, widget.rect().center());
}

/// Presses keys by their X names, as "ctrl+f" or "Escape", in whatever window has the focus.
inline void press(const QString& keys)
{
    run(QStringLiteral("xdotool"), {QStringLiteral("key"), keys});
    QTest::qWait(100);
}

/// Types words into the window that has the focus.
inline void type(const QString& words)
{
    run(QStringLiteral("xdotool"), {QStringLiteral("type"), words});
    QTest::qWait(100);
}

} // namespace notrack::gui
