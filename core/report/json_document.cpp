#include "core/report/json_document.h"

#include <utility>
#include <vector>

namespace notrack
{

namespace
{

using Json = nlohmann::ordered_json;

/// ordered_json looks keys up one after the other, so an object with many keys costs their square.
constexpr std::size_t mostMembers = 128;

class DocumentBuilder
{
public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    explicit DocumentBuilder(const DocumentLimits& limits) : m_limits(limits) {}

    const std::string& problem() const { return m_problem; }
    Json& document() { return m_document; }

    bool null() { return add(Json()); }
    bool boolean(bool truth) { return add(truth); }
    bool number_integer(number_integer_t number) { return add(number); }
    bool number_unsigned(number_unsigned_t number) { return add(number); }
    bool number_float(number_float_t number, const string_t& /*text*/) { return add(number); }
    bool string(string_t& text) { return add(std::move(text)); }
    bool binary(binary_t& /*bytes*/) { return refuse("this is no JSON"); }
    bool start_object(std::size_t /*size*/) { return open(Json::object()); }
    bool start_array(std::size_t /*size*/) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(string_t& name)
    {
        if (m_open.back()->size() == mostMembers)
            return refuse("an object has more than " + std::to_string(mostMembers) + " keys");
        m_key = std::move(name);
        return true;
    }

    bool parse_error(std::size_t position, const std::string& /*token*/, const Json::exception& /*problem*/)
    {
        return refuse("this is no JSON: it goes wrong at byte " + std::to_string(position));
    }

private:
    bool refuse(std::string problem)
    {
        m_problem = std::move(problem);
        return false;
    }

    bool add(Json value)
    {
        if (++m_values > m_limits.values)
            return refuse("there are more than " + std::to_string(m_limits.values) + " values");
        m_last = &place();
        *m_last = std::move(value);
        return true;
    }

    /// Where the next value belongs.
    Json& place()
    {
        if (m_open.empty())
            return m_document;
        Json& parent = *m_open.back();
        return parent.is_array() ? parent.emplace_back() : parent[m_key];
    }

    bool open(Json value)
    {
        if (m_open.size() == m_limits.levels)
            return refuse("it is nested deeper than " + std::to_string(m_limits.levels) + " levels");
        if (!add(std::move(value)))
            return false;
        m_open.push_back(m_last);
        return true;
    }

    bool close()
    {
        m_open.pop_back();
        return true;
    }

    const DocumentLimits& m_limits;
    Json m_document;
    std::vector<Json*> m_open; ///< from the outermost in; a container does not grow while one in it is open
    Json* m_last = nullptr;
    std::string m_key;
    std::size_t m_values = 0;
    std::string m_problem;
};

} // namespace

Result<Json> readDocument(std::string_view text, const DocumentLimits& limits, const std::string& what)
{
    if (text.size() > limits.bytes)
        return makeError(ErrorKind::Failed, "it is longer than " + std::to_string(limits.bytes) + " bytes", what);
    try {
        DocumentBuilder builder(limits);
        if (!Json::sax_parse(text.begin(), text.end(), &builder))
            return makeError(ErrorKind::Failed, builder.problem(), what);
        return std::move(builder.document());
    } catch (const Json::exception&) {
        return makeError(ErrorKind::Failed, "this is no JSON that the reader understands", what);
    }
}

} // namespace notrack
