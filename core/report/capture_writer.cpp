#include "core/base/number_text.h"
#include "core/report/capture_codec.h"
#include "core/report/capture_fields.h"
#include "core/report/private_bytes.h"

#include <nlohmann/json.hpp>

namespace notrack
{

namespace
{

using Json = nlohmann::ordered_json;

std::string toHexadecimal(const nf_tables::Bytes& bytes)
{
    std::string text;
    for (const std::uint8_t byte : bytes)
        text += hexText(byte, 2);
    return text;
}

/// Puts the fields of a value into a JSON object. What is absent, empty or zero is left out: the reader begins with that.
class CaptureFieldsWriter
{
public:
    explicit CaptureFieldsWriter(Json& object) : m_object(object) {}

    void field(const char* name, const std::string& text) { add(name, toUtf8(text), !text.empty()); }
    void field(const char* name, bool truth) { add(name, truth); }
    void field(const char* name, std::integral auto number) { add(name, number, number != 0); }
    void field(const char* name, const Prefix& prefix) { add(name, toText(prefix)); }
    void bytes(const char* name, const nf_tables::Bytes& bytes) { add(name, toHexadecimal(bytes), !bytes.empty()); }
    void verdict(const char* name, nf_tables::VerdictCode code) { add(name, static_cast<int>(code)); }

    template <typename Value>
    void field(const char* name, const std::optional<Value>& value)
    {
        if (value)
            add(name, toJson(*value));
    }

    template <typename Number>
    void number(const char* name, Number number, std::uint64_t /*most*/)
    {
        add(name, static_cast<std::uint64_t>(number));
    }

    void numberIfAny(const char* name, const std::optional<std::uint32_t>& number, std::uint64_t most)
    {
        if (number)
            this->number(name, *number, most);
    }

    template <typename Word, typename Words>
    void word(const char* name, Word word, const Words& words)
    {
        add(name, std::string(words.at(static_cast<std::size_t>(word))));
    }

    template <typename Word, typename Words>
    void wordIfAny(const char* name, const std::optional<Word>& found, const Words& words)
    {
        if (found)
            word(name, *found, words);
    }

    template <typename Item>
    void list(const char* name, const std::vector<Item>& items, std::size_t /*most*/)
    {
        if (items.empty())
            return;
        Json array = Json::array();
        for (const Item& item : items)
            array.push_back(toJson(item));
        m_object[name] = std::move(array);
    }

    template <typename Value>
    void object(const char* name, const std::optional<Value>& value)
    {
        if (value)
            m_object[name] = toJson(*value);
    }

    template <typename Value>
    void object(const char* name, const std::shared_ptr<const Value>& value)
    {
        if (value)
            m_object[name] = toJson(*value);
    }

    template <typename Value>
    void group(const char* name, const Value& value)
    {
        m_object[name] = toJson(value);
    }

    template <typename... Kinds>
    void choice(const std::variant<Kinds...>& value)
    {
        m_object["is"] = std::string(kindsOf(&value).at(value.index()));
        std::visit([&](const auto& kind) { visitFields(*this, kind); }, value);
    }

    void elementValue(const std::variant<std::monostate, nf_tables::Bytes, nf_tables::Verdict, std::string>& value)
    {
        if (const auto* data = std::get_if<nf_tables::Bytes>(&value))
            m_object["data"] = toHexadecimal(*data);
        else if (const auto* verdict = std::get_if<nf_tables::Verdict>(&value))
            m_object["verdict"] = toJson(*verdict);
        else if (const auto* object = std::get_if<std::string>(&value))
            m_object["object"] = toUtf8(*object);
    }

private:
    void add(const char* name, Json value, bool kept = true)
    {
        if (kept)
            m_object[name] = std::move(value);
    }

    static Json toJson(const std::string& text) { return toUtf8(text); }
    static Json toJson(std::uint32_t number) { return number; }
    static Json toJson(const Address& address) { return toText(address); }
    static Json toJson(const Prefix& prefix) { return toText(prefix); }
    static Json toJson(const IpSetElement& element) { return toText(element); }

    template <typename... Kinds>
    static Json toJson(const std::variant<Kinds...>& value)
    {
        Json object = Json::object();
        CaptureFieldsWriter(object).choice(value);
        return object;
    }

    template <typename Value>
    static Json toJson(const Value& value)
    {
        Json object = Json::object();
        CaptureFieldsWriter fields(object);
        visitFields(fields, value);
        return object;
    }

    Json& m_object;
};

} // namespace

std::string writeCapture(const Capture& capture)
{
    Json object = Json::object();
    object["schema"] = std::string(captureSchemaId);
    CaptureFieldsWriter fields(object);
    visitFields(fields, capture);
    Json report = Json::parse(capture.report, nullptr, false);
    if (report.is_object())
        object["report"] = std::move(report);
    return object.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

} // namespace notrack
