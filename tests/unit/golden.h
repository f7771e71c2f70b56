#pragma once

#include <QDir>
#include <QFile>
#include <QString>

/// Where the inputs and expected outputs of tests are.
inline QString dataPath(const QString& name)
{
    return QStringLiteral(NOTRACK_SOURCE_DIR "/tests/data/") + name;
}

/// The whole text of a file, empty when there is none.
inline QString fileText(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// The text that `actual` must equal. With UPDATE_GOLDEN=1 in the environment the file is first made to hold `actual`.
inline QString goldenText(const QString& path, const QString& actual)
{
    if (qEnvironmentVariable("UPDATE_GOLDEN") == "1") {
        QFile file(path);
        if (QDir().mkpath(QFileInfo(path).path()) && file.open(QIODevice::WriteOnly))
            file.write(actual.toUtf8());
    }
    return fileText(path);
}
