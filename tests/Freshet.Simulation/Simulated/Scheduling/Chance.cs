namespace Freshet.Simulation;

/// <summary>Everything that is drawn in a run comes from its seed, by an algorithm that no runtime changes (SplitMix64).</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    public ulong NextLong()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to below a limit.</summary>
    public int Next(int limit) => (int)((UInt128)NextLong() * (uint)limit >> 64);

    public double NextDouble() => (NextLong() >> 11) * (1.0 / (1UL << 53));

    public bool Is(double probability) => NextDouble() < probability;

    public double Between(double least, double most) => least + (most - least) * NextDouble();

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[Next(choices.Length)];

    /// <summary>Another stream that this one decides, so that drawing more there changes nothing here.</summary>
    public Chance Split() => new(NextLong());
}
