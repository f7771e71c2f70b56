#include "core/report/report_codec.h"
#include "core/report/report_fields.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace notrack
{

namespace
{

using Json = nlohmann::ordered_json;

/// Puts the fields of a value into a JSON object. Absent optionals and figures that are no number are left out, and of a
/// list what is beyond the reader's limits.
class ReportFieldsWriter
{
public:
    ReportFieldsWriter(Json& object, std::vector<std::string>& cuts) : m_object(object), m_cuts(cuts) {}

    void field(const char* name, const std::string& text) { m_object[name] = text; }
    void field(const char* name, bool truth) { m_object[name] = truth; }
    void field(const char* name, std::uint32_t number) { m_object[name] = number; }
    void field(const char* name, std::uint64_t number) { m_object[name] = number; }
    void field(const char* name, Port port) { m_object[name] = port.value; }
    void field(const char* name, const Address& address) { m_object[name] = toText(address); }

    void field(const char* name, double number)
    {
        if (std::isfinite(number))
            m_object[name] = number;
    }

    template <typename Word>
    requires std::is_enum_v<Word>
    void field(const char* name, Word word) { m_object[name] = std::string(toText(word)); }

    template <typename Value>
    void field(const char* name, const std::optional<Value>& value)
    {
        if (value)
            field(name, *value);
    }

    void lines(const char* name, const std::string& text) { field(name, text); }

    template <typename Item>
    void list(const char* name, const std::vector<Item>& items, std::size_t most)
    {
        Json array = Json::array();
        for (const Item& item : items) {
            if (array.size() == most) {
                m_cuts.push_back("the report lists " + std::to_string(most) + " of " + std::to_string(items.size()) + " " + name);
                break;
            }
            array.push_back(toJson(item));
        }
        m_object[name] = std::move(array);
    }

    template <typename Value>
    void object(const char* name, const std::optional<Value>& value)
    {
        if (value)
            m_object[name] = toJson(*value);
    }

    template <typename Value>
    void objectOrNull(const char* name, const std::optional<Value>& value)
    {
        m_object[name] = value ? toJson(*value) : Json();
    }

    template <typename Visit>
    void group(const char* name, const Visit& visit)
    {
        Json object = Json::object();
        ReportFieldsWriter fields(object, m_cuts);
        visit(fields);
        m_object[name] = std::move(object);
    }

private:
    Json toJson(const std::string& text) { return text; }

    template <typename Value>
    Json toJson(const Value& value)
    {
        Json object = Json::object();
        ReportFieldsWriter fields(object, m_cuts);
        visitFields(fields, value);
        return object;
    }

    Json& m_object;
    std::vector<std::string>& m_cuts; ///< a sentence for every list that a reader would refuse whole
};

std::string write(const Report& report, int indent)
{
    Json object = Json::object();
    object["schema"] = std::string(reportSchemaId);
    std::vector<std::string> cuts;
    ReportFieldsWriter fields(object, cuts);
    visitFields(fields, report);
    for (const std::string& cut : cuts)
        object["notes"].push_back(cut);
    // ASCII only: no terminal and no line splitter on the way finds anything to act on.
    return object.dump(indent, ' ', true, Json::error_handler_t::replace);
}

} // namespace

std::string writeReport(const Report& report)
{
    return write(report, -1);
}

std::string writeReportIndented(const Report& report)
{
    return write(report, 2);
}

} // namespace notrack
