namespace Freshet;

/// <summary>Stands before the real one in the simulated build: the simulator's own context is nobody's user interface, so a load may begin on its reader's thread as in production.</summary>
internal static class SynchronizationContext
{
    public static object? Current => null;
}

/// <summary>Stands before the real one in the simulated build: how much memory this machine has is no part of a run. Eviction pressure is a fault of its own.</summary>
internal static class GC
{
    public static Plenty GetGCMemoryInfo() => default;

    internal readonly struct Plenty
    {
        public long Index => 0;

        public long MemoryLoadBytes => 0;

        public long HighMemoryLoadThresholdBytes => 0;

        public long TotalAvailableMemoryBytes => 1L << 33;
    }
}
