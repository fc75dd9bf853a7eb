namespace Freshet;

/// <summary>How often a screen was read as a coherent set, and how often writes kept coming in between.</summary>
internal sealed class ScreenCounters
{
    private long _coherent;
    private long _incoherent;

    public long Coherent => Interlocked.Read(ref _coherent);

    public long Incoherent => Interlocked.Read(ref _incoherent);

    public void Note(bool isCoherent) => Interlocked.Increment(ref isCoherent ? ref _coherent : ref _incoherent);
}
