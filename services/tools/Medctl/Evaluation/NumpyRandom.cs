namespace MedCloud.Medctl.Evaluation;

/// <summary>
/// The numbers of NumPy's <c>default_rng(seed).integers(0, count, size)</c>: PCG64 (O'Neill 2014, XSL-RR 128/64) from a SeedSequence, and Lemire's bounded numbers (2019).
/// The training tool draws by it; equal draws give equal intervals.
/// </summary>
internal sealed class NumpyRandom
{
    private static readonly UInt128 Multiplier = new(0x2360ED051FC65DA4, 0x4385DF649FCCF645);

    private readonly UInt128 increment;
    private UInt128 state;
    private uint? upperHalf;

    public NumpyRandom(uint seed)
    {
        var words = SeedSequence(seed);
        increment = (new UInt128(words[2], words[3]) << 1) | 1;
        Step();
        state += new UInt128(words[0], words[1]);
        Step();
    }

    /// <summary>As many numbers from 0 up to, and without, <paramref name="bound"/>.</summary>
    public int[] Integers(int bound, int count)
    {
        var numbers = new int[count];
        // NumPy draws nothing where there is no choice.
        for (var i = 0; i < count && bound > 1; i++)
            numbers[i] = Bounded((uint)bound);
        return numbers;
    }

    private int Bounded(uint bound)
    {
        var product = (ulong)Next32() * bound;
        if ((uint)product < bound)
        {
            var threshold = unchecked((uint)-(int)bound) % bound;
            while ((uint)product < threshold)
                product = (ulong)Next32() * bound;
        }
        return (int)(product >> 32);
    }

    private uint Next32()
    {
        if (upperHalf is { } kept)
        {
            upperHalf = null;
            return kept;
        }
        Step();
        var next = ulong.RotateRight((ulong)(state >> 64) ^ (ulong)state, (int)(state >> 122));
        upperHalf = (uint)(next >> 32);
        return (uint)next;
    }

    private void Step() => state = (state * Multiplier) + increment;

    /// <summary>The four words of <c>SeedSequence(seed).generate_state(4, uint64)</c>.</summary>
    private static ulong[] SeedSequence(uint seed)
    {
        unchecked
        {
            var factor = 0x43B0D7E5u;
            uint[] pool = [Hash(seed), Hash(0), Hash(0), Hash(0)];
            for (var from = 0; from < pool.Length; from++)
            {
                for (var to = 0; to < pool.Length; to++)
                {
                    if (from != to)
                        pool[to] = Fold((0xCA01F9DDu * pool[to]) - (0x4973F715u * Hash(pool[from])));
                }
            }

            var (words, output) = (new ulong[4], 0x8B51F9DDu);
            for (var i = 0; i < 8; i++)
            {
                var value = pool[i % 4] ^ output;
                output *= 0x58F38DEDu;
                words[i / 2] |= (ulong)Fold(value * output) << (32 * (i % 2));
            }
            return words;

            uint Hash(uint value)
            {
                value ^= factor;
                factor *= 0x931E8875u;
                return Fold(value * factor);
            }
        }

        static uint Fold(uint value) => value ^ (value >> 16);
    }
}
