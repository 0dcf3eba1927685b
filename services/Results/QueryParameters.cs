using System.Globalization;
using Google.Protobuf.Reflection;
using MedCloud.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MedCloud.Results;

/// <summary>
/// Checks the query of a JSON request before it is transcoded, because transcoding names neither the field of a bad value nor a parameter that it does not
/// know (a misspelt filter would list every patient). An empty parameter counts as absent.
/// </summary>
internal static class QueryParameters
{
    /// <summary>Puts the check in front of every JSON endpoint; an endpoint convention.</summary>
    public static void CheckBefore(EndpointBuilder endpoint)
    {
        if (endpoint is not { RequestDelegate: { } transcode } || endpoint.Metadata.OfType<GrpcJsonTranscodingMetadata>().FirstOrDefault() is not { } metadata)
            return;
        var request = metadata.MethodDescriptor.InputType;
        endpoint.RequestDelegate = context =>
        {
            var set = context.Request.Query.Where(parameter => !StringValues.IsNullOrEmpty(parameter.Value)).ToDictionary();
            if (set.Select(parameter => Fault(request, parameter.Key, parameter.Value)).OfType<string>().FirstOrDefault() is { } fault)
                return DoorError.WriteAsync(context, ErrorCode.InvalidArgument, fault);
            context.Request.Query = new QueryCollection(set);
            return transcode(context);
        };
    }

    private static string? Fault(MessageDescriptor request, string name, StringValues values)
    {
        var field = request.FindFieldByName(name) ?? request.Fields.InDeclarationOrder().FirstOrDefault(each => each.JsonName == name);
        return field switch
        {
            null => $"there is no query parameter {name}",
            _ when values.Count > 1 => $"{field.JsonName} must stand once only",
            { FieldType: FieldType.Int32 } when !int.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) =>
                $"{field.JsonName} must be a whole number",
            { FieldType: FieldType.Enum } when field.EnumType.FindValueByName(values[0]) is null =>
                $"{field.JsonName} must be one of {string.Join(", ", field.EnumType.Values.Where(value => value.Number != 0).Select(value => value.Name))}",
            _ => null,
        };
    }
}
