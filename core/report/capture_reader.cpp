#include "core/base/clean_text.h"
#include "core/report/capture_codec.h"
#include "core/report/capture_fields.h"
#include "core/report/json_document.h"
#include "core/report/private_bytes.h"

#include <limits>
#include <memory>

namespace notrack
{

namespace
{

using Json = nlohmann::ordered_json;

/// A node with 20,000 rules of nft's own has about half of them.
constexpr DocumentLimits captureLimits{.bytes = longestCapture, .levels = 24, .values = 2'000'000};

/// Takes the fields of a value out of a JSON object. The first thing that is wrong is kept in `error`; nothing is read after it.
class CaptureFieldsReader
{
public:
    CaptureFieldsReader(Json& object, std::string_view where, std::optional<Error>& error) : m_object(object), m_error(error)
    {
        if (!object.is_object())
            refuse(where, "must be an object");
    }

    template <typename Value>
    void field(const char* name, Value& value)
    {
        with(name, [&](Json& json) { read(json, name, value); });
    }

    template <typename Number>
    void number(const char* name, Number& number, std::uint64_t most)
    {
        with(name, [&](Json& json) {
            if (!json.is_number_unsigned() || json.get<std::uint64_t>() > most)
                return refuse(name, "must be a whole number from 0 to " + std::to_string(most));
            number = static_cast<Number>(json.get<std::uint64_t>());
        });
    }

    void numberIfAny(const char* name, std::optional<std::uint32_t>& value, std::uint64_t most)
    {
        if (m_object.contains(name))
            number(name, value.emplace(), most);
    }

    void bytes(const char* name, nf_tables::Bytes& bytes)
    {
        with(name, [&](Json& json) { readBytes(json, name, bytes); });
    }

    void verdict(const char* name, nf_tables::VerdictCode& code)
    {
        with(name, [&](Json& json) {
            const std::int64_t number = json.is_number_integer() ? json.get<std::int64_t>() : 2;
            if (number < -5 || number > 3 || number == 2)
                return refuse(name, "must be the number of a verdict, -5 to 3 without 2");
            code = static_cast<nf_tables::VerdictCode>(number);
        });
    }

    template <typename Word, typename Words>
    void word(const char* name, Word& word, const Words& words)
    {
        with(name, [&](Json& json) {
            const auto* text = json.get_ptr<const std::string*>();
            const auto found = text == nullptr ? words.end() : std::find(words.begin(), words.end(), *text);
            if (found == words.end())
                return refuse(name, "is none of the words that stand there");
            word = static_cast<Word>(found - words.begin());
        });
    }

    template <typename Word, typename Words>
    void wordIfAny(const char* name, std::optional<Word>& value, const Words& words)
    {
        if (m_object.contains(name))
            word(name, value.emplace(), words);
    }

    template <typename Item>
    void list(const char* name, std::vector<Item>& items, std::size_t most)
    {
        with(name, [&](Json& json) {
            if (!json.is_array())
                return refuse(name, "must be a list");
            if (json.size() > most)
                return refuse(name, "holds more than " + std::to_string(most) + " items");
            items.resize(json.size());
            for (std::size_t i = 0; i < items.size() && !m_error; ++i)
                read(json[i], name, items[i]);
        });
    }

    void list(const char* name, std::vector<Prefix>& items, std::size_t most)
    {
        std::vector<std::optional<Prefix>> networks;
        list(name, networks, most);
        for (const std::optional<Prefix>& network : networks)
            if (network)
                items.push_back(*network);
    }

    template <typename Value>
    void object(const char* name, std::optional<Value>& value)
    {
        with(name, [&](Json& json) { read(json, name, value.emplace()); });
    }

    template <typename Value>
    void object(const char* name, std::shared_ptr<const Value>& value)
    {
        with(name, [&](Json& json) {
            const auto made = std::make_shared<Value>();
            read(json, name, *made);
            value = made;
        });
    }

    template <typename Value>
    void group(const char* name, Value& value)
    {
        with(name, [&](Json& json) { read(json, name, value); });
    }

    template <typename... Kinds>
    void choice(std::variant<Kinds...>& value)
    {
        const auto& kinds = kindsOf(&value);
        std::size_t index = kinds.size();
        word("is", index, kinds);
        if (index == kinds.size())
            return refuse("is", "must name a kind");
        emplace(value, index, std::index_sequence_for<Kinds...>());
        if (!m_error)
            std::visit([&](auto& kind) { visitFields(*this, kind); }, value);
    }

    void elementValue(std::variant<std::monostate, nf_tables::Bytes, nf_tables::Verdict, std::string>& value)
    {
        with("data", [&](Json& json) { readBytes(json, "data", value.emplace<nf_tables::Bytes>()); });
        with("verdict", [&](Json& json) { read(json, "verdict", value.emplace<nf_tables::Verdict>()); });
        with("object", [&](Json& json) { read(json, "object", value.emplace<std::string>()); });
    }

private:
    void refuse(std::string_view where, std::string message)
    {
        if (!m_error)
            m_error = Error{ErrorKind::Failed, std::move(message), std::string(where), {}};
    }

    template <typename Use>
    void with(const char* name, const Use& use)
    {
        if (m_error)
            return;
        const auto found = m_object.find(name);
        if (found != m_object.end())
            use(*found);
    }

    template <typename... Kinds, std::size_t... Indices>
    static void emplace(std::variant<Kinds...>& value, std::size_t index, std::index_sequence<Indices...> /*all*/)
    {
        static_cast<void>(((index == Indices && (value.template emplace<Indices>(), true)) || ...));
    }

    void readBytes(Json& json, std::string_view where, nf_tables::Bytes& bytes)
    {
        const auto* text = json.get_ptr<const std::string*>();
        const auto digit = [](char letter) { return std::string_view("0123456789abcdef").find(letter); };
        if (text == nullptr || text->size() % 2 != 0 || text->find_first_not_of("0123456789abcdef") != std::string::npos)
            return refuse(where, "must be hexadecimal bytes");
        for (std::size_t i = 0; i < text->size(); i += 2)
            bytes.push_back(static_cast<std::uint8_t>(digit((*text)[i]) << 4U | digit((*text)[i + 1])));
    }

    void read(Json& json, std::string_view where, std::string& text)
    {
        if (!json.is_string())
            return refuse(where, "must be text");
        text = fromUtf8(std::move(json.get_ref<std::string&>()));
    }

    void read(Json& json, std::string_view where, bool& truth)
    {
        if (!json.is_boolean())
            return refuse(where, "must be true or false");
        truth = json.get<bool>();
    }

    template <std::integral Number>
    void read(Json& json, std::string_view where, Number& number)
    {
        using Limits = std::numeric_limits<Number>;
        const bool fits = json.is_number_unsigned() ? json.get<std::uint64_t>() <= static_cast<std::uint64_t>(Limits::max())
                                                    : json.is_number_integer() && std::is_signed_v<Number> &&
                                                          json.get<std::int64_t>() >= std::int64_t{Limits::min()};
        if (!fits)
            return refuse(where, "must be a whole number that fits there");
        number = json.get<Number>();
    }

    void read(Json& json, std::string_view where, Address& address)
    {
        const auto* text = json.get_ptr<const std::string*>();
        const Result<Address> result = text == nullptr ? Result<Address>(makeError(ErrorKind::Failed, {})) : readAddress(*text);
        if (!result)
            return refuse(where, "must be an address");
        address = *result;
    }

    void read(Json& json, std::string_view where, IpSetElement& element)
    {
        const auto* text = json.get_ptr<const std::string*>();
        const std::optional<IpSetElement> result = text == nullptr ? std::nullopt : readIpSetElement(*text);
        if (!result)
            return refuse(where, "must be an element of an ipset");
        element = *result;
    }

    void read(Json& json, std::string_view where, std::optional<Prefix>& prefix)
    {
        const auto* text = json.get_ptr<const std::string*>();
        const Result<Prefix> result = text == nullptr ? Result<Prefix>(makeError(ErrorKind::Failed, {})) : readPrefix(*text);
        if (!result)
            return refuse(where, "must be a network");
        prefix = *result;
    }

    template <typename Value>
    void read(Json& json, std::string_view where, std::optional<Value>& value)
    {
        read(json, where, value.emplace());
    }

    template <typename... Kinds>
    void read(Json& json, std::string_view where, std::variant<Kinds...>& value)
    {
        CaptureFieldsReader fields(json, where, m_error);
        if (!m_error)
            fields.choice(value);
    }

    template <typename Value>
    void read(Json& json, std::string_view where, Value& value)
    {
        CaptureFieldsReader fields(json, where, m_error);
        if (!m_error)
            visitFields(fields, value);
    }

    Json& m_object;
    std::optional<Error>& m_error;
};

/// What is wrong with the schema of a document, or nothing.
std::optional<Error> captureSchemaProblem(const Json& document)
{
    const auto found = document.is_object() ? document.find("schema") : document.end();
    const auto* schema = found == document.end() ? nullptr : found->get_ptr<const std::string*>();
    if (schema != nullptr && *schema == captureSchemaId)
        return std::nullopt;
    return Error{ErrorKind::Failed, "is no capture: its schema is not " + std::string(captureSchemaId), "schema", {}};
}

} // namespace

Result<Capture> readCapture(std::string_view json)
{
    Result<Json> document = readDocument(json, captureLimits, "capture");
    if (!document)
        return tl::unexpected(document.error());
    Capture capture;
    std::optional<Error> error = captureSchemaProblem(*document);
    if (!error) {
        CaptureFieldsReader fields(*document, "capture", error);
        visitFields(fields, capture);
    }
    if (error)
        return tl::unexpected(*error);
    if (const auto report = document->find("report"); report != document->end())
        capture.report = report->dump(-1, ' ', true, Json::error_handler_t::replace);
    return capture;
}

} // namespace notrack
