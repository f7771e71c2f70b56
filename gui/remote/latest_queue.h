#pragma once

#include <QHash>
#include <QString>

#include <deque>
#include <optional>
#include <utility>

namespace notrack::gui
{

/// A queue that holds at most one value a node: a newer value takes the older one's place in the line.
template <typename Value>
class LatestQueue
{
public:
    /// Gives the value that was replaced, if there was one.
    std::optional<Value> push(const QString& node, Value value)
    {
        const auto known = m_values.find(node);
        if (known != m_values.end()) {
            return std::exchange(*known, std::move(value));
        }
        m_order.push_back(node);
        m_values.insert(node, std::move(value));
        return std::nullopt;
    }

    /// The value that has waited longest.
    std::optional<std::pair<QString, Value>> pop()
    {
        if (m_order.empty()) {
            return std::nullopt;
        }
        QString node = m_order.front();
        m_order.pop_front();
        Value value = m_values.take(node);
        return std::make_pair(std::move(node), std::move(value));
    }

    bool empty() const { return m_order.empty(); }
    qsizetype size() const { return m_values.size(); }

private:
    std::deque<QString> m_order;
    QHash<QString, Value> m_values;
};

} // namespace notrack::gui
