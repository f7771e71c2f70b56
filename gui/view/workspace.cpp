#include "gui/view/workspace.h"

#include "gui/remote/captures.h"
#include "gui/remote/stray_thread.h"

#include <QDir>

#include <utility>

namespace notrack::gui
{

namespace
{

/// Takes over what a person changed, and nothing else.
void takeChanges(ConnectionSettings& kept, const ConnectionSettings& before, const ConnectionSettings& after)
{
    const auto take = [&](auto field) {
        if (before.*field != after.*field) {
            kept.*field = after.*field;
        }
    };
    take(&ConnectionSettings::interval);
    take(&ConnectionSettings::runner);
    take(&ConnectionSettings::runnerByGroup);
    take(&ConnectionSettings::sshArguments);
    take(&ConnectionSettings::sshArgumentsByGroup);
    take(&ConnectionSettings::startLimit);
    take(&ConnectionSettings::streamLimit);
    take(&ConnectionSettings::pollPool);
}

} // namespace

Workspace::Workspace(Preferences preferences, Remember remember, QObject* parent)
    : QObject(parent), m_preferences(std::move(preferences)), m_kept(readPreferences(m_settings)), m_remember(remember), m_loader(this)
{
    connect(&m_loader, &SourceLoader::progressed, this, &Workspace::progressed);
    connect(&m_loader, &SourceLoader::loaded, this, &Workspace::loaded);
}

void Workspace::load()
{
    if (!m_preferences.sources.empty()) {
        emit loading();
    }
    m_loader.load(m_preferences.sources, m_preferences.choices);
}

void Workspace::setSources(const NodeSources& sources)
{
    m_preferences.sources = sources;
    if (m_remember == Remember::Sources) {
        m_kept.sources = sources;
        writePreferences(m_settings, m_kept);
    }
    load();
}

void Workspace::choose(const QString& path, const QStringList& leftOut)
{
    m_preferences.choices.insert(path, leftOut);
    m_kept.choices.insert(path, leftOut);
    writePreferences(m_settings, m_kept);
    load();
}

void Workspace::openInventory(const QString& path)
{
    NodeSources sources = m_preferences.sources;
    sources.inventories = QStringList{path};
    setSources(sources);
}

void Workspace::openCaptures(const QStringList& paths)
{
    NodeSources sources = m_preferences.sources;
    sources.captures += paths;
    sources.captures.removeDuplicates();
    setSources(sources);
}

void Workspace::openDropped(const QStringList& paths)
{
    const auto look = [paths] {
        NodeSources found;
        for (const QString& path : paths) {
            (holdsCaptures(path) ? found.captures : found.inventories).append(path);
        }
        return found;
    };
    inStrayThread(this, look, [this](const NodeSources& found) {
        NodeSources sources = m_preferences.sources;
        sources.captures += found.captures;
        sources.inventories += found.inventories;
        sources.captures.removeDuplicates();
        sources.inventories.removeDuplicates();
        setSources(sources);
    });
}

void Workspace::addSshConfig()
{
    NodeSources sources = m_preferences.sources;
    sources.sshConfigs = QStringList{QDir::homePath() + QStringLiteral("/.ssh/config")};
    setSources(sources);
}

void Workspace::addLocal()
{
    NodeSources sources = m_preferences.sources;
    sources.nodes.removeAll(QStringLiteral("local"));
    sources.nodes.append(QStringLiteral("local"));
    setSources(sources);
}

QString Workspace::addNode(const QString& text)
{
    QString problem;
    if (!readNodeArgument(text, problem)) {
        return problem;
    }
    NodeSources sources = m_preferences.sources;
    sources.nodes.append(text);
    setSources(sources);
    return {};
}

qsizetype Workspace::removeNodes(const QStringList& names)
{
    NodeSources sources = m_preferences.sources;
    const auto isChosen = [&names](const QString& text) {
        QString problem;
        const auto entry = readNodeArgument(text, problem);
        return entry && names.contains(entry->name);
    };
    const qsizetype removed = sources.nodes.removeIf(isChosen);
    if (removed > 0) {
        setSources(sources);
    }
    return removed;
}

void Workspace::setPreferences(const Preferences& preferences)
{
    takeChanges(m_kept.connection, m_preferences.connection, preferences.connection);
    m_kept.notify = preferences.notify;
    m_preferences = preferences;
    writePreferences(m_settings, m_kept);
}

void Workspace::setAppearanceTo(Appearance appearance)
{
    m_preferences.appearance = appearance;
    m_kept.appearance = appearance;
    setAppearance(appearance);
    writePreferences(m_settings, m_kept);
}

} // namespace notrack::gui
