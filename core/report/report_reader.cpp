#include "core/base/clean_text.h"
#include "core/report/json_document.h"
#include "core/report/report_codec.h"
#include "core/report/report_fields.h"

#include <algorithm>
#include <array>
#include <limits>

namespace notrack
{

namespace
{

using Json = nlohmann::ordered_json;

constexpr std::size_t longestReportText = 4'096;
constexpr std::size_t longestLines = 4U << 20U;
/// A longest report full of real rules has about 300,000.
constexpr DocumentLimits reportLimits{.bytes = longestReport, .levels = 16, .values = 500'000};

constexpr std::array allNodeStates{NodeState::InSync, NodeState::Drifted, NodeState::Absent, NodeState::Unsafe, NodeState::Error};
constexpr std::array allItemStates{ItemState::Ok, ItemState::Missing, ItemState::Unexpected, ItemState::Misplaced};
constexpr std::array allSeverities{Severity::Info, Severity::Warning, Severity::Fatal};
constexpr std::array allProtocols{Protocol::Udp, Protocol::Tcp};
constexpr std::array allErrorKinds{ErrorKind::Failed, ErrorKind::Usage,    ErrorKind::BadProfile,  ErrorKind::NoBackend,
                                   ErrorKind::Busy,   ErrorKind::Conflict, ErrorKind::NotPermitted};

/// A step on the way to a value; the path is put together only when something is wrong there.
struct FieldPlace
{
    const FieldPlace* parent = nullptr;
    std::string_view name;
    std::size_t index = 0; ///< in a list, when there is no name

    std::string path() const
    {
        const std::string before = parent == nullptr ? std::string() : parent->path();
        if (name.empty())
            return parent == nullptr ? before : before + "[" + std::to_string(index) + "]";
        return before.empty() ? std::string(name) : before + "." + std::string(name);
    }
};

/// Takes the fields of a value from a JSON object. The first thing that is wrong is kept in `error`; nothing is read after it.
class ReportFieldsReader
{
public:
    ReportFieldsReader(const Json& object, const FieldPlace& place, std::optional<Error>& error)
        : m_object(object), m_place(place), m_error(error)
    {
        if (!object.is_object())
            refuse(place, "must be an object");
    }

    template <typename Value>
    void field(std::string_view name, Value& value)
    {
        withMember(name, [&](const Json& json, const FieldPlace& place) { read(json, place, value); });
    }

    void lines(std::string_view name, std::string& text)
    {
        withMember(name, [&](const Json& json, const FieldPlace& place) { readText(json, place, text, longestLines, Newlines::Keep); });
    }

    template <typename Item>
    void list(std::string_view name, std::vector<Item>& items, std::size_t most)
    {
        withMember(name, [&](const Json& json, const FieldPlace& place) {
            if (!json.is_array())
                return refuse(place, "must be a list");
            if (json.size() > most)
                return refuse(place, "holds more than " + std::to_string(most) + " items");
            items.resize(json.size());
            for (std::size_t i = 0; i < items.size() && !m_error; ++i)
                readItem(json[i], FieldPlace{&place, {}, i}, items[i]);
        });
    }

    template <typename Value>
    void object(std::string_view name, std::optional<Value>& value)
    {
        withMember(name, [&](const Json& json, const FieldPlace& place) { readItem(json, place, value.emplace()); });
    }

    template <typename Value>
    void objectOrNull(std::string_view name, std::optional<Value>& value)
    {
        withMember(name, [&](const Json& json, const FieldPlace& place) {
            if (!json.is_null())
                readItem(json, place, value.emplace());
        });
    }

    template <typename Visit>
    void group(std::string_view name, const Visit& visit)
    {
        withMember(name, [&](const Json& json, const FieldPlace& place) {
            ReportFieldsReader fields(json, place, m_error);
            visit(fields);
        });
    }

private:
    void refuse(const FieldPlace& place, std::string message)
    {
        if (!m_error)
            m_error = Error{ErrorKind::Failed, std::move(message), place.path()};
    }

    template <typename Use>
    void withMember(std::string_view name, const Use& use)
    {
        if (m_error)
            return;
        const auto found = m_object.find(name);
        if (found != m_object.end())
            use(*found, FieldPlace{&m_place, name});
    }

    void readItem(const Json& json, const FieldPlace& place, std::string& text) { read(json, place, text); }

    template <typename Value>
    void readItem(const Json& json, const FieldPlace& place, Value& value)
    {
        ReportFieldsReader fields(json, place, m_error);
        if (!m_error)
            visitFields(fields, value);
    }

    void readText(const Json& json, const FieldPlace& place, std::string& text, std::size_t longest, Newlines newlines)
    {
        if (!json.is_string())
            return refuse(place, "must be text");
        text = cleanText(cutText(json.get_ref<const std::string&>(), longest), newlines);
    }

    void read(const Json& json, const FieldPlace& place, std::string& text)
    {
        readText(json, place, text, longestReportText, Newlines::Drop);
    }

    void read(const Json& json, const FieldPlace& place, bool& truth)
    {
        if (!json.is_boolean())
            return refuse(place, "must be true or false");
        truth = json.get<bool>();
    }

    void read(const Json& json, const FieldPlace& place, std::unsigned_integral auto& number)
    {
        using Number = std::remove_reference_t<decltype(number)>;
        constexpr std::uint64_t largest = std::numeric_limits<Number>::max();
        if (!json.is_number_unsigned() || json.get<std::uint64_t>() > largest)
            return refuse(place, "must be a whole number from 0 to " + std::to_string(largest));
        number = static_cast<Number>(json.get<std::uint64_t>());
    }

    void read(const Json& json, const FieldPlace& place, double& number)
    {
        if (!json.is_number() || json.get<double>() < 0)
            return refuse(place, "must be a number, not below 0");
        number = json.get<double>();
    }

    void read(const Json& json, const FieldPlace& place, Port& port) { read(json, place, port.value); }

    void read(const Json& json, const FieldPlace& place, Address& address)
    {
        const auto* text = json.get_ptr<const std::string*>();
        const Result<Address> result = text == nullptr ? Result<Address>(makeError(ErrorKind::Failed, {})) : readAddress(*text);
        if (!result)
            return refuse(place, "must be an IPv4 or IPv6 address");
        address = *result;
    }

    template <typename Value>
    void read(const Json& json, const FieldPlace& place, std::optional<Value>& value)
    {
        read(json, place, value.emplace());
    }

    void read(const Json& json, const FieldPlace& place, Family& word) { readWord(json, place, word, allFamilies); }
    void read(const Json& json, const FieldPlace& place, Protocol& word) { readWord(json, place, word, allProtocols); }
    void read(const Json& json, const FieldPlace& place, NodeState& word) { readWord(json, place, word, allNodeStates); }
    void read(const Json& json, const FieldPlace& place, ItemState& word) { readWord(json, place, word, allItemStates); }
    void read(const Json& json, const FieldPlace& place, Severity& word) { readWord(json, place, word, allSeverities); }
    void read(const Json& json, const FieldPlace& place, Proof& word) { readWord(json, place, word, allProofs); }
    void read(const Json& json, const FieldPlace& place, TrialOutcome& word) { readWord(json, place, word, allTrialOutcomes); }
    void read(const Json& json, const FieldPlace& place, Cure& word) { readWord(json, place, word, allCures); }
    void read(const Json& json, const FieldPlace& place, ErrorKind& word) { readWord(json, place, word, allErrorKinds); }

    template <typename Word, std::size_t Count>
    void readWord(const Json& json, const FieldPlace& place, Word& word, const std::array<Word, Count>& words)
    {
        const auto* text = json.get_ptr<const std::string*>();
        std::string known;
        for (const Word each : words) {
            if (text != nullptr && *text == toText(each)) {
                word = each;
                return;
            }
            known.append(known.empty() ? "" : ", ").append(toText(each));
        }
        refuse(place, "must be one of " + known);
    }

    const Json& m_object;
    const FieldPlace& m_place;
    std::optional<Error>& m_error;
};

constexpr std::size_t longestQuotedSchema = 64;

/// What is wrong with the schema of a document, or nothing.
std::optional<Error> reportSchemaProblem(const Json& document)
{
    const std::string understood = "this program understands " + std::string(reportSchemaId);
    if (!document.is_object())
        return Error{ErrorKind::Failed, "must be an object", "report"};
    const auto found = document.find("schema");
    const auto* schema = found == document.end() ? nullptr : found->get_ptr<const std::string*>();
    if (schema == nullptr)
        return Error{ErrorKind::Failed, "must name the schema of the report; " + understood, "schema"};
    if (*schema == reportSchemaId)
        return {};
    const std::string quoted = cleanText(cutText(*schema, longestQuotedSchema), Newlines::Drop);
    return Error{ErrorKind::Failed, "the report has the schema \"" + quoted + "\"; " + understood, "schema"};
}

} // namespace

Result<Report> readReport(std::string_view json)
{
    const Result<Json> document = readDocument(json, reportLimits, "report");
    if (!document)
        return tl::unexpected(document.error());
    std::optional<Error> error = reportSchemaProblem(*document);
    if (error)
        return tl::unexpected(*error);
    Report report;
    const FieldPlace root;
    ReportFieldsReader fields(*document, root, error);
    visitFields(fields, report);
    if (error)
        return tl::unexpected(*error);
    return report;
}

} // namespace notrack
