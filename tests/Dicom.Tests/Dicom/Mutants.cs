using System.Diagnostics;
using MedCloud.Tests;

namespace MedCloud.Dicom.Tests;

/// <summary>Damaged inputs by the thousand, and what none of them may do: take long, allocate much, or leave anything behind. What is counted is the process's, so these tests run alone.</summary>
[CollectionDefinition(nameof(Mutants), DisableParallelization = true)]
public sealed class Mutants
{
    /// <summary>Bytes that a mutant may make a parser or decoder allocate, far above what its few hundred bytes hold.</summary>
    private const long MaxAllocated = 8 * 1024 * 1024;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    /// <summary>How many there are of one parser, over all its tests.</summary>
    public static int OfAParser { get; } = LongRun.Is ? 100_000 : 3000;

    /// <summary>How many there are of one decoder.</summary>
    public static int OfADecoder { get; } = LongRun.Is ? 10_000 : 1000;

    /// <summary>Runs a test on each mutant of a seed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The sound input.</param>
    /// <param name="first">Damage begins here; what comes before says nothing.</param>
    /// <param name="test">Gets the mutant; must not throw.</param>
    public static async Task EachAsync(int count, byte[] seed, int first, Func<byte[], Task> test)
    {
        await test(seed);
        var (descriptors, memory) = (Descriptors(), GC.GetTotalMemory(forceFullCollection: true));
        for (var number = 0; number < count; number++)
        {
            var mutant = Mutate(seed, first, new Random(number));
            var before = GC.GetTotalAllocatedBytes();
            var watch = Stopwatch.StartNew();
            try
            {
                await test(mutant);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"mutant {number}: {exception.Message}", exception);
            }
            Assert.True(watch.Elapsed < MaxTime, $"mutant {number} took {watch.Elapsed}");
            Assert.True(GC.GetTotalAllocatedBytes() - before < MaxAllocated, $"mutant {number} allocated too much");
        }
        Assert.InRange(Descriptors(), 0, descriptors + 3);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, (long)(memory * 1.2) + (1024 * 1024));
    }

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    /// <summary>Bytes changed, bits turned, lengths made huge, parts cut, doubled or swapped in.</summary>
    public static byte[] Mutate(byte[] seed, int first, Random random)
    {
        var bytes = seed.ToList();
        for (var change = random.Next(1, 5); change > 0 && bytes.Count > first + 8; change--)
        {
            var at = random.Next(first, bytes.Count - 4);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    for (var index = 0; index < 4; index++)
                        bytes[at + index] = random.Next(2) == 0 ? (byte)0xFF : (byte)0x7F;
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 16), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 64), bytes.Count - at)));
                    break;
                case 5:
                    bytes[at] = 0;
                    bytes[at + 1] = 0;
                    break;
                default:
                    if (random.Next(4) == 0)
                        bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
