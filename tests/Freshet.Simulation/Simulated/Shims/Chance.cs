namespace Freshet;

/// <summary>Stands before the real one in the simulated build: the core's chance is drawn from the run's seed.</summary>
internal static class Random
{
    public static Drawn Shared { get; } = new();

    internal sealed class Drawn : System.Random
    {
        private static Simulation.Chance Chance => Simulation.Lane.Current.Scheduler.CoreChance;

        public override double NextDouble() => Chance.NextDouble();

        public override int Next() => Chance.Next(int.MaxValue);

        public override int Next(int maxValue) => Chance.Next(maxValue);

        public override int Next(int minValue, int maxValue) => minValue + (int)NextInt64((long)maxValue - minValue);

        public override long NextInt64() => NextInt64(long.MaxValue);

        public override long NextInt64(long maxValue) => (long)((UInt128)Chance.NextLong() * (ulong)maxValue >> 64);

        public override long NextInt64(long minValue, long maxValue) => minValue + NextInt64(maxValue - minValue);

        public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

        public override void NextBytes(Span<byte> buffer)
        {
            foreach (ref var each in buffer) each = (byte)Chance.Next(256);
        }

        protected override double Sample() => Chance.NextDouble();
    }
}

/// <summary>Stands before the real one in the simulated build: tables hash the same in every process, so that their order is the same too.</summary>
internal static class RandomNumberGenerator
{
    private static readonly Simulation.Chance _chance = new(20_260_115);

    public static void Fill(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)_chance.Next(256);
    }

    public static byte[] GetBytes(int count)
    {
        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }
}

/// <summary>Identities in the simulated build: counted within the run, and equal to nothing else there.</summary>
internal static class Identities
{
    private static long _ofDeclarations;

    public static Guid Next()
    {
        var next = Simulation.PerRun.Scheduler is { } run ? run.NextIdentity() : Interlocked.Decrement(ref _ofDeclarations);
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, next);
        return new Guid(bytes);
    }
}
