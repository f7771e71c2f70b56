#include "core/report/schema.h"

#include "core/profile/waivable.h"
#include "core/report/report.h"
#include "tests/unit/golden.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace notrack;

namespace
{

QByteArray bytesOf(std::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

QString schemaFile(const QString& name)
{
    return fileText(QStringLiteral(NOTRACK_SOURCE_DIR "/core/schema/") + name);
}

QJsonValue at(QJsonValue value, const QStringList& path)
{
    for (const QString& key : path)
        value = value.toObject().value(key);
    return value;
}

} // namespace

class SchemaTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theProgramHoldsTheFiles()
    {
        QCOMPARE(QString::fromUtf8(bytesOf(profileSchema())), schemaFile("profile.schema.json"));
        QCOMPARE(QString::fromUtf8(bytesOf(reportSchema())), schemaFile("report.schema.json"));
    }

    void everyFindingCanBeWaived()
    {
        const QJsonObject schema = QJsonDocument::fromJson(bytesOf(profileSchema())).object();
        QStringList inSchema;
        for (const QJsonValue& id : at(schema, {"$defs", "safety", "properties", "waive", "items", "enum"}).toArray())
            inSchema += id.toString();
        QStringList known;
        for (const std::string_view id : waivableFindings)
            known += QString::fromUtf8(bytesOf(id));
        inSchema.sort();
        known.sort();
        QCOMPARE(inSchema, known);
    }

    void reportNamesItsSchema()
    {
        const QJsonObject schema = QJsonDocument::fromJson(bytesOf(reportSchema())).object();
        QCOMPARE(at(schema, {"properties", "schema", "const"}).toString().toStdString(), std::string(reportSchemaId));
    }
};

QTEST_APPLESS_MAIN(SchemaTest)
#include "schema_test.moc"
