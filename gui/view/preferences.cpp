#include "gui/view/preferences.h"

#include <QProcess>
#include <QSettings>

#include <algorithm>

namespace notrack::gui
{

namespace
{

QHash<QString, QString> readMap(const QSettings& settings, const QString& key)
{
    QHash<QString, QString> map;
    const QVariantMap stored = settings.value(key).toMap();
    for (auto entry = stored.begin(); entry != stored.end(); ++entry) {
        map.insert(entry.key(), entry.value().toString());
    }
    return map;
}

void writeMap(QSettings& settings, const QString& key, const QHash<QString, QString>& map)
{
    QVariantMap stored;
    for (auto entry = map.begin(); entry != map.end(); ++entry) {
        stored.insert(entry.key(), entry.value());
    }
    settings.setValue(key, stored);
}

int readNumber(const QSettings& settings, const QString& key, int otherwise, int smallest, int largest)
{
    return std::clamp(settings.value(key, otherwise).toInt(), smallest, largest);
}

} // namespace

Preferences readPreferences(const QSettings& settings)
{
    Preferences preferences;
    ConnectionSettings& connection = preferences.connection;
    connection.interval = nearestInterval(settings.value(QStringLiteral("connection/interval"), connection.interval).toInt());
    connection.startLimit = readNumber(settings, QStringLiteral("connection/startLimit"), connection.startLimit, 1, 64);
    connection.streamLimit = readNumber(settings, QStringLiteral("connection/streamLimit"), connection.streamLimit, 0, 2000);
    connection.pollPool = readNumber(settings, QStringLiteral("connection/pollPool"), connection.pollPool, 1, 128);
    connection.runner = settings.value(QStringLiteral("connection/runner"), connection.runner).toString();
    connection.sshArguments = settings.value(QStringLiteral("connection/sshArguments")).toStringList();
    connection.runnerByGroup = readMap(settings, QStringLiteral("connection/runnerByGroup"));
    connection.sshArgumentsByGroup = readMap(settings, QStringLiteral("connection/sshArgumentsByGroup"));
    preferences.sources.inventories = settings.value(QStringLiteral("sources/inventories")).toStringList();
    preferences.sources.sshConfigs = settings.value(QStringLiteral("sources/sshConfigs")).toStringList();
    preferences.sources.captures = settings.value(QStringLiteral("sources/captures")).toStringList();
    preferences.sources.nodes = settings.value(QStringLiteral("sources/nodes")).toStringList();
    const QVariantMap choices = settings.value(QStringLiteral("sources/choices")).toMap();
    for (auto choice = choices.begin(); choice != choices.end(); ++choice) {
        preferences.choices.insert(choice.key(), choice.value().toStringList());
    }
    preferences.appearance = static_cast<Appearance>(readNumber(settings, QStringLiteral("view/appearance"), 0, 0, 2));
    preferences.notify = settings.value(QStringLiteral("view/notify"), true).toBool();
    return preferences;
}

void writePreferences(QSettings& settings, const Preferences& preferences)
{
    const ConnectionSettings& connection = preferences.connection;
    settings.setValue(QStringLiteral("connection/interval"), connection.interval);
    settings.setValue(QStringLiteral("connection/startLimit"), connection.startLimit);
    settings.setValue(QStringLiteral("connection/streamLimit"), connection.streamLimit);
    settings.setValue(QStringLiteral("connection/pollPool"), connection.pollPool);
    settings.setValue(QStringLiteral("connection/runner"), connection.runner);
    settings.setValue(QStringLiteral("connection/sshArguments"), connection.sshArguments);
    writeMap(settings, QStringLiteral("connection/runnerByGroup"), connection.runnerByGroup);
    writeMap(settings, QStringLiteral("connection/sshArgumentsByGroup"), connection.sshArgumentsByGroup);
    settings.setValue(QStringLiteral("sources/inventories"), preferences.sources.inventories);
    settings.setValue(QStringLiteral("sources/sshConfigs"), preferences.sources.sshConfigs);
    settings.setValue(QStringLiteral("sources/captures"), preferences.sources.captures);
    settings.setValue(QStringLiteral("sources/nodes"), preferences.sources.nodes);
    QVariantMap choices;
    for (auto choice = preferences.choices.begin(); choice != preferences.choices.end(); ++choice) {
        choices.insert(choice.key(), choice.value());
    }
    settings.setValue(QStringLiteral("sources/choices"), choices);
    settings.setValue(QStringLiteral("view/appearance"), static_cast<int>(preferences.appearance));
    settings.setValue(QStringLiteral("view/notify"), preferences.notify);
}

} // namespace notrack::gui
