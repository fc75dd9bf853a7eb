namespace Freshet;

/// <summary>Where a write stands in the log.</summary>
/// <param name="BegunAt">Position when its action began, before its transaction.</param>
/// <param name="AppendedAt">Position of its last record.</param>
/// <param name="Before">Each tag that it invalidated, with the position of the invalidation before.</param>
/// <param name="Rewritten">The tags that its action invalidated after the value was handed over: that was another write.</param>
internal readonly record struct WrittenAt(LogPosition BegunAt, LogPosition AppendedAt, IReadOnlyDictionary<Tag, long> Before, IReadOnlySet<Tag> Rewritten)
{
    /// <summary>The position a written value was current at.</summary>
    /// <remarks>
    /// Its own, if nobody else invalidated its tags since the action began (PROTOCOL 25). Otherwise the two writes may have been
    /// committed in the other order than appended:
    ///   A writes 8 -> B writes 9 -> B appends at 10 -> A appends at 11. "8, loaded at 11" would stand for good; "8, loaded when A
    ///   began" is outdated by B's record, and the next read loads 9.
    /// </remarks>
    public LogPosition LoadedAt(TagMark[] marks)
    {
        if (BegunAt.Epoch != AppendedAt.Epoch) return BegunAt;
        foreach (var mark in marks)
        {
            var last = Before.TryGetValue(mark.Tag, out var before) ? before : mark.LastInvalidatedAt;
            if (last > BegunAt.Position || Rewritten.Contains(mark.Tag)) return BegunAt;
        }
        return AppendedAt;
    }
}

/// <summary>A written value that is stored when its action has been appended.</summary>
internal interface IWriteThrough
{
    /// <summary>Name of the cached query.</summary>
    string Query { get; }

    void Store(WrittenAt written);
}

/// <inheritdoc/>
internal sealed class WriteThrough<TArgs, TValue>(QueryRuntime<TArgs, TValue> runtime, TArgs args, TValue value) : IWriteThrough where TArgs : notnull
{
    private readonly long _writtenAt = runtime.Clock.Now; // its life counts from here

    public string Query => runtime.Name;

    public void Store(WrittenAt written) => runtime.StoreWritten(args, value, written, _writtenAt);
}
