#pragma once

#include "gui/remote/node_sources.h"
#include "gui/view/preferences.h"

#include <QObject>
#include <QSettings>
#include <QStringList>

namespace notrack::gui
{

/// Whether the sources of this run are kept for the next one: those of a command line are not.
enum class Remember { Sources, NoSources };

/// What a person works with: sources, settings, and what of it is remembered when.
class Workspace : public QObject
{
    Q_OBJECT

public:
    Workspace(Preferences preferences, Remember remember, QObject* parent = nullptr);

    const Preferences& preferences() const { return m_preferences; }
    Remember remember() const { return m_remember; }

    /// Reads the sources again.
    void load();
    void setSources(const NodeSources& sources);
    /// As of SourceLoader.
    std::vector<SourcePreview> previews() const { return m_loader.previews(); }
    /// The nodes of the source may be contacted, but for these. Kept for the next run.
    void choose(const QString& path, const QStringList& leftOut);
    void openInventory(const QString& path);
    /// Adds captures, or folders of them, to those that are shown.
    void openCaptures(const QStringList& paths);
    /// Opens each as what it looks like: captures or an inventory. Looks in a thread.
    void openDropped(const QStringList& paths);
    void addSshConfig();
    void addLocal();
    /// Gives why the text is no node, or nothing.
    QString addNode(const QString& text);
    /// Takes nodes that were added by hand out of the sources, and gives how many of them there were.
    qsizetype removeNodes(const QStringList& names);
    void setPreferences(const Preferences& preferences);
    void setAppearanceTo(Appearance appearance);

    /// How the window looked, key by key.
    QVariant layout(const QString& key, const QVariant& otherwise = {}) const { return m_settings.value(key, otherwise); }
    void keepLayout(const QString& key, const QVariant& value) { m_settings.setValue(key, value); }

signals:
    void loading();
    /// As of SourceLoader.
    void progressed(const notrack::gui::Inventory& inventory);
    void loaded(const notrack::gui::Inventory& inventory);

private:
    QSettings m_settings;
    Preferences m_preferences; ///< what this run works with
    Preferences m_kept;        ///< what the next run gets: without what the command line asked for
    Remember m_remember;
    SourceLoader m_loader;
};

} // namespace notrack::gui
