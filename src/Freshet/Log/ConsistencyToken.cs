namespace Freshet;

/// <summary>The position a writer hands to its next read, so that the read sees the write (R3). Sign it before it leaves the process.</summary>
/// <param name="Epoch">The log the position belongs to.</param>
/// <param name="Position">Position of the writer's last record.</param>
public readonly record struct ConsistencyToken(Epoch Epoch, long Position)
{
    /// <summary>The later of two tokens. Of two epochs, which cannot be ordered, the second: it was given later.</summary>
    public static ConsistencyToken Later(ConsistencyToken first, ConsistencyToken second) =>
        first.Epoch == second.Epoch && first.Position > second.Position ? first : second;
}
