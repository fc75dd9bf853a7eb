namespace Freshet;

/// <summary>Stands before the real one in the simulated build: where threads look at what others write without a lock, another may come in between.</summary>
internal static class Volatile
{
    public static T Read<T>(ref readonly T location) where T : class?
    {
        Simulation.Preemption.Point();
        return System.Threading.Volatile.Read(in location);
    }

    public static long Read(ref readonly long location)
    {
        Simulation.Preemption.Point();
        return System.Threading.Volatile.Read(in location);
    }

    public static int Read(ref readonly int location)
    {
        Simulation.Preemption.Point();
        return System.Threading.Volatile.Read(in location);
    }

    public static uint Read(ref readonly uint location)
    {
        Simulation.Preemption.Point();
        return System.Threading.Volatile.Read(in location);
    }

    public static bool Read(ref readonly bool location)
    {
        Simulation.Preemption.Point();
        return System.Threading.Volatile.Read(in location);
    }

    public static void Write<T>(ref T location, T value) where T : class?
    {
        Simulation.Preemption.Point();
        System.Threading.Volatile.Write(ref location, value);
        Simulation.Preemption.Point();
    }

    public static void Write(ref long location, long value)
    {
        Simulation.Preemption.Point();
        System.Threading.Volatile.Write(ref location, value);
        Simulation.Preemption.Point();
    }

    public static void Write(ref int location, int value)
    {
        Simulation.Preemption.Point();
        System.Threading.Volatile.Write(ref location, value);
    }

    public static void Write(ref uint location, uint value)
    {
        Simulation.Preemption.Point();
        System.Threading.Volatile.Write(ref location, value);
    }

    public static void Write(ref bool location, bool value)
    {
        Simulation.Preemption.Point();
        System.Threading.Volatile.Write(ref location, value);
    }

    public static void ReadBarrier() => System.Threading.Volatile.ReadBarrier();
}

/// <summary>Stands before the real one in the simulated build: whoever finds it taken lets others go on until it is free.</summary>
internal sealed class Lock
{
    public bool TryEnter() => Monitor.TryEnter(this);

    public void Exit() => Monitor.Exit(this);
}
