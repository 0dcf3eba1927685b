using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MedCloud.Interop.Tests;

/// <summary>DCMTK's <c>dcmdump</c>: tags, VRs, lengths and nesting; no values.</summary>
internal static partial class Dcmdump
{
    /// <summary>The elements of a file's data set, in the order of the file.</summary>
    public static async Task<IReadOnlyList<FoundElement>> ElementsAsync(string file)
    {
        var printed = await ExternalTool.RunAsync("dcmdump", "dcmtk", ["-q", file]);
        var found = new List<FoundElement>();
        // the path of the data set at each depth, and how many items its last sequence has had
        var prefixes = new List<string> { "" };
        var items = new Dictionary<string, int>();
        var fragments = false;
        foreach (Match line in Line().Matches(printed))
        {
            var tag = $"({line.Groups["tag"].Value.ToUpperInvariant()})";
            var depth = line.Groups["indent"].Length / 2;
            if (tag.StartsWith("(0002,", StringComparison.Ordinal) && depth == 0)
                continue;
            if (tag == "(FFFE,E0DD)")
                fragments = false;
            if (fragments || tag is "(FFFE,E0DD)" or "(FFFE,E00D)")
                continue;
            Assert.True(prefixes.Count > depth, $"{Path.GetFileName(file)}: dcmdump printed {line.Value}");
            prefixes.RemoveRange(depth + 1, prefixes.Count - depth - 1);
            if (tag == "(FFFE,E000)")
            {
                var sequence = prefixes[depth];
                items[sequence] = items.GetValueOrDefault(sequence, -1) + 1;
                prefixes.Add($"{sequence}[{items[sequence]}].");
                continue;
            }
            var path = prefixes[depth] + tag;
            var vr = line.Groups["vr"].Value;
            fragments = line.Groups["value"].Value.StartsWith("(PixelSequence", StringComparison.Ordinal);
            long? length = vr == "SQ" || !long.TryParse(line.Groups["length"].Value, CultureInfo.InvariantCulture, out var bytes) ? null : bytes;
            // fragments are shown as OB whatever their VR
            found.Add(new FoundElement(path, fragments ? "" : vr, length, "", null, null));
            if (vr == "SQ")
                prefixes.Add(path);
        }
        return found;
    }

    // A value may hold line ends; the comment behind it ends the element.
    [GeneratedRegex(@"^(?<indent> *)\((?<tag>[0-9a-f]{4},[0-9a-f]{4})\) (?<vr>\S\S) (?<value>.*?) # +(?<length>\d+|u/l), *\d+(-n)? [^\n]+$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Line();
}
