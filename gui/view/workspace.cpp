#include "gui/view/workspace.h"

#include <QDir>

#include <utility>

namespace notrack::gui
{

Workspace::Workspace(Preferences preferences, Remember remember, QObject* parent)
    : QObject(parent), m_preferences(std::move(preferences)), m_remember(remember), m_loader(this)
{
    connect(&m_loader, &SourceLoader::progressed, this, &Workspace::progressed);
    connect(&m_loader, &SourceLoader::loaded, this, &Workspace::loaded);
}

void Workspace::load()
{
    if (!m_preferences.sources.empty()) {
        emit loading();
    }
    m_loader.load(m_preferences.sources);
}

void Workspace::setSources(const NodeSources& sources)
{
    m_preferences.sources = sources;
    if (m_remember == Remember::Sources) {
        writePreferences(m_settings, m_preferences);
    }
    load();
}

void Workspace::openInventory(const QString& path)
{
    NodeSources sources = m_preferences.sources;
    sources.inventories = QStringList{path};
    setSources(sources);
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
    m_preferences = preferences;
    Preferences kept = m_preferences;
    if (m_remember == Remember::NoSources) {
        kept.sources = readPreferences(m_settings).sources;
    }
    writePreferences(m_settings, kept);
}

void Workspace::setAppearanceTo(Appearance appearance)
{
    m_preferences.appearance = appearance;
    setAppearance(appearance);
    m_settings.setValue(QStringLiteral("view/appearance"), static_cast<int>(appearance));
}

} // namespace notrack::gui
