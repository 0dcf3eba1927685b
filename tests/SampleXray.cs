using System.Security.Cryptography;
using System.Text;
using MedCloud.Dicom;

namespace MedCloud.Tests;

/// <summary>A bundled sample X-ray under other identifiers: each UID, the patient's name and some pixels are patched in place, every other byte stays.</summary>
internal sealed record SampleXray(byte[] File, string Study, string Series, string Instance)
{
    private static readonly (byte[] File, string SopClass, string[] Uids, string PatientName) Sample = Read();

    /// <summary>Rows, and columns, of its 8-bit pixels.</summary>
    public const int Side = 480;

    /// <summary>SHA-256 of the whole Part 10 file.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(File));

    /// <summary>(0008,0016)</summary>
    public static Uid SopClass => Uid.TryParse(Sample.SopClass, out var uid) ? uid : throw new InvalidDataException("the sample has no SOP class");

    private static int next = 1_000_000;

    /// <summary>An instance of a study that no other test has.</summary>
    public static SampleXray New(string? patientName = null)
    {
        var number = Interlocked.Increment(ref next);
        return Create(number, number, patientName);
    }

    /// <summary>Instance <paramref name="number"/> (0 to 9,999,999) of study <paramref name="study"/> (0 to 9,999,999); equal numbers give equal bytes.</summary>
    public static SampleXray Create(int study, int number, string? patientName = null)
    {
        var file = (byte[])Sample.File.Clone();
        string[] uids = [.. Sample.Uids.Select((uid, level) => $"{uid[..^7]}{(level == 2 ? number : study):D7}")];
        foreach (var (old, patched) in Sample.Uids.Zip(uids))
            Patch(file, old, patched);
        if (patientName is not null)
            Patch(file, Sample.PatientName, patientName.PadRight(Sample.PatientName.Length)[..Sample.PatientName.Length]);
        BitConverter.TryWriteBytes(file.AsSpan(file.Length - 4), number);
        return new SampleXray(file, uids[0], uids[1], uids[2]);
    }

    /// <summary>The same instance, dark but for a thin stripe.</summary>
    public SampleXray Striped()
    {
        var file = (byte[])File.Clone();
        var at = file.AsSpan().IndexOf<byte>([0xE0, 0x7F, 0x10, 0x00]);
        var pixels = file.AsSpan(at + 12);
        pixels.Clear();
        pixels[..(pixels.Length / 100)].Fill(0xFF);
        return this with { File = file };
    }

    /// <summary>The same instance with another picture: the grey value of each row and column, 0 to 255, made from the X-ray's own (row by row).</summary>
    public SampleXray Showing(Func<byte[,], int, int, byte> grey)
    {
        var file = (byte[])File.Clone();
        var at = file.AsSpan().IndexOf<byte>([0xE0, 0x7F, 0x10, 0x00]) + 12;
        var own = new byte[Side, Side];
        Buffer.BlockCopy(File, at, own, 0, own.Length);
        for (var pixel = 0; pixel < own.Length; pixel++)
            file[at + pixel] = grey(own, pixel / Side, pixel % Side);
        return this with { File = file };
    }

    private static (byte[], string, string[], string) Read()
    {
        var path = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "samples"), "*.dcm").MinBy(file => new FileInfo(file).Length)!;
        var file = System.IO.File.ReadAllBytes(path);
        return (file, Value(file, "\u0008\0\u0016\0UI"), [Value(file, "\u0020\0\u000d\0UI"), Value(file, "\u0020\0\u000e\0UI"), Value(file, "\u0008\0\u0018\0UI")], Value(file, "\u0010\0\u0010\0PN"));
    }

    /// <summary>The value of an explicit little endian element with a length of two bytes, found by its tag and VR.</summary>
    private static string Value(byte[] file, string tagAndVr)
    {
        var at = file.AsSpan().IndexOf(Encoding.Latin1.GetBytes(tagAndVr)) + tagAndVr.Length;
        return Encoding.ASCII.GetString(file, at + 2, BitConverter.ToUInt16(file, at)).TrimEnd('\0', ' ');
    }

    private static void Patch(byte[] file, string old, string patched)
    {
        var (from, to) = (Encoding.ASCII.GetBytes(old), Encoding.ASCII.GetBytes(patched));
        if (from.Length != to.Length)
            throw new ArgumentException($"'{patched}' is not as long as '{old}'", nameof(patched));
        for (var at = 0; file.AsSpan(at).IndexOf(from) is >= 0 and var found; at += found + to.Length)
            to.CopyTo(file.AsSpan(at + found));
    }
}
