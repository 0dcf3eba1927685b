using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MedCloud.ModelCatalogue;

/// <summary>The JSON of a manifest: its schema, and a strict reading that names every fault rather than the first.</summary>
public static class ManifestJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>The JSON schema of a manifest, as committed in <c>deploy/models/manifest.schema.json</c>.</summary>
    public static string Schema()
    {
        var exported = Options.GetJsonSchemaAsNode(typeof(ModelManifest), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }).AsObject();
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "MedCloud model manifest",
        };
        foreach (var (name, value) in exported)
            schema[name] = value?.DeepClone();
        return schema.ToJsonString(Options) + "\n";
    }

    /// <summary>Reads a manifest; null exactly when <paramref name="faults"/> has any.</summary>
    internal static ModelManifest? Read(ReadOnlyMemory<byte> json, string file, out List<ModelFault> faults)
    {
        faults = [];
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            Check(document.RootElement, Options.GetTypeInfo(typeof(ModelManifest)), "", file, faults);
            return faults.Count == 0 ? document.Deserialize<ModelManifest>(Options) : null;
        }
        catch (JsonException fault)
        {
            faults.Add(new ModelFault(file, fault.Path ?? "", $"is not JSON: {fault.Message}", "correct it; the schema is manifest.schema.json"));
            return null;
        }
    }

    /// <summary>Compares the shape of <paramref name="element"/> with its type, member by member, as the serialiser would, but without stopping.</summary>
    private static void Check(JsonElement element, JsonTypeInfo type, string member, string file, List<ModelFault> faults)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                CheckObject(element, type, member, file, faults);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array && type.ElementType is { } item:
                var index = 0;
                foreach (var entry in element.EnumerateArray())
                    Check(entry, Options.GetTypeInfo(item), $"{member}[{index++}]", file, faults);
                break;
            case JsonTypeInfoKind.None when element.ValueKind != JsonValueKind.Null && IsValue(element, type):
                break;
            default:
                faults.Add(new ModelFault(file, member, $"is not {Expected(type)}", $"write {Expected(type)}"));
                break;
        }
    }

    private static void CheckObject(JsonElement element, JsonTypeInfo type, string member, string file, List<ModelFault> faults)
    {
        var prefix = member.Length == 0 ? "" : member + ".";
        foreach (var property in element.EnumerateObject())
        {
            if (type.Properties.FirstOrDefault(known => known.Name == property.Name) is not { } known)
            {
                faults.Add(new ModelFault(file, prefix + property.Name, "is not known", $"remove it; known here: {string.Join(", ", type.Properties.Select(each => each.Name))}"));
            }
            else if (property.Value.ValueKind != JsonValueKind.Null || !known.IsSetNullable)
            {
                Check(property.Value, Options.GetTypeInfo(known.PropertyType), prefix + property.Name, file, faults);
            }
        }

        foreach (var missing in type.Properties.Where(known => known.IsRequired && !element.TryGetProperty(known.Name, out _)))
            faults.Add(new ModelFault(file, prefix + missing.Name, "is missing", $"add {Expected(Options.GetTypeInfo(missing.PropertyType))}"));
    }

    private static bool IsValue(JsonElement element, JsonTypeInfo type)
    {
        try
        {
            return element.Deserialize(type) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Expected(JsonTypeInfo type) => type switch
    {
        { Kind: JsonTypeInfoKind.Object } => "an object",
        { Kind: JsonTypeInfoKind.Enumerable } => "a list",
        { Type.IsEnum: true } => string.Join(" or ", Enum.GetValues(type.Type).Cast<object>().Select(value => JsonSerializer.Serialize(value, type))),
        _ when type.Type == typeof(string) => "a text",
        _ when type.Type == typeof(int) => "a whole number",
        _ when type.Type == typeof(bool) => "true or false",
        _ => "a number",
    };
}
